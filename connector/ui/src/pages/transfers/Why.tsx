import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Notice } from "@/components/Notice";
import { usePartnerNames } from "@/components/Partner";
import { When } from "@/components/When";
import type { Transfer } from "./pending";

/** Why it is suspended, held or ended, by whom, and what can be done. */
export function Why({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const name = usePartnerNames().get(transfer.partner) ?? transfer.partner;
  const { state, suspension, termination, heldAt, role, format, updatedAt } = transfer;
  if (state === "TERMINATED") {
    const by = termination?.by === "partner" ? "partner" : "us";
    return (
      <Notice tone="bad" title={t(`why.terminated.${by}`, { name })}>
        <Reasons reasons={termination?.reason} />
        <Text size="sm" c="dimmed">
          <When at={updatedAt} />
          {termination?.code && (
            <>
              {" · "}
              <code>{termination.code}</code>
            </>
          )}
        </Text>
      </Notice>
    );
  }
  if (state === "SUSPENDED") {
    const by = heldAt ? "monitor" : suspension?.by === "partner" ? "partner" : "us";
    return (
      <Notice tone="warn" title={t(`why.suspended.${by}`, { name })}>
        <Reasons reasons={suspension?.reason} />
        <Text size="sm">{t(`why.next.${by}`, { name })}</Text>
      </Notice>
    );
  }
  if (state === "REQUESTED") {
    return (
      <Notice tone="quiet" title={t(`why.requested.${role === "consumer" ? "consumer" : "provider"}`, { name })}>
        <Text size="sm">{t(role === "consumer" ? "why.requestedHint" : "why.startHint")}</Text>
      </Notice>
    );
  }
  if (state === "STARTED" && role === "provider" && format.endsWith("PULL"))
    return (
      <Text c="dimmed" mb="md">
        {t("why.theyFetch", { name })}
      </Text>
    );
  return null;
}

function Reasons({ reasons = [] }: { reasons?: readonly string[] }) {
  const [only] = reasons;
  if (only === undefined) return null;
  if (reasons.length === 1) return <Text>{only}</Text>;
  return (
    <ul style={{ margin: 0, paddingInlineStart: "1.125rem" }}>
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}
