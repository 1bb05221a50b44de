import { useQuery } from "@tanstack/react-query";
import { answer, api, type Schema } from "@/api/client";
import type { Slice } from "@/api/paged";

/** Beyond that many, a list here is cut. */
const MOST = 20_000;

/** A list of the API as a whole, slice by slice. */
export async function whole<T>(read: (after: string | undefined) => Promise<Slice<T>>): Promise<T[]> {
  const all: T[] = [];
  let after: string | undefined;
  do {
    const page = await read(after);
    all.push(...page.items);
    after = page.next ?? undefined;
  } while (after && all.length < MOST);
  return all;
}

/** What waits for each partner, by its id. */
export function useOutbox(): ReadonlyMap<string, Schema["Outbox"]> {
  const { data } = useQuery({
    queryKey: ["outbox", "by-partner"],
    queryFn: async ({ signal }) => {
      const { items } = await answer(api.GET("/api/v1/outbox", { signal }));
      return new Map(items.map((each) => [each.partner, each]));
    },
  });
  return data ?? NOTHING;
}

const NOTHING: ReadonlyMap<string, Schema["Outbox"]> = new Map();

/** What policies can ask for, by IRI: names and values of facts. */
export function useOperands(): ReadonlyMap<string, Schema["PolicyOperand"]> {
  const { data } = useQuery({
    queryKey: ["policies", "operands", "by-iri"],
    queryFn: async ({ signal }) => {
      const { items } = await answer(api.GET("/api/v1/policies/operands", { signal }));
      return new Map(items.map((each) => [each.iri, each]));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? NO_OPERANDS;
}

const NO_OPERANDS: ReadonlyMap<string, Schema["PolicyOperand"]> = new Map();

/** The short name of an IRI: what stands behind its last separator. */
export function short(iri: string): string {
  return iri.split(/[/#]/).filter(Boolean).at(-1) ?? iri;
}

/** `org.eclipse.tractusx.vc.type:MembershipCredential:read` → `MembershipCredential`. */
export function scopeWords(scope: string): string {
  const parts = scope.split(":");
  const right = parts.at(-1);
  const named = right === "read" || right === "*" || right === "all" ? parts.at(-2) : right;
  return named && named !== "*" ? named : scope;
}

/** A claim's value as text; objects of JSON-LD by their value. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value && typeof value === "object" && "@value" in value) return String(value["@value"]);
  if (value && typeof value === "object" && "@id" in value) return String(value["@id"]);
  return JSON.stringify(value);
}

/** What somebody typed as a value of a claim: whole numbers, `true` and `false` as such, anything else as text. */
export function typedValue(text: string): string | number | boolean {
  if (text === "true") return true;
  if (text === "false") return false;
  return /^-?(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
}
