import { describe, expect, it } from "vitest";
import { bytes, duration, rate, relative } from "./figures";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [4_175_726, "4.2 MB"],
  [123_456_789_000, "123 GB"],
])("writes %d bytes", (count, shown) => expect(plain(bytes(count, "en"))).toBe(shown));

it.each([
  [512, "512 B/s"],
  [4_200_000, "4.2 MB/s"],
])("writes a rate of %d", (count, shown) => expect(plain(rate(count, "en"))).toBe(shown));

it.each([
  [0.42, "0.4 ms"],
  [812.3, "812 ms"],
  [3_140, "3.1 sec"],
])("writes %d ms", (count, shown) => expect(plain(duration(count, "en"))).toBe(shown));

describe("relative times", () => {
  const now = new Date("2026-11-25T12:00:00Z");
  it.each([
    ["2026-11-25T11:59:58Z", "now", "jetzt"],
    ["2026-11-25T11:57:00Z", "3 minutes ago", "vor 3 Minuten"],
    ["2026-11-27T13:00:00Z", "in 2 days", "übermorgen"],
    ["2020-11-25T12:00:00Z", "5 years ago", "vor 5 Jahren"],
  ])("%s", (at, english, german) => {
    expect([relative(new Date(at), now, "en"), relative(new Date(at), now, "de")]).toEqual([english, german]);
  });
});
