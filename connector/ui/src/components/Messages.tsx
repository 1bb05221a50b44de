import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Took } from "./Bytes";
import { JsonView } from "./JsonView";
import classes from "./Messages.module.css";
import { usePartnerNames } from "./Partner";
import { State, type Tone } from "./State";
import { type Moment, Timeline } from "./Timeline";

type Message = Schema["Message"];

interface MessagesProps {
  messages: readonly Message[];
  /** Participant id of the partner whom they go to and come from. */
  partner: string;
  /** "Messages of this transfer", for screen readers. */
  label: string;
  /** What happened besides, put between the messages by its time. */
  besides?: readonly Moment[];
}

/** The messages of a process in both directions: what each does, how it went, its reasons, and the message itself on request. */
export function Messages({ messages, partner, label, besides = [] }: MessagesProps) {
  const { t, i18n } = useTranslation();
  const name = usePartnerNames().get(partner) ?? partner;
  const moments = messages.map((message): Moment => {
    const key = `messages.types.${kindOf(message)}`;
    const out = message.direction === "out";
    return {
      id: message.messageId,
      at: message.at,
      direction: out ? "out" : "in",
      tone: TONES[message.status],
      title: i18n.exists(key) ? t(key as "messages.types.TransferRequestMessage") : message.type,
      detail: (
        <span className={classes.detail}>
          <span>{t(out ? "messages.to" : "messages.from", { name })}</span>
          {message.status !== "received" && <State state={message.status} />}
          {message.httpStatus && <span>{t("messages.http", { status: message.httpStatus })}</span>}
          {message.attempts > 1 && <span>{t("messages.attempts", { count: message.attempts })}</span>}
          {message.durationMs != null && <Took ms={message.durationMs} />}
        </span>
      ),
      children: <Inside message={message} />,
    };
  });
  const all = [...moments, ...besides].sort((a, b) => a.at.localeCompare(b.at));
  return <Timeline label={label} moments={all} />;
}

const TONES: Record<string, Tone> = { refused: "bad", abandoned: "bad", pending: "run" };

/** The events of a negotiation have one type in common. */
function kindOf({ type, payload }: Message): string {
  if (type !== "ContractNegotiationEventMessage") return type;
  const event = String(payload.eventType);
  return `${type}.${event.slice(event.lastIndexOf("/") + 1)}`;
}

function Inside({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const reasons = reasonsOf(message.payload);
  return (
    <>
      {message.detail && <p className={classes.failure}>{message.detail}</p>}
      {reasons.length > 0 && (
        <ul className={classes.reasons}>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <details className={classes.payload} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("messages.show")}</summary>
        {open && <JsonView value={message.payload} label={message.type} file={`${message.type}.json`} height="24rem" />}
      </details>
    </>
  );
}

/** `reason` of a suspension or termination, as texts whatever shape a partner gives it. */
export function reasonsOf(payload: Record<string, unknown>): string[] {
  const given = payload.reason;
  const list = Array.isArray(given) ? given : given === undefined || given === null ? [] : [given];
  return list.map((one) => {
    if (typeof one === "string") return one;
    const value = typeof one === "object" && one !== null && "@value" in one ? one["@value"] : null;
    return typeof value === "string" ? value : JSON.stringify(one);
  });
}
