import { expect, it } from "vitest";
import { nothing, slotHours, slots } from "./traffic";

const point = (at: string, permitted: number, bytesOut = 0) => ({ at, permitted, refused: 0, bytesOut, bytesIn: 0 });

it("points are put together into slots without losing any", () => {
  const points = [
    point("2026-11-25T10:00:00Z", 1, 10),
    point("2026-11-25T10:55:00Z", 2, 20),
    point("2026-11-25T11:00:00Z", 4, 40),
  ];
  expect(slots(points, 1)).toEqual([point("2026-11-25T10:00:00Z", 3, 30), point("2026-11-25T11:00:00Z", 4, 40)]);
  expect(slots(points, 24)).toEqual([point("2026-11-25T10:00:00Z", 7, 70)]);
  expect(slots([], 1)).toEqual([]);
});

it("a span has some thirty slots", () => {
  expect([24, 168, 720].map((span) => span / slotHours(span))).toEqual([24, 28, 30]);
});

it("knows when nothing happened", () => {
  expect(nothing([point("2026-11-25T10:00:00Z", 0)])).toBe(true);
  expect(nothing([point("2026-11-25T10:00:00Z", 0, 1)])).toBe(false);
});
