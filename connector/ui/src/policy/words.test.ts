import { expect, it } from "vitest";
import { shownValue, spaced } from "./words";

it.each([
  ["dateTime", "date time"],
  ["UsagePurpose", "usage purpose"],
  ["adm:partNumber", "part number"],
  ["https://example.org/x", "https://example.org/x"],
])("writes %s as %s", (given, shown) => expect(spaced(given)).toBe(shown));

it.each([
  ["2035-12-31T23:00:00Z", "31 Dec 2035, 23:00 UTC"],
  ["2035-12-31", "31 Dec 2035"],
  ["active", "active"],
  ["2035-99-99", "2035-99-99"],
])("shows %s as %s", (given, shown) => expect(shownValue(given, "en")).toBe(shown));
