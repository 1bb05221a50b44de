/** One of `GET /statistics/latency`. */
export interface Latency {
  kind: string;
  direction: "in" | "out";
  partner: string | null;
  count: number;
  failed: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

/** One of `GET /logs`. */
export interface LogLine {
  seq: number;
  at: string;
  level: string;
  target: string;
  message: string;
  fields: Record<string, unknown>;
}

/** One of `GET /sparql/questions`. */
export interface Question {
  id: string;
  title: string;
  description: string;
  query: string;
  builtIn: boolean;
}

export interface Happened {
  seq: number;
  at: string;
  kind: string;
  subject: string;
  partner?: string | null;
  [member: string]: unknown;
}
