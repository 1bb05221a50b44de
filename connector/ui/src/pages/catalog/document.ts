/** A DSP Dataset as it comes, for showing. Pure. */
import type { KeptDataset } from "./pending";

type Json = Record<string, unknown>;

const PREFIXES = [
  "",
  "dct:",
  "dcat:",
  "http://purl.org/dc/terms/",
  "http://www.w3.org/ns/dcat#",
  "edc:",
  "https://w3id.org/edc/v0.0.1/ns/",
];
/** What stands elsewhere on the page. */
const STRUCTURE = new Set([
  "@id",
  "@type",
  "@context",
  "hasPolicy",
  "distribution",
  "id",
  "odrl:hasPolicy",
  "dcat:distribution",
]);

/** The same shape as that of a kept dataset, for one whose partner is in no directory: nothing is decided about it. */
export function asFound(partner: string, document: Json, read: Date): KeptDataset {
  const dataset = text(document["@id"]) ?? "";
  const offers = many(document.hasPolicy ?? document["odrl:hasPolicy"]).filter(isObject);
  const distributions = distributionsOf(document);
  return {
    partner,
    partnerName: partner,
    dataset,
    title: named(document, ["title", "name"]) ?? dataset,
    description: named(document, ["description"]),
    keywords: many(document.keyword ?? document["dcat:keyword"])
      .map(text)
      .filter(isText),
    type: named(document, ["type"]),
    formats: [...new Set(distributions.map(({ format }) => format))],
    terms: [],
    qualifies: "unknown",
    why: null,
    readAt: read.toISOString(),
    document,
    distributions,
    offers: offers.map((offer) => ({
      offer: { ...offer, target: dataset },
      terms: null,
      unreadable: null,
      qualifies: "unknown",
      reasons: [],
    })),
  };
}

function distributionsOf(document: Json): KeptDataset["distributions"] {
  return many(document.distribution ?? document["dcat:distribution"])
    .filter(isObject)
    .map((one) => {
      const service = one.accessService ?? one["dcat:accessService"];
      const [first] = many(service);
      const node = isObject(first) ? first : null;
      const id = node ? text(node["@id"]) : text(first);
      const endpointUrl = node ? text(node.endpointURL ?? node["dcat:endpointURL"]) : null;
      return {
        format: text(one.format ?? one["dct:format"]) ?? "",
        dataService: id ? { id, endpointUrl } : null,
      };
    });
}

/** What the provider says of it besides: short names and values, in their order. */
export function properties(document: Json): [name: string, value: string][] {
  return Object.entries(document).flatMap(([name, value]): [string, string][] => {
    if (STRUCTURE.has(name)) return [];
    const shown = many(value).map(text).filter(isText);
    return shown.length > 0 ? [[local(name), shown.join(", ")]] : [];
  });
}

/** `dct:title` → `title`, `https://…/ns/partId` → `partId`. */
export function local(name: string): string {
  return name.replace(/^.*[/#]/, "").replace(/^[a-z][\w-]*:(?!\/)/i, "");
}

function named(document: Json, names: readonly string[]): string | null {
  for (const name of names) {
    for (const prefix of PREFIXES) {
      const found = text(many(document[prefix + name])[0]);
      if (found) return found;
    }
  }
  return null;
}

function text(given: unknown): string | null {
  if (typeof given === "string") return given === "" ? null : given;
  if (typeof given === "number" || typeof given === "boolean") return String(given);
  if (!isObject(given)) return null;
  return text(given["@value"] ?? given["@id"]);
}

function many(given: unknown): unknown[] {
  if (given === undefined || given === null) return [];
  return Array.isArray(given) ? given : [given];
}

function isObject(given: unknown): given is Json {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

function isText(given: string | null): given is string {
  return given !== null;
}
