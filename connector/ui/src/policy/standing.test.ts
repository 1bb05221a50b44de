import { describe, expect, it } from "vitest";
import { grouped, numbered, pieces, tally, wholeSentence, within } from "./standing";

const tree = {
  role: "policy",
  path: "",
  label: "this is an offer",
  children: [
    { role: "remark", path: "profile[0]", label: "it names a profile" },
    {
      role: "permission",
      path: "permission[0]",
      label: "anyone may use it",
      children: [
        { role: "condition", path: "a", label: "x", enforcement: { kind: "decided", fact: "the time" } },
        { role: "condition", path: "b", label: "y", enforcement: { kind: "contractual" } },
      ],
    },
    { role: "prohibition", path: "prohibition[0]", label: "nobody may sell it" },
  ],
};

const terms = {
  sentences: [
    "This is an offer.",
    "1. Anyone may use it if 1.1 and 1.2 hold.",
    "1.1. The membership is `active`.",
    "1.2. The liability is `x`.",
  ],
  contractualOnly: ["The liability is `x`.", "The warranty is `y`."],
  notUnderstood: [],
};

describe("an explained policy", () => {
  it("is grouped by what its rules do", () => {
    const { title, groups } = grouped(tree);
    expect([title, groups.map(({ group, rules }) => [group, rules.length])]).toEqual([
      "this is an offer",
      [
        ["permission", 1],
        ["prohibition", 1],
        ["other", 1],
      ],
    ]);
  });

  it("says how many terms are enforced", () =>
    expect(tally(tree)).toEqual({ decided: 1, contractual: 1, notUnderstood: 0 }));

  it.each([null, {}, "x"])("is empty where there is no tree: %j", (given) => expect(grouped(given).groups).toEqual([]));
});

describe("terms alone", () => {
  it("know what is contractual only", () => {
    expect(numbered(terms).map(({ number, depth, standing }) => [number, depth, standing])).toEqual([
      ["", 0, null],
      ["1", 0, null],
      ["1.1", 1, null],
      ["1.2", 1, "contractual"],
    ]);
  });

  it("name what stands within a sentence", () =>
    expect(within(terms, "contractualOnly")).toEqual(["The warranty is `y`."]));
});

it("marks names", () => {
  expect(pieces("The `a b` is `c`.")).toEqual([
    { text: "The ", code: false },
    { text: "a b", code: true },
    { text: " is ", code: false },
    { text: "c", code: true },
    { text: ".", code: false },
  ]);
});

it("makes whole sentences", () => expect(wholeSentence("the time is over")).toBe("The time is over."));
