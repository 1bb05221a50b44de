import { describe, expect, it } from "vitest";
import { aboutOf, halves } from "./halves";
import { brief, cards, parseQuads } from "./nquads";
import { at, gist, limit, survivors, wantedOf } from "./reading";

const policy = {
  permission: [
    {
      action: "use",
      constraint: [
        { leftOperand: "https://w3id.org/symbolon/1/participantId", operator: "eq", rightOperand: "did:web:a" },
        { leftOperand: "http://www.w3.org/ns/odrl/2/purpose", operator: "eq", rightOperand: "https://x.example/p" },
        { or: [{ leftOperand: "count", operator: "lteq", rightOperand: { "@value": "5" } }] },
        { leftOperand: "count", operator: "lteq", rightOperand: 3 },
      ],
    },
  ],
  prohibition: { action: "distribute" },
};

describe("a policy in a line", () => {
  it("names actions, conditions and what is forbidden", () =>
    expect(gist(policy)).toEqual({ actions: ["use"], conditions: ["purpose", "count"], forbidden: ["distribute"] }));
  it.each([null, {}, []])("permits nothing where it says nothing: %j", (given) =>
    expect(gist(given).actions).toEqual([]),
  );
  it("offers the purposes that it asks for", () =>
    expect(wantedOf(policy, (left) => left === "purpose")).toEqual(["https://x.example/p"]));
});

it.each([
  ["permission[0].constraint[3]", 3],
  ["permission[0].constraint[2].or[0]", 5],
  ["permission[0].constraint[1]", null],
  ["permission[7]", null],
])("the limit at %s is %s", (path, expected) => expect(limit(policy, path)).toBe(expected));

it("finds what stands alone without a list", () => expect(at(policy, "prohibition[0].action")).toBe("distribute"));

it("only rules survive", () =>
  expect(survivors(["This is the agreement.", "1. It is to be deleted.", "1.1. Soon.", "It has no rules."])).toEqual([
    "1. It is to be deleted.",
    "1.1. Soon.",
  ]));

describe("the halves", () => {
  const half = (role: string) => ({ role, signer: "did:web:a", credential: {}, jwt: "" });
  const both = { role: "consumer", attestations: [half("consumer"), half("provider")], fits: true };
  const checks = (outcome: string) => [{ check: "provider.signature", outcome, sentence: "" }];
  it("fit", () => expect(halves(both, { fits: true, checks: checks("ok") }).word).toBe("fits"));
  it("do not fit when a check of one fails, and say which", () =>
    expect(halves(both, { fits: false, checks: checks("failed") })).toMatchObject({
      word: "broken",
      ours: "there",
      theirs: "broken",
    }));
  it("may be one only", () =>
    expect(halves({ ...both, attestations: [half("consumer")], fits: null }).word).toBe("oursOnly"));
  it("may be none", () => expect(halves({ ...both, attestations: [], fits: null }).word).toBe("none"));
  it.each([
    ["digest", "content"],
    ["consumer.key", "consumer"],
    ["provider.presented[1].status", "presented"],
  ])("%s is about %s", (check, about) => expect(aboutOf({ check, outcome: "ok", sentence: "" })).toBe(about));
});

describe("RDF", () => {
  const text = [
    "<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/odrl/2/Agreement> <urn:g> .",
    "<urn:a> <http://www.w3.org/ns/odrl/2/permission> _:b1 <urn:g> .",
    '_:b1 <urn:says> "a \\"b\\" \\u00e4\\n"@en <urn:g> .',
    '_:b1 <urn:at> "2026-11-25"^^<http://www.w3.org/2001/XMLSchema#date> .',
    "no statement",
  ].join("\n");
  const statements = parseQuads(text);
  it("is read line by line", () => {
    expect(statements).toHaveLength(4);
    expect(statements[2]?.object).toMatchObject({ kind: "literal", value: 'a "b" ä\n', language: "en" });
    expect(statements[3]).toMatchObject({ graph: null, object: { datatype: "http://www.w3.org/2001/XMLSchema#date" } });
  });
  it("becomes cards and links", () => {
    const { cards: all, links } = cards(statements);
    expect(all.map(({ type, lines }) => [type, lines.length])).toEqual([
      ["odrl:Agreement", 0],
      [null, 2],
    ]);
    expect(links).toMatchObject([{ predicate: "odrl:permission" }]);
  });
  it("is written short", () =>
    expect(brief({ kind: "iri", value: "https://w3id.org/symbolon/1/name/a%20b" })).toBe("symbolon:name/a b"));
});
