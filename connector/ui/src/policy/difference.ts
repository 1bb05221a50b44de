import { type Condition, isJoined, type Policy, type Rule } from "./normal";

export type Change = "same" | "changed" | "added" | "removed";

/** Two policies, rule beside rule. `before` or `after` is null where there is nothing to lay beside. */
export interface Difference {
  rules: RuleDifference[];
  /** How many conditions, duties or rules are not the same. */
  changes: number;
}

export interface RuleDifference {
  change: Change;
  before: Rule | null;
  after: Rule | null;
  conditions: ConditionDifference[];
  duties: RuleDifference[];
}

export interface ConditionDifference {
  change: Change;
  before: Condition | null;
  after: Condition | null;
}

/** Lays two policies side by side. Order does not matter, neither of rules nor of conditions. */
export function difference(before: Policy, after: Policy): Difference {
  const rules = alignRules(before.rules, after.rules);
  return { rules, changes: rules.reduce((sum, one) => sum + changesIn(one), 0) };
}

function changesIn({ change, conditions, duties }: RuleDifference): number {
  if (change === "added" || change === "removed") return 1;
  const own = conditions.filter((one) => one.change !== "same").length;
  return own + duties.reduce((sum, one) => sum + changesIn(one), 0);
}

function alignRules(before: readonly Rule[], after: readonly Rule[]): RuleDifference[] {
  return align(before, after, likenessOfRules).map(([one, other]) => {
    const conditions = alignConditions(one?.conditions ?? [], other?.conditions ?? []);
    const duties = alignRules(one?.duties ?? [], other?.duties ?? []);
    const inner = [...conditions, ...duties].every(({ change }) => change === "same") ? "same" : "changed";
    return { change: one && other ? inner : one ? "removed" : "added", before: one, after: other, conditions, duties };
  });
}

function alignConditions(before: readonly Condition[], after: readonly Condition[]): ConditionDifference[] {
  return align(before, after, likenessOfConditions).map(([one, other]) => ({
    change: one && other ? (canonical(one) === canonical(other) ? "same" : "changed") : one ? "removed" : "added",
    before: one,
    after: other,
  }));
}

/**
 * Pairs what is most alike first; what is like nothing stands alone. In the order of `before`, with what was added behind.
 * Quadratic, which is enough for what people read.
 */
function align<T>(
  before: readonly T[],
  after: readonly T[],
  likeness: (one: T, other: T) => number,
): [T | null, T | null][] {
  const pairs = before
    .flatMap((one, i) => after.map((other, j) => ({ i, j, likeness: likeness(one, other) })))
    .filter((pair) => pair.likeness > 0)
    .sort((a, b) => b.likeness - a.likeness || a.i - b.i || a.j - b.j);
  const partner = new Map<number, number>();
  const taken = new Set<number>();
  for (const { i, j } of pairs) {
    if (partner.has(i) || taken.has(j)) continue;
    partner.set(i, j);
    taken.add(j);
  }
  const kept = before.map((one, i): [T | null, T | null] => {
    const j = partner.get(i);
    return [one, j === undefined ? null : (after[j] ?? null)];
  });
  const added = after.filter((_, j) => !taken.has(j)).map((other): [T | null, T | null] => [null, other]);
  return [...kept, ...added];
}

/** Rules of another kind or about another action are never the same rule. */
function likenessOfRules(one: Rule, other: Rule): number {
  if (one.kind !== other.kind || one.action !== other.action) return 0;
  const theirs = other.conditions.map(canonical);
  const common = one.conditions.filter((each) => theirs.includes(canonical(each))).length;
  const operands = operandsOf(other.conditions);
  const alike = operandsOf(one.conditions).filter((left) => operands.includes(left)).length;
  return 1 + common * 4 + alike + (one.target === other.target ? 2 : 0);
}

/** A condition is another version of one about the same operand. */
function likenessOfConditions(one: Condition, other: Condition): number {
  if (canonical(one) === canonical(other)) return 10;
  if (isJoined(one) || isJoined(other)) {
    if (!isJoined(one) || !isJoined(other) || one.join !== other.join) return 0;
    const theirs = operandsOf(other.of);
    return operandsOf(one.of).filter((left) => theirs.includes(left)).length;
  }
  if (one.left !== other.left) return 0;
  return one.operator === other.operator ? 6 : 4;
}

function operandsOf(conditions: readonly Condition[]): string[] {
  return conditions.flatMap((one) => (isJoined(one) ? operandsOf(one.of) : [one.left]));
}

/** Equal for conditions that say the same. Order counts in a sequence only. */
export function canonical(condition: Condition): string {
  if (!isJoined(condition)) {
    const { left, operator, right, unit } = condition;
    return JSON.stringify([left, operator, [...new Set(right)].sort(), unit]);
  }
  const parts = condition.of.map(canonical);
  return `${condition.join}(${(condition.join === "andSequence" ? parts : [...new Set(parts)].sort()).join(",")})`;
}
