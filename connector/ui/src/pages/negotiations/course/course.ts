import type { Message, Negotiation } from "../queries";

/** The course of a negotiation as people follow it. Pure. */

export type StepName = "requested" | "offered" | "accepted" | "agreed" | "verified" | "finalized" | "terminated";
export type Who = "us" | "partner";

export interface Step {
  name: StepName;
  /** `done`, `next` (waited for now) or `ahead`. */
  state: "done" | "next" | "ahead";
  who: Who;
  /** RFC 3339, of those done. */
  at: string | null;
}

/** Whose message leads there. */
const MOVERS: Record<Exclude<StepName, "terminated">, "consumer" | "provider"> = {
  requested: "consumer",
  offered: "provider",
  accepted: "consumer",
  agreed: "provider",
  verified: "consumer",
  finalized: "provider",
};

/** What is still to come, by the state. */
const AHEAD: Record<string, Exclude<StepName, "terminated">[]> = {
  REQUESTED: ["agreed", "verified", "finalized"],
  OFFERED: ["accepted", "agreed", "verified", "finalized"],
  ACCEPTED: ["agreed", "verified", "finalized"],
  AGREED: ["verified", "finalized"],
  VERIFIED: ["finalized"],
};

/** Every step taken, from the messages, then those to come. */
export function course(negotiation: Negotiation, messages: readonly Message[]): Step[] {
  const taken = messages.flatMap((message): Step[] => {
    const name = stepOf(message);
    return name ? [{ name, state: "done", who: message.direction === "out" ? "us" : "partner", at: message.at }] : [];
  });
  const ahead = (AHEAD[negotiation.state] ?? []).map((name, index): Step => {
    const who = MOVERS[name] === negotiation.role ? "us" : "partner";
    return { name, state: index === 0 ? "next" : "ahead", who, at: null };
  });
  const ended = negotiation.state === "TERMINATED" && !taken.some(({ name }) => name === "terminated");
  const end: Step[] = ended
    ? [{ name: "terminated", state: "done", who: whoEnded(negotiation), at: negotiation.updatedAt }]
    : [];
  return [...taken, ...end, ...ahead];
}

function whoEnded({ termination }: Negotiation): Who {
  return termination?.by === "partner" ? "partner" : "us";
}

function stepOf({ type, payload }: Message): StepName | null {
  switch (type.slice(type.lastIndexOf(":") + 1)) {
    case "ContractRequestMessage":
      return "requested";
    case "ContractOfferMessage":
      return "offered";
    case "ContractAgreementMessage":
      return "agreed";
    case "ContractAgreementVerificationMessage":
      return "verified";
    case "ContractNegotiationTerminationMessage":
      return "terminated";
    case "ContractNegotiationEventMessage": {
      const event = String(payload.eventType ?? "").toUpperCase();
      return event.endsWith("ACCEPTED") ? "accepted" : event.endsWith("FINALIZED") ? "finalized" : null;
    }
    default:
      return null;
  }
}

export interface Version {
  /** From 1. */
  number: number;
  at: string;
  who: Who;
  kind: "request" | "offer" | "agreement";
  policy: Record<string, unknown>;
}

/** The terms that were on the table, one after the other. */
export function versions(messages: readonly Message[]): Version[] {
  const found = messages.flatMap(({ payload, direction, at }): Omit<Version, "number">[] => {
    const kind = payload.agreement ? "agreement" : payload.offer ? "request" : null;
    if (!kind) return [];
    const policy = (payload.agreement ?? payload.offer) as unknown;
    if (typeof policy !== "object" || policy === null) return [];
    const who = direction === "out" ? "us" : "partner";
    return [{ at, who, kind, policy: policy as Record<string, unknown> }];
  });
  const offers = messages.filter(({ type }) => type.endsWith("ContractOfferMessage")).map(({ at }) => at);
  return found.map((one, index) => ({
    ...one,
    kind: one.kind === "request" && offers.includes(one.at) ? "offer" : one.kind,
    number: index + 1,
  }));
}

export type ActionName = "accept" | "approve" | "counter" | "offer" | "verify" | "finalize" | "reject" | "terminate";

/** What the protocol lets us do now, what leads on first. */
export function actions({ role, state }: Negotiation): ActionName[] {
  return ACTIONS[`${role} ${state}`] ?? [];
}

const ACTIONS: Record<string, ActionName[]> = {
  "consumer REQUESTED": ["terminate"],
  "consumer OFFERED": ["accept", "counter", "reject"],
  "consumer AGREED": ["verify", "terminate"],
  "provider REQUESTED": ["approve", "offer", "reject"],
  "provider OFFERED": ["terminate"],
  "provider ACCEPTED": ["approve", "terminate"],
  "provider VERIFIED": ["finalize", "terminate"],
};

/** Who has to conclude rather than talk: the permission that an action takes. */
export function permissionFor(action: ActionName): "negotiate" | "conclude" {
  return action === "counter" || action === "offer" ? "negotiate" : "conclude";
}

/** The last message of ours that did not get through, if it is the last that we sent. */
export function stuck(messages: readonly Message[]): Message | null {
  const last = messages.filter(({ direction }) => direction === "out").at(-1);
  if (!last) return null;
  const failing = last.status === "pending" && last.attempts > 0;
  return failing || last.status === "refused" || last.status === "abandoned" ? last : null;
}
