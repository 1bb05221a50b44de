import { describe, expect, it } from "vitest";
import { type Json, rulesOf, unfinished, withTerm } from "./editing";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const ODRL = "http://www.w3.org/ns/odrl/2/";
const until = (date: string) => ({ leftOperand: `${ODRL}dateTime`, operator: "lt", rightOperand: date });
const offer = (...constraint: unknown[]): Json => ({
  "@id": "offer:1",
  "@type": "Offer",
  target: "spindle",
  permission: [{ action: "use", constraint }],
});
const first = { kind: "permission", at: 0 } as const;

describe("editing a policy", () => {
  it("reads what can be changed", () => {
    const either = { or: [until("2030-01-01T00:00:00Z"), until("2031-01-01T00:00:00Z")] };
    const [rule] = rulesOf(offer(until("2035-12-31T23:00:00Z"), either));
    expect(rule).toMatchObject({ kind: "permission", action: "use", duties: 0 });
    expect(rule?.conditions.map(({ term }) => term)).toEqual([
      { left: `${ODRL}dateTime`, operator: "lt", values: ["2035-12-31T23:00:00Z"] },
      null,
    ]);
  });

  it("changes one condition and leaves the rest as it was spelled", () => {
    const strange = { leftOperand: "urn:own:thing", operator: "eq", rightOperand: { "@value": "7" }, comment: "kept" };
    const before = offer(strange, until("2035-12-31T23:00:00Z"));
    const after = withTerm(before, first, 1, {
      left: `${ODRL}dateTime`,
      operator: "lt",
      values: ["2028-06-30T22:00:00Z"],
    });
    expect(after).toEqual(offer(strange, until("2028-06-30T22:00:00Z")));
    expect(before).toEqual(offer(strange, until("2035-12-31T23:00:00Z")));
  });

  it("adds and takes out", () => {
    const term = { left: `${ODRL}count`, operator: "lteq", values: ["5"] };
    const added = withTerm(offer(), first, 0, term, `${XSD}integer`);
    expect(added).toEqual(offer({ leftOperand: `${ODRL}count`, operator: "lteq", rightOperand: 5 }));
    expect(withTerm(added, first, 0, null)).toEqual({
      "@id": "offer:1",
      "@type": "Offer",
      target: "spindle",
      permission: [{ action: "use" }],
    });
  });

  it("writes a set as a list", () => {
    const term = { left: `${ODRL}purpose`, operator: "isAnyOf", values: ["a", "b"] };
    expect(withTerm(offer(), first, 0, term)).toEqual(
      offer({ leftOperand: `${ODRL}purpose`, operator: "isAnyOf", rightOperand: ["a", "b"] }),
    );
  });

  it("keeps to the spelling of the rule", () => {
    const prefixed = { "odrl:permission": { "odrl:action": { "@id": "odrl:use" } } };
    const after = withTerm(prefixed, first, 0, { left: "odrl:dateTime", operator: "lt", values: ["2030-01-01"] });
    expect(after).toEqual({
      "odrl:permission": [
        {
          "odrl:action": { "@id": "odrl:use" },
          "odrl:constraint": [
            {
              "odrl:leftOperand": { "@id": "odrl:dateTime" },
              "odrl:operator": { "@id": "odrl:lt" },
              "odrl:rightOperand": "2030-01-01",
            },
          ],
        },
      ],
    });
    expect(rulesOf(after)[0]?.conditions[0]?.term?.operator).toBe("lt");
  });

  it("says what is still to be filled in", () => {
    expect(unfinished(offer(until("2035-12-31T23:00:00Z")))).toBe(0);
    expect(unfinished(offer(until("")))).toBe(1);
    const begun = withTerm(offer(), first, 0, { left: "", operator: "eq", values: [] });
    expect(rulesOf(begun)[0]?.conditions[0]?.term).toEqual({ left: "", operator: "eq", values: [] });
    expect(unfinished(begun)).toBe(1);
    expect(unfinished("no policy")).toBe(0);
  });
});
