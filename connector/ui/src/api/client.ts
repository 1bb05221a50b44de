import createClient, { type Middleware } from "openapi-fetch";
import { Problem } from "./problem";
import type { components, paths } from "./schema";

/** The types of the API: `Schema["Negotiation"]`. */
export type Schema = components["schemas"];

let csrf: string | null = null;
let onSignedOut: () => void = () => {};

/** What the session demands of each request that changes something. */
export function setCsrf(token: string | null): void {
  csrf = token;
}

/** What happens when the connector no longer knows who asks. */
export function setOnSignedOut(then: () => void): void {
  onSignedOut = then;
}

const SAFE = new Set(["GET", "HEAD"]);

/** `fetch` to the connector with what every request needs; throws a `Problem` where the answer is one. */
export async function send(request: Request): Promise<Response> {
  if (csrf && !SAFE.has(request.method)) request.headers.set("X-Csrf-Token", csrf);
  const response = await fetch(request).catch((thrown: unknown) => {
    if (request.signal.aborted) throw thrown;
    throw Problem.unreachable();
  });
  if (response.ok) return response;
  // A wrong password is an answer to the question asked; a missing session ends everything.
  if (response.status === 401 && !/\/api\/v1\/session(\/|$)/.test(new URL(request.url).pathname)) onSignedOut();
  const document: unknown = await response.json().catch(() => null);
  throw Problem.of(response.status, document, response.headers.get("Retry-After"));
}

const refusals: Middleware = {
  // openapi-fetch calls `fetch` below, which has thrown already; this is for what it does by itself.
  onError: ({ error }) => (error instanceof Error ? error : new Error(String(error))),
};

/**
 * The typed client. Await it through `answer`:
 * `answer(api.GET("/api/v1/negotiations/{pid}", { params: { path: { pid } } }))`.
 */
export const api = createClient<paths>({ baseUrl: "", fetch: send, credentials: "same-origin" });
api.use(refusals);

/** The body of an answer; a refusal is thrown as a `Problem`. */
export async function answer<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, response } = await asked;
  if (data === undefined && response.status !== 204) throw Problem.of(response.status, null);
  return data as T;
}

type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

/**
 * Asks for what `openapi.json` does not have yet, or what is not JSON:
 * `ask<Summary>("GET", "/summary")`, `ask<User>("PUT", path`/users/${name}`, { body })`.
 */
export async function ask<T>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  { query, body, signal }: { query?: Query; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const headers = body === undefined ? undefined : { "Content-Type": "application/json" };
  const content = body === undefined ? undefined : JSON.stringify(body);
  const url = new URL(`/api/v1${path}${search(query)}`, window.location.origin);
  const response = await send(new Request(url, { method, headers, body: content, signal, credentials: "same-origin" }));
  if (response.status === 204) return undefined as T;
  const json = response.headers.get("Content-Type")?.includes("json");
  return (json ? await response.json() : await response.text()) as T;
}

/** A path with its parts percent-encoded: path`/users/${name}/link`. */
export function path(parts: TemplateStringsArray, ...values: string[]): string {
  return String.raw({ raw: parts }, ...values.map(encodeURIComponent));
}

/** A query string with its question mark; what is null, undefined or "" is left out, lists are repeated. */
export function search(query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) given.append(name, String(one));
  }
  const text = given.toString();
  return text && `?${text}`;
}
