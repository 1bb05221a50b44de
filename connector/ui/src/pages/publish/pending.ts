import type { Schema } from "@/api/client";

/** What `openapi.json` does not have yet. */
export interface PublicationPolicy {
  policyId?: string;
  id?: string;
  policy?: unknown;
  turtle?: string;
}

export interface NewPublication {
  asset?: Schema["NewAsset"];
  assetId?: string;
  access: PublicationPolicy;
  usage: PublicationPolicy;
  offer: { id?: string; dataspace?: string; automation?: Schema["OfferAutomation"] };
}

export interface Publication {
  asset: Schema["Asset"] | null;
  accessPolicy: Schema["Policy"] | null;
  usagePolicy: Schema["Policy"] | null;
  offer: Schema["Offer"] | null;
  terms: Schema["Terms"];
  accessTerms: Schema["Terms"];
  findings: Schema["Finding"][];
  problems: Record<string, unknown>[];
}

export interface SourceCheck {
  reachable: boolean;
  size: number | null;
  mediaType: string | null;
  detail: string;
}

export interface SourceFiles {
  folder: string | null;
  folders: { path: string; name: string }[];
  files: { path: string; name: string; size: number; modifiedAt: string | null; mediaType: string }[];
  truncated: boolean;
}
