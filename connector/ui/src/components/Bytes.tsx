import { useTranslation } from "react-i18next";
import { bytes, duration, number, rate } from "./figures";

function useLanguage(): string {
  return useTranslation().i18n.resolvedLanguage ?? "en";
}

/** An amount of data: `4.2 MB`, the exact count when it is pointed at. */
export function Bytes({ count }: { count: number | null | undefined }) {
  const language = useLanguage();
  if (count === null || count === undefined) return <span>–</span>;
  return <span title={`${number(count, language)} B`}>{bytes(count, language)}</span>;
}

/** Data over time: `4.2 MB/s`. */
export function Rate({ bytesPerSecond }: { bytesPerSecond: number | null | undefined }) {
  const language = useLanguage();
  return <span>{bytesPerSecond === null || bytesPerSecond === undefined ? "–" : rate(bytesPerSecond, language)}</span>;
}

/** A number with the language's separators. */
export function Count({ value, most = 0 }: { value: number | null | undefined; most?: number }) {
  const language = useLanguage();
  return <span>{value === null || value === undefined ? "–" : number(value, language, most)}</span>;
}

/** A time span given in milliseconds: `812 ms`, `3.1 s`. */
export function Took({ ms }: { ms: number | null | undefined }) {
  const language = useLanguage();
  return <span>{ms === null || ms === undefined ? "–" : duration(ms, language)}</span>;
}
