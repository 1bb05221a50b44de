/** Numbers and times as people of a language write them. Pure: what is now is an argument. */

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

/** `4.2 MB`: in steps of 1,000, as the standards of storage count. */
export function bytes(count: number, language: string): string {
  const step = count < 1000 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), UNITS.length - 1);
  const value = count / 1000 ** step;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[step],
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1,
  }).format(value);
}

/** `4.2 MB/s`. */
export function rate(bytesPerSecond: number, language: string): string {
  return `${bytes(Math.round(bytesPerSecond), language).replace(/ ?bytes?$/i, " B")}/s`;
}

export function number(value: number, language: string, most = 0): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: most }).format(value);
}

/** Milliseconds: `0.4 ms`, `812 ms`, `3.1 s`, `4 min`. */
export function duration(milliseconds: number, language: string): string {
  const [value, unit] =
    milliseconds < 1000
      ? [milliseconds, "millisecond"]
      : milliseconds < 60_000
        ? [milliseconds / 1000, "second"]
        : milliseconds < 3_600_000
          ? [milliseconds / 60_000, "minute"]
          : [milliseconds / 3_600_000, "hour"];
  const most = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: unit as string,
    unitDisplay: "short",
    maximumFractionDigits: most,
  }).format(value as number);
}

const STEPS: readonly [limit: number, size: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [86_400 * 30, 86_400, "day"],
  [86_400 * 365, 86_400 * 30.44, "month"],
  [Number.POSITIVE_INFINITY, 86_400 * 365.25, "year"],
];

/** `3 minutes ago`, `in 2 days`. */
export function relative(at: Date, now: Date, language: string): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (Math.abs(seconds) < 5) return words.format(0, "second");
  const [, size, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? [0, 1, "second" as const];
  return words.format(Math.trunc(seconds / size), unit);
}

/** How long `relative` stays true, in milliseconds. */
export function staysTrue(at: Date, now: Date): number {
  const seconds = Math.abs(at.getTime() - now.getTime()) / 1000;
  return seconds < 60 ? 5_000 : seconds < 3600 ? 30_000 : 600_000;
}

/** `25 Nov 2026, 17:18:54 CET`, in the reader's time zone. */
export function absolute(at: Date, language: string): string {
  return new Intl.DateTimeFormat(locale(language), {
    dateStyle: "medium",
    timeStyle: "long",
  }).format(at);
}

/** `25 Nov 2026`. */
export function day(at: Date, language: string): string {
  return new Intl.DateTimeFormat(locale(language), { dateStyle: "medium" }).format(at);
}

/** `25 Nov, 17:18` and with the year where it is another. */
export function brief(at: Date, now: Date, language: string): string {
  const year = at.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale(language), {
    day: "numeric",
    month: "short",
    year,
    hour: "2-digit",
    minute: "2-digit",
  }).format(at);
}

/** English without a country: day before month, 24 hours. */
function locale(language: string): string {
  return language === "en" ? "en-GB" : language;
}
