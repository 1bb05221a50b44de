import type { Schema } from "@/api/client";

/** How a term is held up: decided by a connector, by contract only, or not understood (then everything is refused). */
export type Standing = "decided" | "contractual" | "notUnderstood";

/** A node of `/policies/explain`'s `tree`. */
export interface TreeNode {
  role: string;
  path: string;
  label: string;
  enforcement?: { kind: Standing; fact?: string };
  children?: TreeNode[];
}

export type Group = "permission" | "prohibition" | "obligation" | "other";

export interface Grouped {
  /** What is said about the policy as a whole. */
  title: string | null;
  groups: { group: Group; rules: TreeNode[] }[];
}

const GROUPS: readonly Group[] = ["permission", "prohibition", "obligation", "other"];

/** The rules of an explained policy by what they are. What belongs to no rule (remarks, shared conditions) is `other`. */
export function grouped(tree: unknown): Grouped {
  const root = treeNode(tree);
  const of = (node: TreeNode): Group => GROUPS.find((group) => group === node.role) ?? "other";
  const rules = root?.children ?? [];
  const groups = GROUPS.map((group) => ({ group, rules: rules.filter((rule) => of(rule) === group) }));
  return { title: root?.label ?? null, groups: groups.filter((group) => group.rules.length > 0) };
}

/** The tree as the API's description leaves it open; null if it is none. */
export function treeNode(given: unknown): TreeNode | null {
  if (typeof given !== "object" || given === null) return null;
  return "role" in given && "label" in given ? (given as TreeNode) : null;
}

/** What the terms alone say, without a tree: numbered sentences, by depth. */
export function numbered(
  terms: Schema["Terms"],
): { number: string; depth: number; sentence: string; standing: Standing | null }[] {
  const contractual = new Set(terms.contractualOnly.map(bare));
  const unknown = new Set(terms.notUnderstood.map(bare));
  return terms.sentences.map((line) => {
    const [, number = "", sentence = line] = /^(\d+(?:\.\d+)*)\.\s+(.*)$/s.exec(line) ?? [];
    const standing = unknown.has(bare(sentence))
      ? "notUnderstood"
      : contractual.has(bare(sentence))
        ? "contractual"
        : null;
    return { number, depth: number === "" ? 0 : number.split(".").length - 1, sentence, standing };
  });
}

/** Of those that the terms list as not decided, what none of the numbered sentences is: it stands within one of them. */
export function within(terms: Schema["Terms"], which: "contractualOnly" | "notUnderstood"): string[] {
  const told = new Set(numbered(terms).map(({ sentence }) => bare(sentence)));
  return terms[which].filter((sentence) => !told.has(bare(sentence)));
}

/** How many terms are held up how. */
export function tally(tree: unknown): Record<Standing, number> {
  const counts = { decided: 0, contractual: 0, notUnderstood: 0 };
  const walk = (node: TreeNode): void => {
    if (node.enforcement) counts[node.enforcement.kind] += 1;
    node.children?.forEach(walk);
  };
  const root = treeNode(tree);
  if (root) walk(root);
  return counts;
}

/** Backticks mark what is a name. */
export function pieces(sentence: string): { text: string; code: boolean }[] {
  const parts = sentence.split("`").map((text, index) => ({ text, code: index % 2 === 1 }));
  return parts.filter(({ text }) => text !== "");
}

/** A half sentence with a capital and a full stop. */
export function wholeSentence(label: string): string {
  const begun = label.charAt(0).toUpperCase() + label.slice(1);
  return /[.!?:]$/.test(begun) ? begun : `${begun}.`;
}

function bare(sentence: string): string {
  return sentence.trim().replace(/\.$/, "").toLowerCase();
}
