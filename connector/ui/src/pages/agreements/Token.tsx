import { useId } from "react";
import classes from "./Token.module.css";

/** `there`: nothing is known yet, or nothing is wrong with it alone. */
export type HalfState = "there" | "broken" | "missing";

interface TokenProps {
  ours: HalfState;
  theirs: HalfState;
  /** null: it is being checked, or there is only one half. */
  fits: boolean | null;
  size?: number;
  /** What the drawing says, in words. */
  label: string;
}

/** The broken token that gave this software its name: our half on the left, the partner's on the right. */
export function Token({ ours, theirs, fits, size = 96, label }: TokenProps) {
  const title = useId();
  return (
    <svg
      viewBox="-5 -1 42 34"
      height={size}
      width={(size * 42) / 34}
      className={classes.token}
      data-fits={fits === null ? undefined : fits}
      role="img"
      aria-labelledby={title}
    >
      <title id={title}>{label}</title>
      <path
        className={classes.ours}
        data-state={ours}
        d="M14.2 3.1A13 13 0 0 0 14.2 28.9L11.4 24.2 16.2 20.4 11.6 15.4 16.4 11.4 12.6 7.4Z"
      />
      <path
        className={classes.theirs}
        data-state={theirs}
        d="M17.8 3.1A13 13 0 0 1 17.8 28.9L15 24.6 19.8 20.6 15.2 15.6 20 11.6 16.2 7.6Z"
      />
    </svg>
  );
}
