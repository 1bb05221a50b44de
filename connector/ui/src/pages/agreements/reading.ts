import { type Condition, isJoined, normal } from "@/policy/normal";
import { spaced } from "@/policy/words";

/** What a policy permits and forbids, short enough for a line of a list. */
export interface Gist {
  actions: string[];
  /** What it depends on besides who asks and when: those stand in columns of their own. */
  conditions: string[];
  forbidden: string[];
}

const ELSEWHERE = new Set(["participantId", "dateTime"]);

export function gist(policy: unknown): Gist {
  const { rules } = normal(policy);
  const of = (kind: string) => rules.filter((rule) => rule.kind === kind);
  const actions = (kind: string) => unique(of(kind).flatMap(({ action }) => action.split(", ").map(spaced)));
  const conditions = of("permission").flatMap((rule) => operands(rule.conditions));
  return {
    actions: actions("permission"),
    conditions: unique(conditions.filter((left) => !ELSEWHERE.has(left)).map(spaced)),
    forbidden: actions("prohibition"),
  };
}

function operands(conditions: readonly Condition[]): string[] {
  return conditions.flatMap((one) => (isJoined(one) ? operands(one.of) : [one.left]));
}

/** The values that a policy asks for of one of these operands: of purposes, to choose from. */
export function wantedOf(policy: unknown, wanted: (operand: string) => boolean): string[] {
  const found: string[] = [];
  const walk = (conditions: readonly Condition[]): void => {
    for (const one of conditions) {
      if (isJoined(one)) walk(one.of);
      else if (wanted(one.left) && /^(eq|isPartOf|isAnyOf|isA)$/.test(one.operator)) found.push(...one.right);
    }
  };
  for (const rule of normal(policy).rules) if (rule.kind === "permission") walk(rule.conditions);
  return unique(found);
}

/** Of the sentences on what survives the end: those that say something. Rules are numbered, what stands around them is not. */
export function survivors(sentences: readonly string[]): string[] {
  return sentences.filter((sentence) => /^\d+(\.\d+)*\.\s/.test(sentence));
}

/** What stands at a path such as `permission[0].constraint[1]` of a policy as it was sent. */
export function at(policy: unknown, path: string): unknown {
  let found: unknown = policy;
  for (const [, name = "", index] of path.matchAll(/([^.[\]]+)(?:\[(\d+)\])?/g)) {
    if (typeof found !== "object" || found === null) return undefined;
    const inside: Record<string, unknown> = { ...found };
    found = inside[name] ?? inside[`odrl:${name}`];
    if (index !== undefined) found = Array.isArray(found) ? found[Number(index)] : index === "0" ? found : undefined;
  }
  return found;
}

/** How much the constraint there allows, if it is a number. */
export function limit(policy: unknown, path: string): number | null {
  const constraint = at(policy, path);
  if (typeof constraint !== "object" || constraint === null) return null;
  const { rightOperand, "odrl:rightOperand": prefixed }: Record<string, unknown> = { ...constraint };
  const given = rightOperand ?? prefixed;
  const value = typeof given === "object" && given !== null && "@value" in given ? given["@value"] : given;
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function unique<T>(all: readonly T[]): T[] {
  return [...new Set(all)];
}
