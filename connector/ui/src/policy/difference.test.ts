import { describe, expect, it } from "vitest";
import { difference } from "./difference";
import { normal } from "./normal";

const until = (year: number) => ({ leftOperand: "dateTime", operator: "lt", rightOperand: `${year}-12-31T23:00:00Z` });
const member = { leftOperand: "Membership", operator: "eq", rightOperand: "active" };
const count = { leftOperand: "count", operator: "lteq", rightOperand: "10" };
const permits = (...constraint: unknown[]) => normal({ permission: [{ action: "use", constraint }] });

const told = (...policies: Parameters<typeof difference>) => {
  const { changes, rules } = difference(...policies);
  return { changes, rules: rules.map((rule) => [rule.change, ...rule.conditions.map((one) => one.change)]) };
};

describe("two policies side by side", () => {
  it("does not mind the order", () => {
    expect(told(permits(member, until(2030)), permits(until(2030), member))).toEqual({
      changes: 0,
      rules: [["same", "same", "same"]],
    });
  });

  it("does not mind the spelling", () => {
    const other = normal({ "odrl:permission": { "odrl:action": { "@id": "odrl:use" }, "odrl:constraint": [member] } });
    expect(told(permits(member), other).changes).toBe(0);
  });

  it.each([
    ["another value", permits(member, until(2030)), permits(member, until(2031)), [["changed", "same", "changed"]], 1],
    ["one more", permits(member), permits(member, count), [["changed", "same", "added"]], 1],
    ["one less", permits(member, count), permits(member), [["changed", "same", "removed"]], 1],
    ["everything else", permits(member), permits(count), [["changed", "removed", "added"]], 2],
  ])("sees %s", (_, before, after, rules, changes) => {
    expect(told(before, after)).toEqual({ changes, rules });
  });

  it("does not lay a permission beside a prohibition", () => {
    const forbids = normal({ prohibition: [{ action: "use", constraint: [member] }] });
    expect(told(permits(member), forbids)).toEqual({
      changes: 2,
      rules: [
        ["removed", "same"],
        ["added", "same"],
      ].map(([rule]) => [rule, rule]),
    });
  });

  it("pairs the rules that are most alike", () => {
    const before = normal({
      permission: [
        { action: "use", constraint: [member] },
        { action: "use", constraint: [count] },
      ],
    });
    const after = normal({
      permission: [
        { action: "use", constraint: [count] },
        { action: "use", constraint: [member, until(2030)] },
      ],
    });
    expect(told(before, after)).toEqual({
      changes: 1,
      rules: [
        ["changed", "same", "added"],
        ["same", "same"],
      ],
    });
  });

  it("looks into duties", () => {
    const before = normal({ permission: [{ action: "use", duty: [{ action: "delete", constraint: [until(2030)] }] }] });
    const after = normal({ permission: [{ action: "use", duty: [{ action: "delete", constraint: [until(2031)] }] }] });
    const [rule] = difference(before, after).rules;
    expect(rule?.duties.map(({ change }) => change)).toEqual(["changed"]);
  });

  it("compares what is joined as a whole", () => {
    const either = (...of: unknown[]) => permits({ or: of });
    expect(told(either(member, count), either(count, member)).changes).toBe(0);
    expect(told(either(member, count), either(member, until(2030)))).toEqual({
      changes: 1,
      rules: [["changed", "changed"]],
    });
  });
});
