import {
  IconAlertTriangle,
  IconArchive,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconClock,
  IconHelpCircle,
  IconPlayerPause,
  IconPlayerPlay,
  type TablerIcon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./State.module.css";

export type Tone = "good" | "run" | "warn" | "bad" | "quiet";

/** What a state looks like. The word stands beside it: colour alone says nothing. */
const LOOKS: Record<string, [Tone, TablerIcon]> = {
  // Negotiation
  REQUESTED: ["run", IconClock],
  OFFERED: ["run", IconClock],
  ACCEPTED: ["run", IconClock],
  AGREED: ["run", IconClock],
  VERIFIED: ["run", IconClock],
  FINALIZED: ["good", IconCircleCheck],
  TERMINATED: ["bad", IconBan],
  // Transfer
  STARTED: ["run", IconPlayerPlay],
  SUSPENDED: ["warn", IconPlayerPause],
  COMPLETED: ["good", IconCircleCheck],
  // Agreement
  IN_FORCE: ["good", IconCircleCheck],
  RETIRED: ["quiet", IconArchive],
  // Credentials and requests for them
  VALID: ["good", IconCircleCheck],
  REVOKED: ["bad", IconBan],
  EXPIRED: ["bad", IconBan],
  ISSUED: ["good", IconCircleCheck],
  RECEIVED: ["run", IconClock],
  REJECTED: ["bad", IconBan],
  // Messages
  pending: ["run", IconClock],
  delivered: ["good", IconCircleCheck],
  received: ["good", IconCircleCheck],
  refused: ["bad", IconBan],
  abandoned: ["bad", IconAlertTriangle],
  // Catalogues
  never: ["quiet", IconCircleDashed],
  reading: ["run", IconClock],
  fresh: ["good", IconCircleCheck],
  stale: ["warn", IconClock],
  unreachable: ["bad", IconAlertTriangle],
  // Answers
  yes: ["good", IconCircleCheck],
  no: ["bad", IconBan],
  unknown: ["quiet", IconHelpCircle],
  // Users
  invited: ["run", IconClock],
  active: ["good", IconCircleCheck],
  disabled: ["quiet", IconBan],
};

/**
 * The state of a negotiation, transfer, agreement, credential, message, catalogue or user, as the API spells it. `word` instead
 * of ours where a page says it better ("waiting for you").
 */
export function State({ state, word, tone }: { state: string; word?: ReactNode; tone?: Tone }) {
  const { t, i18n } = useTranslation();
  const [usual, Icon] = LOOKS[state] ?? ["quiet" as const, IconCircleDashed];
  const key = `states.${state}`;
  const known = i18n.exists(key) ? t(key as "states.REQUESTED") : state;
  return (
    <Sign tone={tone ?? usual} icon={Icon} title={state}>
      {word ?? known}
    </Sign>
  );
}

interface SignProps {
  tone: Tone;
  icon: TablerIcon;
  title?: string;
  children: ReactNode;
}

/** Icon and word in one of the five tones. For what has no state of its own. */
export function Sign({ tone, icon: Icon, title, children }: SignProps) {
  return (
    <span className={classes.sign} data-tone={tone} title={title}>
      <Icon size={16} stroke={1.8} aria-hidden="true" />
      {children}
    </span>
  );
}
