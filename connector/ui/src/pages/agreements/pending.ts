import type { Schema } from "@/api/client";

/** An agreement with what `openapi.json` does not describe yet. */
export type Agreement = Schema["Agreement"] & {
  /** When the right to use ends, as the text says; null: no end is agreed, or it has ended. */
  validUntil?: string | null;
  /** How many transfers there have been under it. */
  transfers?: number;
  inForce?: boolean;
};

export const ROLES = ["consumer", "provider"] as const;
export const STATES = ["IN_FORCE", "RETIRED", "TERMINATED"] as const;
