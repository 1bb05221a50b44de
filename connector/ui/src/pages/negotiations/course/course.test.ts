import { describe, expect, it } from "vitest";
import type { Message, Negotiation } from "../queries";
import { actions, course, stuck, versions } from "./course";
import { nextStep, read } from "./reasons";

const negotiation = (state: string, role = "consumer", more: Partial<Negotiation> = {}) =>
  ({ state, role, updatedAt: "2026-02-03T05:00:09Z", ...more }) as Negotiation;

let second = 0;
const message = (direction: "in" | "out", type: string, payload: object = {}, more: Partial<Message> = {}) =>
  ({
    direction,
    type,
    payload,
    at: `2026-02-03T05:00:0${second++ % 10}Z`,
    status: direction === "out" ? "delivered" : "received",
    attempts: 1,
    ...more,
  }) as Message;

const told = (state: string, role: string, messages: Message[]) =>
  course(negotiation(state, role), messages).map((step) => `${step.name} ${step.state} ${step.who}`);

describe("the course of a negotiation", () => {
  it("says what is waited for after the request", () => {
    const messages = [message("out", "ContractRequestMessage", { offer: {} })];
    expect(told("REQUESTED", "consumer", messages)).toEqual([
      "requested done us",
      "agreed next partner",
      "verified ahead us",
      "finalized ahead partner",
    ]);
  });

  it("has each round of offers", () => {
    const messages = [
      message("in", "ContractRequestMessage", { offer: {} }),
      message("out", "ContractOfferMessage", { offer: {} }),
      message("in", "ContractRequestMessage", { offer: {} }),
    ];
    expect(told("REQUESTED", "provider", messages)).toEqual([
      "requested done partner",
      "offered done us",
      "requested done partner",
      "agreed next us",
      "verified ahead partner",
      "finalized ahead us",
    ]);
  });

  it("tells acceptance from conclusion, whatever the prefix", () => {
    const event = (eventType: string) => message("in", "ContractNegotiationEventMessage", { eventType });
    const steps = course(negotiation("FINALIZED"), [event("ACCEPTED"), event("dspace:FINALIZED")]);
    expect(steps.map(({ name }) => name)).toEqual(["accepted", "finalized"]);
  });

  it("ends also where no message says so", () => {
    const ended = negotiation("TERMINATED", "consumer", { termination: { by: "partner", code: null, reason: [] } });
    const steps = course(ended, [message("out", "ContractRequestMessage", { offer: {} })]);
    expect(steps.at(-1)).toMatchObject({ name: "terminated", state: "done", who: "partner" });
  });

  it("numbers the terms that were on the table", () => {
    const messages = [
      message("out", "ContractRequestMessage", { offer: { "@id": "a" } }),
      message("in", "ContractOfferMessage", { offer: { "@id": "b" } }),
      message("out", "ContractNegotiationEventMessage", { eventType: "ACCEPTED" }),
      message("in", "ContractAgreementMessage", { agreement: { "@id": "c" } }),
    ];
    expect(versions(messages).map(({ number, kind, who }) => [number, kind, who])).toEqual([
      [1, "request", "us"],
      [2, "offer", "partner"],
      [3, "agreement", "partner"],
    ]);
  });
});

describe("what may be done", () => {
  it.each([
    ["consumer", "OFFERED", "accept counter reject"],
    ["consumer", "ACCEPTED", ""],
    ["consumer", "AGREED", "verify terminate"],
    ["provider", "REQUESTED", "approve offer reject"],
    ["provider", "AGREED", ""],
    ["provider", "VERIFIED", "finalize terminate"],
    ["provider", "FINALIZED", ""],
  ])("%s in %s: %s", (role, state, expected) => {
    expect(actions(negotiation(state, role)).join(" ")).toBe(expected);
  });
});

describe("what did not get through", () => {
  it("is the last message of ours only", () => {
    const lost = message("out", "ContractRequestMessage", {}, { status: "pending", attempts: 3 });
    const fine = message("out", "ContractRequestMessage");
    expect(stuck([fine, lost])).toBe(lost);
    expect(stuck([lost, fine])).toBeNull();
    expect(stuck([message("out", "ContractRequestMessage", {}, { status: "pending", attempts: 0 })])).toBeNull();
  });
});

describe("reasons", () => {
  it("are read apart", () => {
    const { told, rule } = read([
      "refused: the participant is not `did:web:a`; it is `did:web:b` [NotSatisfied at permission[0].constraint[1]]",
      'rule: membership of "brakes"',
      "present current credentials",
    ]);
    expect(told).toEqual([
      {
        sentence: "The participant is not `did:web:a`; it is `did:web:b`.",
        code: "NotSatisfied",
        path: "permission[0].constraint[1]",
      },
      { sentence: "Present current credentials.", code: null, path: null },
    ]);
    expect(rule).toBe('membership of "brakes"');
  });

  it("leave brackets of people alone", () => {
    expect(read(["Too late [see our letter]"]).told[0]).toEqual({
      sentence: "Too late [see our letter].",
      code: null,
      path: null,
    });
  });

  it.each([
    ["policy.denied", "prove"],
    ["dataspace.membership", "join"],
    ["rejected", "terms"],
    [null, "talk"],
    ["anything.else", "talk"],
  ] as const)("%s → %s", (code, step) => expect(nextStep(code)).toBe(step));
});
