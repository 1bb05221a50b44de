/**
 * Changing a policy condition by condition. The document stays as its author spelled it; only what somebody touches is written
 * anew, in the spelling of the rule that it stands in. Pure.
 */
import { type Condition, isJoined, normal, short } from "@/policy/normal";

export type Json = Record<string, unknown>;
export type Kind = "permission" | "prohibition" | "obligation";

/** A plain condition: operand, operator, values. */
export interface Term {
  /** IRI, or as the document spells it. */
  left: string;
  /** Short. */
  operator: string;
  values: string[];
}

export interface EditableCondition {
  at: number;
  /** null: it is joined of others, and can be kept or taken out as a whole. */
  term: Term | null;
  words: Condition | null;
}

export interface EditableRule {
  kind: Kind;
  at: number;
  action: string;
  conditions: EditableCondition[];
  /** How many duties it has; they are kept. */
  duties: number;
}

const KINDS: readonly Kind[] = ["permission", "prohibition", "obligation"];
const PREFIXES = ["", "odrl:", "http://www.w3.org/ns/odrl/2/"] as const;
/** Operators whose right side is a set. */
const SETS = new Set(["isAnyOf", "isAllOf", "isNoneOf", "isPartOf"]);

export function takesSeveral(operator: string): boolean {
  return SETS.has(operator);
}

export function rulesOf(document: unknown): EditableRule[] {
  if (!isObject(document)) return [];
  return KINDS.flatMap((kind) => rulesOfKind(document, kind).map((rule, at) => editable(kind, at, rule)));
}

function editable(kind: Kind, at: number, rule: unknown): EditableRule {
  // One rule alone, read by the reader that knows all spellings.
  const [read] = normal({ [kind]: [rule] }).rules;
  const given = list(member(isObject(rule) ? rule : {}, "constraint").value);
  const conditions = given.map((one, index): EditableCondition => {
    const [words] = normal({ permission: [{ action: "use", constraint: [one] }] }).rules[0]?.conditions ?? [];
    return { at: index, term: termOf(one, words), words: words ?? null };
  });
  return { kind, at, action: read?.action ?? "use", conditions, duties: read?.duties.length ?? 0 };
}

function termOf(given: unknown, words: Condition | undefined): Term | null {
  const left = leftOf(given);
  // One that somebody has only begun says nothing yet.
  if (!words) return left === "" ? { left, operator: "eq", values: [] } : null;
  if (isJoined(words) || words.unit) return null;
  return { left: left ?? words.left, operator: words.operator, values: words.right };
}

function leftOf(constraint: unknown): string | null {
  const { value } = member(isObject(constraint) ? constraint : {}, "leftOperand");
  if (typeof value === "string") return value;
  const id = isObject(value) ? value["@id"] : undefined;
  return typeof id === "string" ? id : null;
}

/** `at` beyond the last one adds a condition; `null` takes it out. */
export function withTerm(
  document: Json,
  rule: Pick<EditableRule, "kind" | "at">,
  at: number,
  term: Term | null,
  datatype?: string,
): Json {
  return changed(document, rule, (node) => {
    const { key, value } = member(node, "constraint");
    const prefix = prefixOf(node);
    const constraints = list(value);
    const next = term
      ? at < constraints.length
        ? constraints.with(at, written(term, prefix, datatype))
        : [...constraints, written(term, prefix, datatype)]
      : constraints.toSpliced(at, 1);
    const { [key ?? ""]: _, ...rest } = node;
    return next.length > 0 ? { ...rest, [key ?? `${prefix}constraint`]: next } : rest;
  });
}

function changed(document: Json, { kind, at }: Pick<EditableRule, "kind" | "at">, change: (rule: Json) => Json): Json {
  const { key } = member(document, kind);
  const rules = rulesOfKind(document, kind);
  const rule = rules[at];
  if (!key || !isObject(rule)) return document;
  return { ...document, [key]: rules.with(at, change(rule)) };
}

function written({ left, operator, values }: Term, prefix: string, datatype?: string): Json {
  const typed = values.map((value) => typedValue(value, datatype));
  const right = takesSeveral(operator) ? typed : typed[0];
  if (!prefix) return { leftOperand: left, operator, rightOperand: right ?? "" };
  return {
    [`${prefix}leftOperand`]: { "@id": left },
    [`${prefix}operator`]: { "@id": `${prefix}${operator}` },
    [`${prefix}rightOperand`]: right ?? "",
  };
}

function typedValue(value: string, datatype = ""): unknown {
  const word = datatype.slice(Math.max(datatype.lastIndexOf("#"), datatype.lastIndexOf(":")) + 1);
  if (/^(integer|nonNegativeInteger|positiveInteger|int|long|decimal|double|float)$/.test(word)) {
    const number = Number(value);
    return value.trim() !== "" && Number.isFinite(number) ? number : value;
  }
  return value;
}

/** Where something is still to be filled in. */
export function unfinished(document: unknown): number {
  const terms = rulesOf(document).flatMap(({ conditions }) => conditions.flatMap(({ term }) => (term ? [term] : [])));
  return terms.filter(
    ({ left, values }) => left === "" || values.length === 0 || values.some((one) => one.trim() === ""),
  ).length;
}

/** The operand of a list that a condition speaks of, whatever its spelling. */
export function sameOperand(left: string, { iri, written: asWritten }: { iri: string; written: string }): boolean {
  return left === iri || left === asWritten || short(left) === short(iri);
}

function rulesOfKind(document: Json, kind: Kind): unknown[] {
  return list(member(document, kind).value);
}

function member(node: Json, word: string): { key: string | null; value: unknown } {
  const key = PREFIXES.map((prefix) => prefix + word).find((one) => node[one] !== undefined) ?? null;
  return { key, value: key ? node[key] : undefined };
}

/** How a rule spells its members: by what it has, its action at least. */
function prefixOf(rule: Json): string {
  return PREFIXES.find((prefix) => prefix && Object.keys(rule).some((key) => key.startsWith(prefix))) ?? "";
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
