import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { absolute, brief, day, relative, staysTrue } from "./figures";

interface WhenProps {
  /** RFC 3339. Nothing: `none` is shown. */
  at: string | null | undefined;
  /** `relative` ("3 minutes ago"), `brief` ("25 Nov, 17:18"), `day` or `absolute`. */
  as?: "relative" | "brief" | "day" | "absolute";
  none?: string;
}

/** A time: relative, the exact one when it is pointed at. */
export function When({ at, as = "relative", none = "–" }: WhenProps) {
  const { i18n } = useTranslation();
  const language = i18n.resolvedLanguage ?? "en";
  const time = at ? new Date(at) : null;
  const now = useNow(time, as === "relative");
  if (!time || Number.isNaN(time.getTime())) return <span>{none}</span>;
  const shown = {
    relative: () => relative(time, now, language),
    brief: () => brief(time, now, language),
    day: () => day(time, language),
    absolute: () => absolute(time, language),
  }[as]();
  const element = <time dateTime={at ?? undefined}>{shown}</time>;
  return as === "absolute" ? element : <Tooltip label={absolute(time, language)}>{element}</Tooltip>;
}

/** The time, moved on as often as what is shown changes. */
function useNow(at: Date | null, moving: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  const due = at && moving ? staysTrue(at, now) : null;
  useEffect(() => {
    if (due === null) return;
    const timer = setInterval(() => setNow(new Date()), due);
    return () => clearInterval(timer);
  }, [due]);
  return now;
}
