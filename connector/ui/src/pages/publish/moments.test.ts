import { expect, it } from "vitest";
import { asField, asInstant } from "./moments";

it("an instant comes back from the field as it went in", () => {
  const instant = "2035-12-31T23:00:00Z";
  expect(asInstant(asField(instant))).toBe(instant);
  expect(asField(undefined)).toBe("");
  expect(asField("nonsense")).toBe("");
  expect(asInstant("")).toBeUndefined();
});
