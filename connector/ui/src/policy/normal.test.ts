import { describe, expect, it } from "vitest";
import { canonical } from "./difference";
import { normal, type Rule } from "./normal";

const dsp = {
  "@type": "Offer",
  "@id": "urn:offer:1",
  target: "spindle",
  permission: [
    {
      action: "use",
      constraint: [
        { leftOperand: "https://w3id.org/catenax/2025/9/policy/Membership", operator: "eq", rightOperand: "active" },
        { leftOperand: "http://www.w3.org/ns/odrl/2/dateTime", operator: "lt", rightOperand: "2035-12-31T23:00:00Z" },
      ],
    },
  ],
};

const edc = {
  "@id": "urn:offer:1",
  "@type": "odrl:Offer",
  "odrl:target": { "@id": "spindle" },
  "odrl:permission": {
    "odrl:action": { "@id": "odrl:use" },
    "odrl:constraint": {
      "odrl:and": [
        {
          "odrl:leftOperand": { "@id": "cx-policy:Membership" },
          "odrl:operator": { "@id": "odrl:eq" },
          "odrl:rightOperand": "active",
        },
      ],
    },
  },
  "odrl:prohibition": [],
  "odrl:obligation": [],
};

const expanded = {
  "@id": "urn:offer:1",
  "@type": ["http://www.w3.org/ns/odrl/2/Offer"],
  "http://www.w3.org/ns/odrl/2/target": [{ "@id": "spindle" }],
  "http://www.w3.org/ns/odrl/2/permission": [
    {
      "http://www.w3.org/ns/odrl/2/action": [{ "@id": "http://www.w3.org/ns/odrl/2/use" }],
      "http://www.w3.org/ns/odrl/2/constraint": [
        {
          "http://www.w3.org/ns/odrl/2/leftOperand": [{ "@id": "https://w3id.org/catenax/policy/Membership" }],
          "http://www.w3.org/ns/odrl/2/operator": [{ "@id": "http://www.w3.org/ns/odrl/2/eq" }],
          "http://www.w3.org/ns/odrl/2/rightOperand": [{ "@value": "active" }],
        },
        {
          "http://www.w3.org/ns/odrl/2/leftOperand": [{ "@id": "http://www.w3.org/ns/odrl/2/dateTime" }],
          "http://www.w3.org/ns/odrl/2/operator": [{ "@id": "http://www.w3.org/ns/odrl/2/lt" }],
          "http://www.w3.org/ns/odrl/2/rightOperand": [
            { "@value": "2035-12-31T23:00:00Z", "@type": "http://www.w3.org/2001/XMLSchema#dateTime" },
          ],
        },
      ],
    },
  ],
};

const conditions = (rule: Rule | undefined) => rule?.conditions.map(canonical);

describe("a policy in every spelling", () => {
  it("reads the form of the Dataspace Protocol", () => {
    const { rules, ...header } = normal(dsp);
    expect(header).toEqual({
      id: "urn:offer:1",
      type: "Offer",
      target: "spindle",
      assigner: null,
      assignee: null,
      profiles: [],
    });
    expect(conditions(rules[0])).toEqual([
      '["Membership","eq",["active"],null]',
      '["dateTime","lt",["2035-12-31T23:00:00Z"],null]',
    ]);
  });

  it("finds the same in expanded JSON-LD", () => {
    expect(normal(expanded)).toEqual(normal(dsp));
  });

  it("reads what EDC sends: prefixes, objects, one instead of a list", () => {
    const policy = normal(edc);
    expect([policy.type, policy.target, policy.rules[0]?.action]).toEqual(["Offer", "spindle", "use"]);
    expect(conditions(policy.rules[0])).toEqual(['and(["Membership","eq",["active"],null])']);
  });

  it.each([
    ["a list in a list", { rightOperand: { "@list": [{ "@value": "a" }, { "@value": "b" }] } }, ["a", "b"]],
    ["a number", { rightOperand: 5 }, ["5"]],
    ["an IRI", { rightOperand: { "@id": "urn:x" } }, ["urn:x"]],
    ["nothing", {}, []],
  ])("takes %s as right operand", (_, right, values) => {
    const found = normal({ permission: { constraint: { leftOperand: "count", operator: "lteq", ...right } } });
    expect(found.rules[0]?.conditions).toEqual([{ left: "count", operator: "lteq", right: values, unit: null }]);
  });

  it.each([
    ["EQ", "eq"],
    ["odrl:lteq", "lteq"],
    ["http://www.w3.org/ns/odrl/2/isAnyOf", "isAnyOf"],
    ["IN", "isPartOf"],
    ["other:than", "other:than"],
  ])("knows the operator %s", (given, operator) => {
    const found = normal({ permission: [{ constraint: [{ leftOperand: "x", operator: given, rightOperand: "1" }] }] });
    expect(found.rules[0]?.conditions).toMatchObject([{ operator }]);
  });

  it("keeps duties with the rule that they belong to", () => {
    const found = normal({
      permission: [{ action: "use", duty: [{ action: "delete", consequence: [{ action: "inform" }] }] }],
    });
    expect(found.rules[0]?.duties).toMatchObject([
      { kind: "duty", action: "delete", duties: [{ kind: "consequence", action: "inform" }] },
    ]);
  });

  it.each([null, undefined, 5, "text", [], { permission: "no" }, { permission: [[[]]] }])(
    "never fails: %j",
    (given) => {
      expect(() => normal(given)).not.toThrow();
    },
  );

  it("ends on what nests without end", () => {
    let nested: unknown = { leftOperand: "x", rightOperand: "1" };
    for (let depth = 0; depth < 5_000; depth += 1) nested = { and: [nested] };
    expect(normal({ permission: [{ constraint: [nested] }] }).rules).toHaveLength(1);
  });
});
