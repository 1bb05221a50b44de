import type { Schema } from "@/api/client";

export type Transfer = Schema["Transfer"];

export const BOXES = ["running", "waiting", "ended", "failed"] as const;
export type Box = (typeof BOXES)[number];

/** `GET /transfers/{pid}/progress`. */
export interface Progress {
  bytes: number;
  /** Bytes in the end, where everything under way says its length. */
  total: number | null;
  /** Over the last seconds. */
  bytesPerSecond: number;
  underWay: boolean;
  requests: number;
  /** Consumer: when the token that is held ends. */
  tokenExpiresAt: string | null;
}
