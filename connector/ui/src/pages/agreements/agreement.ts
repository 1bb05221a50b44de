import type { Schema } from "@/api/client";

export type Agreement = Schema["Agreement"];

export const ROLES = ["consumer", "provider"] as const;
export const STATES = ["IN_FORCE", "RETIRED", "TERMINATED"] as const;
