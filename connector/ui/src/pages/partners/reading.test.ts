import { expect, it } from "vitest";
import { scopeWords, short, typedValue, valueText } from "./reading";

it.each([
  ["org.eclipse.tractusx.vc.type:MembershipCredential:read", "MembershipCredential"],
  ["org.eclipse.dspace.dcp.vc.type:MembershipCredential", "MembershipCredential"],
  ["org.eclipse.tractusx.vc.type:*:read", "org.eclipse.tractusx.vc.type:*:read"],
  ["MembershipCredential", "MembershipCredential"],
])("the scope %s is read as %s", (scope, words) => expect(scopeWords(scope)).toBe(words));

it("an IRI is named by its end", () => {
  expect(short("https://w3id.org/catenax/2025/9/policy/BusinessPartnerGroup")).toBe("BusinessPartnerGroup");
  expect(short("http://www.w3.org/2001/XMLSchema#string")).toBe("string");
  expect(short("urn:x")).toBe("urn:x");
});

it("values of claims are read in each shape", () => {
  expect(["gold", 3, true, { "@value": "x" }, { "@id": "urn:y" }, { a: 1 }].map(valueText)).toEqual([
    "gold",
    "3",
    "true",
    "x",
    "urn:y",
    '{"a":1}',
  ]);
});

it("what is typed as a number is one, unless that would change it", () => {
  expect(["3", "-2.5", "007", "true", "BPNL1", "12345678901234567890", "1e3"].map(typedValue)).toEqual([
    3,
    "-2.5",
    "007",
    true,
    "BPNL1",
    "12345678901234567890",
    "1e3",
  ]);
});
