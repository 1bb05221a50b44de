import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useExplained } from "@/api/explained";
import { Count } from "@/components/Bytes";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { TextLink } from "@/components/Links";
import { Section } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { Told } from "@/components/Told";
import { When } from "@/components/When";
import { tally } from "@/policy/standing";
import type { Agreement } from "./agreement";
import { limit, survivors } from "./reading";
import classes from "./TermsTab.module.css";

export function TermsTab({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const explained = useExplained({ agreement: agreement.id });
  const counts = explained.data ? tally(explained.data.tree) : null;
  return (
    <>
      {counts && (
        <p className={classes.tally}>
          {t("terms.enforced", { count: counts.decided })}
          {counts.contractual > 0 && ` ${t("terms.contractual", { count: counts.contractual })}`}
          {counts.notUnderstood > 0 && ` ${t("terms.notUnderstood", { count: counts.notUnderstood })}`}
        </p>
      )}
      <PolicyWords terms={agreement.terms} explained={explained.data} />
      <Counters agreement={agreement} clauses={explained.data?.clauses ?? []} />
      <Section title={t("terms.survives")}>
        <Surviving agreement={agreement} />
      </Section>
      <Section title={t("terms.particulars")}>
        <Particulars agreement={agreement} />
      </Section>
      <details className={classes.raw}>
        <summary>{t("terms.raw")}</summary>
        <JsonView value={agreement.policy} label={t("terms.odrl")} file="agreement-odrl.json" />
      </details>
    </>
  );
}

function Surviving({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const surviving = survivors(agreement.survivingDuties);
  if (surviving.length === 0) return <Text c="dimmed">{t("terms.nothingSurvives")}</Text>;
  return (
    <ul className={classes.sentences}>
      {surviving.map((sentence) => (
        <li key={sentence}>
          <Told sentence={sentence} />
        </li>
      ))}
    </ul>
  );
}

interface CountersProps {
  agreement: Agreement;
  clauses: readonly { path: string; sentence: string }[];
}

/** What has been used of rights that are counted. The provider counts. */
function Counters({ agreement, clauses }: CountersProps) {
  const { t } = useTranslation("agreements");
  const { id, role, policy } = agreement;
  const usage = useQuery({
    queryKey: ["usage", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/agreements/{id}/usage", { params: { path: { id } }, signal })),
    enabled: role === "provider",
  });
  if (usage.error) return <Refusal problem={usage.error} retry={usage.refetch} />;
  const used = usage.data?.items ?? [];
  if (used.length === 0) return null;
  return (
    <Section title={t("terms.used")}>
      <Facts
        facts={used.map(({ counter, used: drawn, lastAt }) => {
          const clause = clauses.find(({ path }) => path === counter);
          const most = limit(policy, counter);
          return [
            <span key={counter} title={counter}>
              {clause ? <Told sentence={clause.sentence} /> : counter}
            </span>,
            <span key="used">
              <strong>
                <Count value={drawn} />
              </strong>
              {most !== null && (
                <>
                  {" "}
                  {t("terms.of")} <Count value={most} />
                </>
              )}
              <span className={classes.quiet}>
                {" "}
                · {t("terms.lastUse")} <When at={lastAt} />
              </span>
            </span>,
          ];
        })}
      />
    </Section>
  );
}

function Particulars({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation(["agreements", "app"]);
  const { id, partner, role, asset, dataspace, concludedAt, digest, negotiation } = agreement;
  return (
    <Facts
      facts={[
        [t("terms.id"), <Id key="id" id={id} what={t("terms.id")} whole />],
        [t("terms.role"), t(`terms.roles.${role === "consumer" ? "consumer" : "provider"}`)],
        [t("list.partner"), <Partner key="partner" id={partner} withId copy />],
        [t("list.dataset"), <Id key="asset" id={asset} whole copy={false} />],
        [t("terms.dataspace"), dataspace ?? t("terms.noDataspace")],
        [t("terms.concluded"), <When key="concluded" at={concludedAt} as="absolute" />],
        [
          t("terms.negotiation"),
          negotiation ? (
            <TextLink key="negotiation" to="/negotiations/$pid" params={{ pid: negotiation }}>
              {t("terms.toNegotiation")}
            </TextLink>
          ) : (
            t("terms.imported")
          ),
        ],
        [t("terms.digest"), <Id key="digest" id={digest} what={t("terms.digest")} whole />],
      ]}
    />
  );
}
