import type { Constraint } from "./normal";

/** An operator as people read it, if it is one that is known; otherwise its own word. */
export const OPERATORS = [
  "eq",
  "neq",
  "lt",
  "lteq",
  "gt",
  "gteq",
  "isPartOf",
  "isA",
  "hasPart",
  "isAllOf",
  "isAnyOf",
  "isNoneOf",
] as const;
export type Operator = (typeof OPERATORS)[number];

export function isOperator(word: string): word is Operator {
  return (OPERATORS as readonly string[]).includes(word);
}

/** `dateTime` → `date time`, `UsagePurpose` → `usage purpose`, `adm:partNumber` → `part number`. IRIs stay. */
export function spaced(name: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name) || name.startsWith("urn:") || name.startsWith("did:")) return name;
  const bare = name.slice(name.indexOf(":") + 1);
  return bare
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]/g, " ")
    .toLowerCase();
}

/** A value: a date as one writes it, everything else as it is. */
export function shownValue(value: string, language: string): string {
  if (!/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(value)) return value;
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return value;
  const time = value.includes("T") ? ({ timeStyle: "short" } as const) : {};
  const locale = language === "en" ? "en-GB" : language;
  const words = new Intl.DateTimeFormat(locale, { dateStyle: "medium", ...time, timeZone: "UTC" }).format(at);
  return value.includes("T") ? `${words} UTC` : words;
}

/** The values of a constraint as one text. */
export function shownValues({ right, unit }: Constraint, language: string): string {
  const list = right.map((one) => shownValue(one, language)).join(", ");
  return unit ? `${list} ${unit}` : list;
}
