import { useTranslation } from "react-i18next";
import { shortened } from "@/components/Id";
import { usePartnerNames } from "@/components/Partner";
import type { Negotiation } from "./queries";

type Key = "waits.consumer.REQUESTED";

/** What a negotiation waits for, as a sentence without a stop. */
export function useWaiting(): (negotiation: Negotiation) => string {
  const { t, i18n } = useTranslation("negotiations");
  const names = usePartnerNames();
  return ({ role, state, partner }) => {
    const key = `waits.${role}.${state}`;
    if (!i18n.exists(key, { ns: "negotiations" })) return state;
    return t(key as Key, { name: names.get(partner) ?? shortened(partner) });
  };
}

/** The partner's name, for sentences. */
export function usePartnerName(id: string | undefined): string {
  const names = usePartnerNames();
  return id ? (names.get(id) ?? shortened(id)) : "";
}
