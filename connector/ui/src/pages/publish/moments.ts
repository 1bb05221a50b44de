/** An instant as a `datetime-local` field shows it, in local time; "" where there is none. */
export function asField(instant: unknown): string {
  const at = new Date(typeof instant === "string" ? instant : Number.NaN);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What such a field holds, as RFC 3339; undefined where it holds nothing. */
export function asInstant(field: string): string | undefined {
  const at = new Date(field);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString().replace(".000Z", "Z");
}
