import { describe, expect, it } from "vitest";
import { countdown } from "./countdown";
import { table } from "./csv";
import { dataAddress, essence, fileName } from "./data";
import { scopeOf } from "./NewTransferDialog";
import { hexadecimal } from "./Preview";
import { lastPart } from "./Purpose";
import { pathOf } from "./StatePath";

it.each([
  ["", false, "/api/v1/transfers/urn%3Auuid%3A1/data"],
  ["", true, "/api/v1/transfers/urn%3Auuid%3A1/data?preview=true"],
  ["/SN 1/a", false, "/api/v1/transfers/urn%3Auuid%3A1/data/SN%201/a"],
  ["SN%201?unit=mm", true, "/api/v1/transfers/urn%3Auuid%3A1/data/SN%201?unit=mm&preview=true"],
])("the data below %j is at its address", (below, preview, expected) =>
  expect(dataAddress("urn:uuid:1", below, preview)).toBe(expected),
);

it.each([
  ['attachment; filename="a.csv"', "a.csv"],
  ["attachment; filename=a.csv", "a.csv"],
  ["attachment; filename=\"_.csv\"; filename*=UTF-8''%C3%A4.csv", "ä.csv"],
  ['attachment; filename="../../x"', ".._.._x"],
  [null, "data"],
])("%s names %s", (given, expected) => expect(fileName(given, "data")).toBe(expected));

it("leaves parameters of a media type out", () => expect(essence("Text/CSV; charset=utf-8")).toBe("text/csv"));

describe("a table", () => {
  it("has a header and rows, also with quotes", () =>
    expect(table('a;b\n1;"x;""y"""\r\n2;z\n', false)).toEqual({
      header: ["a", "b"],
      rows: [
        ["1", 'x;"y"'],
        ["2", "z"],
      ],
    }));
  it("of a beginning ends before its last line", () =>
    expect(table("a,b\n1,2\n3,4\n5", true)?.rows).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]));
  it.each(["plain text", "one, two\nthree\nfour\nfive", ""])("is not: %j", (text) =>
    expect(table(text, false)).toBeNull(),
  );
});

it.each([
  ["2026-11-25T12:04:05Z", "4:05"],
  ["2026-11-25T13:04:05Z", "1:04:05"],
  ["2026-11-25T11:59:59Z", null],
  ["never", null],
])("until %s it is %s", (to, left) => expect(countdown(to, Date.parse("2026-11-25T12:00:00Z"))).toBe(left));

it("confines to what has a value, to several with commas", () => {
  expect(
    scopeOf([
      { operand: "partNumber", value: "A-1, A-2" },
      { operand: "lot", value: "7" },
      { operand: "site", value: " " },
    ]),
  ).toEqual({ "adm:partNumber": ["A-1", "A-2"], "adm:lot": "7" });
  expect(scopeOf([])).toBeNull();
});

it("shows bytes with what of them is text", () =>
  expect(hexadecimal(new Uint8Array([0x50, 0x4b, 0]))).toMatch(/^000000 {2}50 4b 00 +PK\.$/));

it.each([
  ["https://x.example/purpose/process-quality", "process-quality"],
  ["cx.core.qualityNotifications:1", "cx.core.qualityNotifications:1"],
  ["quality", "quality"],
])("of %s it shows %s", (name, shown) => expect(lastPart(name)).toBe(shown));

it.each([
  ["TERMINATED", false, "REQUESTED TERMINATED"],
  ["TERMINATED", true, "REQUESTED STARTED TERMINATED"],
  ["STARTED", false, "REQUESTED STARTED COMPLETED"],
])("the way to %s", (state, moved, path) => expect(pathOf(state, moved).join(" ")).toBe(path));
