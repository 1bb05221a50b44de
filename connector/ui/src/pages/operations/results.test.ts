import { expect, it } from "vitest";
import { instant } from "./export";
import { csv, place } from "./results";

const literal = (value: string) => ({ type: "literal", value });

it("CSV quotes what needs it and leaves gaps where nothing is bound", () => {
  expect(csv(["a", "b"], [{ a: literal('say "x", y') }, { a: literal("1"), b: literal("two\nlines") }])).toBe(
    'a,b\r\n"say ""x"", y",\r\n1,"two\nlines"',
  );
});

it("what a spreadsheet would compute is text; numbers stay numbers", () => {
  expect(csv(["a"], [{ a: literal("=1+1") }, { a: literal("-3") }])).toBe("a\r\n'=1+1\r\n-3");
});

it.each([
  ["error at 3:14: expected one of", { line: 3, column: 14 }],
  ["parse error at line 2, column 7", { line: 2, column: 7 }],
  ["the query takes too long", null],
])("the place in “%s”", (sentence, expected) => expect(place(sentence)).toEqual(expected));

it("a day begins and ends where the reader is", () => {
  const [from, until] = [instant("2026-11-25", false), instant("2026-11-25", true)];
  expect(Date.parse(until ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
  expect(instant("soon", false)).toBeUndefined();
});
