/**
 * Shapes of what `openapi.json` does not describe yet. Each goes when it does.
 * An area keeps those that only it needs in `src/pages/<area>/pending.ts`.
 */

export type Role = "viewer" | "negotiator" | "approver" | "admin" | "auditor";
export type Permission = "read" | "negotiate" | "conclude" | "administer" | "audit";

export interface Session {
  operator: { name: string; role: Role; kind: "user" | "oidc" | "key" };
  permissions: Permission[];
  csrf: string | null;
  expiresAt: string | null;
  connector: { name: string; participantId: string; version: string };
}

export interface Ways {
  password: boolean;
  oidc: { name: string } | null;
  firstStart: boolean;
  name: string;
}

export interface LinkContent {
  name: string | null;
  role: Role;
  kind: string;
}

export interface User {
  name: string;
  role: Role;
  kind: "local" | "oidc";
  state: "invited" | "active" | "disabled";
  createdAt: string;
  lastSeenAt: string | null;
  linkExpiresAt: string | null;
}
