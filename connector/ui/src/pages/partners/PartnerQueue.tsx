import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Count } from "@/components/Bytes";
import { Facts } from "@/components/Facts";
import { TextLink } from "@/components/Links";
import { Section } from "@/components/Page";
import { When } from "@/components/When";

/** Messages that wait for a partner; what can be done about it is in Operations. */
export function PartnerQueue({ outbox }: { outbox: Schema["Outbox"] }) {
  const { t } = useTranslation("partners");
  return (
    <Section title={t("queue.title")} actions={<TextLink to="/operations">{t("queue.more")}</TextLink>}>
      <Facts
        columns={2}
        facts={[
          [t("queue.waiting"), <Count key="waiting" value={outbox.waiting} />],
          [t("queue.oldest"), <When key="oldest" at={outbox.oldestAt} />],
          [t("queue.attempts"), <Count key="attempts" value={outbox.attempts} />],
          [t("queue.next"), <When key="next" at={outbox.nextAt} none={t("queue.now")} />],
          [t("queue.last"), outbox.lastDetail],
        ]}
      />
    </Section>
  );
}
