import type { TrafficPoint } from "./pending";

/** Points put together into slots of `hours`, which begin where the first point does; the last may be shorter. */
export function slots(points: readonly TrafficPoint[], hours: number): TrafficPoint[] {
  const [first] = points;
  if (!first) return [];
  const begin = Date.parse(first.at);
  const length = hours * 3_600_000;
  const all = new Map<number, TrafficPoint>();
  for (const point of points) {
    const slot = Math.floor((Date.parse(point.at) - begin) / length);
    const sum = all.get(slot) ?? { at: point.at, permitted: 0, refused: 0, bytesOut: 0, bytesIn: 0 };
    sum.permitted += point.permitted;
    sum.refused += point.refused;
    sum.bytesOut += point.bytesOut;
    sum.bytesIn += point.bytesIn;
    all.set(slot, sum);
  }
  return [...all.values()];
}

/** How long a slot is so that some thirty of them fill the span. */
export function slotHours(span: number): number {
  return span <= 24 ? 1 : span <= 168 ? 6 : 24;
}

export function nothing(points: readonly TrafficPoint[]): boolean {
  return points.every(({ permitted, refused, bytesIn, bytesOut }) => permitted + refused + bytesIn + bytesOut === 0);
}
