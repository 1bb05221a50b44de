import type { ReactNode } from "react";
import classes from "./Stat.module.css";

interface StatProps {
  label: string;
  value: ReactNode;
  /** A word of context below: "of 14", "since yesterday". */
  note?: ReactNode;
  tone?: "good" | "warn" | "bad";
}

/** A number that matters. Several stand side by side in `Stats`. */
export function Stat({ label, value, note, tone }: StatProps) {
  return (
    <div className={classes.stat} data-tone={tone}>
      <dt>{label}</dt>
      <dd>
        <span className={classes.value}>{value}</span>
        {note && <span className={classes.note}>{note}</span>}
      </dd>
    </div>
  );
}

export function Stats({ children }: { children: ReactNode }) {
  return <dl className={classes.stats}>{children}</dl>;
}
