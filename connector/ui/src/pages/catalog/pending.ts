import type { Schema } from "@/api/client";

/** Shapes of `/catalogs` until `openapi.json` has them. */

export type Answer = "yes" | "no" | "unknown";

export interface KeptCatalog {
  partner: string;
  name: string;
  state: "never" | "reading" | "fresh" | "stale" | "unreachable";
  datasets: number;
  readAt: string | null;
  triedAt: string | null;
  nextAt: string | null;
  failures?: number;
  detail: string | null;
}

export interface FacetValue {
  value: string;
  label: string;
  count: number;
}

export const FACETS = ["partner", "type", "format", "term", "qualifies"] as const;
export type FacetName = (typeof FACETS)[number];

export interface CatalogFound {
  total: number;
  offset: number;
  items: FoundDataset[];
  facets: Record<FacetName, FacetValue[]>;
}

export interface DatasetSummary {
  partner: string;
  partnerName: string;
  dataset: string;
  title: string;
  description: string | null;
  keywords: string[];
  type: string | null;
  formats: string[];
  terms: string[];
  qualifies: Answer;
  why: string | null;
  readAt: string;
}

export interface FoundDataset extends DatasetSummary {
  offers: number;
}

export interface KeptOffer {
  offer: Record<string, unknown>;
  terms: Schema["Terms"] | null;
  unreadable: string | null;
  qualifies: Answer;
  reasons: string[];
}

export interface KeptDataset extends DatasetSummary {
  document: Record<string, unknown>;
  distributions: { format: string; dataService: { id: string; endpointUrl: string | null } | null }[];
  offers: KeptOffer[];
}
