import type { ReactNode } from "react";
import type { Tone } from "./State";
import classes from "./Timeline.module.css";
import { When } from "./When";

export interface Moment {
  id: string;
  at: string;
  /** What happened, in a line. */
  title: ReactNode;
  /** Who did it, by which way, with which result. */
  detail?: ReactNode;
  /** `in` from the partner, `out` from us; without it, something that happened here. */
  direction?: "in" | "out";
  tone?: Tone;
  /** What can be opened below: payload, findings. */
  children?: ReactNode;
}

/** What happened, in order. */
export function Timeline({ moments, label }: { moments: readonly Moment[]; label: string }) {
  return (
    <ol className={classes.timeline} aria-label={label}>
      {moments.map(({ id, at, title, detail, direction, tone, children }) => (
        <li key={id} className={classes.moment} data-tone={tone} data-direction={direction}>
          <div className={classes.when}>
            <When at={at} as="brief" />
          </div>
          <div className={classes.what}>
            <div className={classes.title}>{title}</div>
            {detail && <div className={classes.detail}>{detail}</div>}
            {children}
          </div>
        </li>
      ))}
    </ol>
  );
}
