import { IconAlertTriangle, IconCircleCheck, IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Sign } from "@/components/State";
import { When } from "@/components/When";

/** Whether a partner answers, as far as our messages to it tell. */
export function Reachability({ outbox }: { outbox: Schema["Outbox"] | undefined }) {
  const { t } = useTranslation("partners");
  if (outbox?.unreachableSince) {
    return (
      <Sign tone="bad" icon={IconAlertTriangle} title={outbox.lastDetail ?? undefined}>
        <span>
          {t("reachability.unreachable")} <When at={outbox.unreachableSince} />
          {outbox.waiting > 0 && ` · ${t("reachability.waiting", { count: outbox.waiting })}`}
        </span>
      </Sign>
    );
  }
  if (outbox && outbox.waiting > 0) {
    return (
      <Sign tone="run" icon={IconClock}>
        {t("reachability.waiting", { count: outbox.waiting })}
      </Sign>
    );
  }
  return (
    <Sign tone="quiet" icon={IconCircleCheck}>
      {t("reachability.nothing")}
    </Sign>
  );
}
