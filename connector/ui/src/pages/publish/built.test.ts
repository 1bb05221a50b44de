import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { asPolicy, complete, entry, takesList, written } from "./built";

const count = {
  iri: "http://www.w3.org/ns/odrl/2/count",
  datatype: "http://www.w3.org/2001/XMLSchema#integer",
} as Schema["PolicyOperand"];

describe("a policy that is put together", () => {
  it("permits use without any condition", () => {
    expect(asPolicy([], [])).toMatchObject({ "@type": "Set", permission: [{ action: "use" }] });
  });
  it("writes numbers as numbers and lists as lists", () => {
    const policy = asPolicy(
      [
        { operand: count.iri, operator: "lteq", values: ["3"] },
        { operand: "urn:group", operator: "isAnyOf", values: ["gold", " ", "silver"] },
      ],
      [count],
    );
    expect(policy).toMatchObject({
      permission: [
        {
          constraint: [
            { leftOperand: count.iri, operator: "lteq", rightOperand: 3 },
            { leftOperand: "urn:group", operator: "isAnyOf", rightOperand: ["gold", "silver"] },
          ],
        },
      ],
    });
  });
  it("is not complete while something is open", () => {
    expect(complete([])).toBe(true);
    expect(complete([{ operand: "a", operator: "eq", values: [" "] }])).toBe(false);
    expect(complete([{ operand: "a", operator: "eq", values: ["x"] }])).toBe(true);
  });
  it("knows how values are entered", () => {
    expect(entry("http://www.w3.org/2001/XMLSchema#dateTime")).toBe("moment");
    expect(entry("http://www.w3.org/2001/XMLSchema#string")).toBe("text");
    expect(takesList("eq")).toBe(false);
  });
});

describe("a policy that somebody types", () => {
  it("is JSON-LD, Turtle, or wrong", () => {
    expect(written('{"@type": "Set"}')).toEqual({ policy: { "@type": "Set" } });
    expect(written("@prefix odrl: <http://www.w3.org/ns/odrl/2/> .")).toHaveProperty("turtle");
    expect(written("{nonsense")).toHaveProperty("wrong");
  });
});
