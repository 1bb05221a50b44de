/** RDF as the API gives it, taken apart for showing. Whoever wants to compute with it takes the text. */

export interface Term {
  kind: "iri" | "blank" | "literal";
  value: string;
  /** Of a literal, where it is not a plain text. */
  datatype?: string;
  language?: string;
}

export interface Statement {
  subject: Term;
  predicate: Term;
  object: Term;
  /** IRI of the named graph; null: the default graph. */
  graph: string | null;
}

const TERM = /\s*(?:<([^>]*)>|_:([^\s.]+)|"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>|@([\w-]+))?)/y;

/** The statements of an N-Quads document; a line that is none is left out. */
export function parseQuads(text: string): Statement[] {
  return text.split("\n").flatMap((line) => {
    const terms = termsOf(line);
    const [subject, predicate, object, graph] = terms;
    return subject && predicate && object ? [{ subject, predicate, object, graph: graph?.value ?? null }] : [];
  });
}

function termsOf(line: string): Term[] {
  const terms: Term[] = [];
  TERM.lastIndex = 0;
  for (let match = TERM.exec(line); match && terms.length < 4; match = TERM.exec(line)) {
    const [, iri, blank, literal, datatype, language] = match;
    if (iri !== undefined) terms.push({ kind: "iri", value: unescaped(iri) });
    else if (blank !== undefined) terms.push({ kind: "blank", value: blank });
    else terms.push({ kind: "literal", value: unescaped(literal ?? ""), datatype, language });
  }
  return terms;
}

const ESCAPES: Record<string, string> = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gi, (whole, short, long, one) => {
    if (one !== undefined) return ESCAPES[one] ?? one;
    const point = Number.parseInt(short ?? long, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

const PREFIXES: readonly [string, string][] = [
  ["rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"],
  ["xsd", "http://www.w3.org/2001/XMLSchema#"],
  ["odrl", "http://www.w3.org/ns/odrl/2/"],
  ["prov", "http://www.w3.org/ns/prov#"],
  ["dspace", "https://w3id.org/dspace/2025/1/"],
  ["cx-policy", "https://w3id.org/catenax/2025/9/policy/"],
  ["adm", "https://w3id.org/symbolon/admissibility/1/"],
  ["ec", "https://w3id.org/symbolon/export-control/1/"],
  ["symbolon", "https://w3id.org/symbolon/1/"],
];

/** `http://www.w3.org/ns/odrl/2/use` → `odrl:use`. Below `base` (the agreement's own names) it is what follows it. */
export function brief(term: Term, base?: string): string {
  if (term.kind === "blank") return `_:${term.value.slice(0, 6)}`;
  if (term.kind === "literal") return term.value;
  if (base && term.value.startsWith(base) && term.value !== base) return `…${readable(term.value.slice(base.length))}`;
  const known = PREFIXES.find(([, iri]) => term.value.startsWith(iri));
  return known ? `${known[0]}:${readable(term.value.slice(known[1].length))}` : term.value;
}

function readable(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A thing with what is said of it, as a card of the graph. What is itself a card is reached by a link. */
export interface Card {
  id: string;
  term: Term;
  type: string | null;
  lines: { predicate: string; term: Term }[];
}

export interface Link {
  from: string;
  to: string;
  predicate: string;
}

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

export function cards(statements: readonly Statement[], base?: string): { cards: Card[]; links: Link[] } {
  const found = new Map<string, Card>();
  for (const { subject } of statements) {
    const id = key(subject);
    if (!found.has(id)) found.set(id, { id, term: subject, type: null, lines: [] });
  }
  const links: Link[] = [];
  for (const { subject, predicate, object } of statements) {
    const card = found.get(key(subject));
    if (!card) continue;
    const to = key(object);
    const name = brief(predicate, base);
    if (predicate.value === TYPE && card.type === null) card.type = brief(object, base);
    else if (object.kind !== "literal" && found.has(to) && to !== card.id)
      links.push({ from: card.id, to, predicate: name });
    else card.lines.push({ predicate: name, term: object });
  }
  return { cards: [...found.values()], links };
}

function key({ kind, value }: Term): string {
  return `${kind} ${value}`;
}
