import { IconArrowDownLeft, IconArrowUpRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Sign, State } from "@/components/State";
import type { Transfer } from "./pending";

/** Its state; one that the policy monitor holds says so. */
export function Standing({ transfer: { state, heldAt } }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  return <State state={state} word={state === "SUSPENDED" && heldAt ? t("held.word") : undefined} />;
}

/** Which way the data goes, and who fetches or sends it. */
export function Way({ transfer: { role, format } }: { transfer: Pick<Transfer, "role" | "format"> }) {
  const { t } = useTranslation("transfers");
  const side = role === "consumer" ? "consumer" : "provider";
  const how = format.endsWith("PUSH") ? "push" : format.endsWith("PULL") ? "pull" : null;
  return (
    <Sign tone="quiet" icon={side === "consumer" ? IconArrowDownLeft : IconArrowUpRight} title={format}>
      {how ? t(`ways.${side}.${how}`) : t(`roles.${side}`)}
    </Sign>
  );
}
