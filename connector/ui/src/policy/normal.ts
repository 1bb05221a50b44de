/**
 * ODRL as it comes, in the spellings of the Dataspace Protocol, of EDC and of Catena-X, brought into one shape in which two
 * policies can be laid side by side. It is for showing: what a policy means and whether it holds, the connector says.
 */

export type RuleKind = "permission" | "prohibition" | "obligation";

export interface Policy {
  id: string | null;
  type: string | null;
  target: string | null;
  assigner: string | null;
  assignee: string | null;
  profiles: string[];
  rules: Rule[];
}

export interface Rule {
  kind: RuleKind | "duty" | "consequence" | "remedy";
  /** Short where it is ODRL's: `use`. */
  action: string;
  target: string | null;
  conditions: Condition[];
  /** Duties of a permission, consequences of a duty, remedies of a prohibition. */
  duties: Rule[];
}

export type Condition = Constraint | Joined;

export interface Constraint {
  left: string;
  operator: string;
  right: string[];
  unit: string | null;
}

export interface Joined {
  join: "and" | "or" | "xone" | "andSequence";
  of: Condition[];
}

export function isJoined(condition: Condition): condition is Joined {
  return "join" in condition;
}

type Json = Record<string, unknown>;

const ODRL = "http://www.w3.org/ns/odrl/2/";
/** Depth beyond which nothing is read: a policy from outside may be anything. */
const DEEPEST = 12;

/** Never fails: what cannot be understood is left out. */
export function normal(document: unknown): Policy {
  const policy = object(document);
  return {
    id: identifier(policy["@id"] ?? policy.uid ?? policy["odrl:uid"]),
    type: types(policy)[0] ?? null,
    target: name(member(policy, "target")),
    assigner: name(member(policy, "assigner")),
    assignee: name(member(policy, "assignee")),
    profiles: many(member(policy, "profile")).map(name).filter(isText),
    rules: (["permission", "prohibition", "obligation"] as const).flatMap((kind) =>
      many(member(policy, kind)).map((one) => rule(kind, one, 0)),
    ),
  };
}

function rule(kind: Rule["kind"], given: unknown, depth: number): Rule {
  const node = object(given);
  const inner =
    depth < DEEPEST
      ? (word: "duty" | "consequence" | "remedy") => many(member(node, word)).map((one) => rule(word, one, depth + 1))
      : () => [];
  return {
    kind,
    action: actions(member(node, "action")),
    target: name(member(node, "target")),
    conditions: many(member(node, "constraint")).flatMap((one) => condition(one, depth)),
    duties: [...inner("duty"), ...inner("consequence"), ...inner("remedy")],
  };
}

function actions(given: unknown): string {
  const all = many(given).map((one) => {
    const node = object(one);
    return name(one) ?? name(member(node, "type")) ?? name(node["rdf:value"]);
  });
  return all.filter(isText).map(short).sort().join(", ") || "use";
}

const JOINS = ["and", "or", "xone", "andSequence"] as const;

function condition(given: unknown, depth: number): Condition[] {
  if (depth > DEEPEST) return [];
  const node = object(given);
  const join = JOINS.find((word) => member(node, word) !== undefined);
  if (join) {
    // A list of JSON-LD stands around the operands in expanded documents.
    const operands = many(member(node, join)).flatMap((one) => many(object(one)["@list"] ?? one));
    return [{ join, of: operands.flatMap((one) => condition(one, depth + 1)) }];
  }
  const left = name(member(node, "leftOperand"));
  if (!left) return [];
  return [
    {
      left: short(left),
      operator: operator(name(member(node, "operator")) ?? "eq"),
      right: values(member(node, "rightOperand") ?? member(node, "rightOperandReference")),
      unit: name(member(node, "unit")),
    },
  ];
}

function operator(given: string): string {
  const word = short(given);
  // As EDC and some of Catena-X spell them.
  const others: Record<string, string> = {
    EQ: "eq",
    NEQ: "neq",
    GT: "gt",
    GEQ: "gteq",
    LT: "lt",
    LEQ: "lteq",
    IN: "isPartOf",
    "=": "eq",
    in: "isPartOf",
  };
  return others[word] ?? word;
}

function values(given: unknown): string[] {
  const all = many(given).flatMap((one) => many(object(one)["@list"] ?? one));
  return all.map(value).filter(isText);
}

function value(given: unknown): string | null {
  if (typeof given === "number" || typeof given === "boolean") return String(given);
  const inner = object(given)["@value"];
  if (inner !== undefined) return value(inner);
  return name(given);
}

/** A member under its plain name, its prefix or its IRI. */
function member(node: Json, word: string): unknown {
  return node[word] ?? node[`odrl:${word}`] ?? node[ODRL + word];
}

function name(given: unknown): string | null {
  if (typeof given === "string") return given;
  if (Array.isArray(given)) return given.length > 0 ? name(given[0]) : null;
  const node = object(given);
  const found = node["@id"] ?? node["@value"] ?? node.uid ?? node["odrl:uid"] ?? node.id;
  return typeof found === "string" ? found : null;
}

function identifier(given: unknown): string | null {
  return typeof given === "string" ? given : name(given);
}

function types(node: Json): string[] {
  return many(node["@type"] ?? node.type)
    .map(name)
    .filter(isText)
    .map(short);
}

function many(given: unknown): unknown[] {
  if (given === undefined || given === null) return [];
  return Array.isArray(given) ? given : [given];
}

function object(given: unknown): Json {
  return typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Json) : {};
}

function isText(given: string | null): given is string {
  return given !== null && given !== "";
}

const PREFIXES: readonly [string, string][] = [
  [ODRL, ""],
  ["odrl:", ""],
  ["https://w3id.org/catenax/2025/9/policy/", ""],
  ["https://w3id.org/catenax/policy/", ""],
  ["cx-policy:", ""],
  ["https://w3id.org/edc/v0.0.1/ns/", ""],
  ["edc:", ""],
  ["https://w3id.org/symbolon/1/", ""],
  ["https://w3id.org/symbolon/admissibility/1/", "adm:"],
  ["https://w3id.org/symbolon/export-control/1/", "ec:"],
];

/** `http://www.w3.org/ns/odrl/2/dateTime` → `dateTime`; what nobody knows stays whole. */
export function short(iri: string): string {
  for (const [long, brief] of PREFIXES) if (iri.startsWith(long)) return brief + iri.slice(long.length);
  return iri;
}
