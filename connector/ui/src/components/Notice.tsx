import { IconAlertTriangle, IconBan, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./Notice.module.css";

const ICONS = { quiet: IconInfoCircle, warn: IconAlertTriangle, bad: IconBan } as const;

/** Something that somebody has to know before they read on: why it is held, that it has ended. */
export function Notice({ tone, title, children }: { tone: keyof typeof ICONS; title: string; children?: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <section className={classes.notice} data-tone={tone} aria-label={title}>
      <Icon size={18} stroke={1.8} aria-hidden="true" className={classes.icon} />
      <div className={classes.words}>
        <p className={classes.title}>{title}</p>
        {children}
      </div>
    </section>
  );
}
