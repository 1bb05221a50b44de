/** Reasons as connectors send them in a termination: sentences, with what belongs together in one text. Pure. */

export interface Told {
  /** For people. */
  sentence: string;
  /** `MissingFact`, the code of a rule that refused. */
  code: string | null;
  /** `permission[0].constraint[1]`. */
  path: string | null;
}

export interface Reasons {
  told: Told[];
  /** The rule that refused, where it was named. */
  rule: string | null;
}

export function read(reasons: readonly string[]): Reasons {
  const rule = reasons.map((one) => /^rule: (.+)$/s.exec(one)?.[1]).find((one) => one !== undefined);
  const told = reasons.filter((one) => !/^rule: /.test(one) && one.trim() !== "").map(one);
  return { told, rule: rule ?? null };
}

function one(reason: string): Told {
  const [, sentence = reason, code = null, path = null] =
    /^(.*?)\s*\[([\w.-]+)(?: at ([^\]]*(?:\[\d+\][^\]]*)*))?\]$/s.exec(reason) ?? [];
  const plain = sentence.replace(/^refused: /, "").trim();
  const begun = plain.charAt(0).toUpperCase() + plain.slice(1);
  return { sentence: /[.!?…)]$/.test(begun) ? begun : `${begun}.`, code, path };
}

export type NextStep = "prove" | "join" | "terms" | "profile" | "talk" | "again";

/** What somebody can do after a negotiation has failed. */
export function nextStep(code: string | null | undefined): NextStep {
  if (!code) return "talk";
  if (code === "policy.denied" || code === "usage.exhausted") return "prove";
  if (code.startsWith("dataspace.")) return "join";
  if (code === "policy.profile" || code === "policy.unusable") return "profile";
  if (code === "rejected" || code.startsWith("offer.") || code.startsWith("negotiation.terms")) return "terms";
  if (code.startsWith("message.") || code.startsWith("delivery.")) return "again";
  return "talk";
}
