import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Messages } from "@/components/Messages";
import { Page, Section } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { Refusal } from "@/components/Refusal";
import { UrlTabs } from "@/components/UrlTabs";
import { When } from "@/components/When";
import { Requests } from "@/pages/agreements/UseTab";
import { short } from "@/policy/normal";
import { spaced } from "@/policy/words";
import { Actions } from "./Actions";
import { Data } from "./Data";
import { Flow } from "./Flow";
import type { Transfer } from "./pending";
import { Standing, Way } from "./Standing";
import { StatePath } from "./StatePath";
import classes from "./TransferPage.module.css";
import { Why } from "./Why";

const route = getRouteApi("/app/transfers/$pid");

export function TransferPage() {
  const { t } = useTranslation("transfers");
  const { pid } = route.useParams();
  const transfer = useQuery({
    queryKey: ["transfers", pid],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/transfers/{pid}", { params: { path: { pid } }, signal })),
  });
  if (transfer.data) return <Shown transfer={transfer.data} />;
  return (
    <Page title={t("one.title")} crumbs={[<ToList key="list" />]}>
      {transfer.error ? <Refusal problem={transfer.error} retry={transfer.refetch} /> : <Loading lines={8} />}
    </Page>
  );
}

function ToList() {
  const { t } = useTranslation("transfers");
  return <TextLink to="/transfers">{t("title")}</TextLink>;
}

function Shown({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const { asset, partner, role, agreementId, pid } = transfer;
  const tabs = [
    { value: "messages", label: t("tabs.messages"), content: <Timeline transfer={transfer} /> },
    ...(role === "provider"
      ? [{ value: "decisions", label: t("tabs.decisions"), content: <Requests of={{ transfer: pid }} /> }]
      : []),
    {
      value: "raw",
      label: t("tabs.raw"),
      content: <JsonView value={transfer} label={t("one.title")} file="transfer.json" />,
    },
  ];
  return (
    <Page
      title={asset}
      documentTitle={t("one.document", { asset })}
      crumbs={[
        <ToList key="list" />,
        <TextLink key="agreement" to="/agreements/$id" params={{ id: agreementId }}>
          {t("one.agreement")}
        </TextLink>,
      ]}
      description={
        <span className={classes.about}>
          <Way transfer={transfer} />
          <span>
            {t(role === "consumer" ? "one.from" : "one.to")} <Partner id={partner} />
          </span>
          <Standing transfer={transfer} />
        </span>
      }
      actions={<Actions transfer={transfer} />}
    >
      <StatePath transfer={transfer} />
      <Why transfer={transfer} />
      <Flow transfer={transfer} />
      {role === "consumer" && (
        <Section title={t("data.title")}>
          <Data transfer={transfer} />
        </Section>
      )}
      <Section title={t("one.particulars")}>
        <Particulars transfer={transfer} />
      </Section>
      <div className={classes.tabs}>
        <UrlTabs label={t("one.parts")} tabs={tabs} />
      </div>
    </Page>
  );
}

function Timeline({ transfer: { pid, partner } }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const messages = useQuery({
    queryKey: ["transfers", pid, "messages"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/transfers/{pid}/messages", { params: { path: { pid } }, signal })),
  });
  if (messages.error) return <Refusal problem={messages.error} retry={messages.refetch} />;
  if (!messages.data) return <Loading lines={6} />;
  if (messages.data.items.length === 0) return <Text c="dimmed">{t("one.noMessages")}</Text>;
  return <Messages messages={messages.data.items} partner={partner} label={t("tabs.messages")} />;
}

function Particulars({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const { pid, consumerPid, providerPid, purpose, scope, format, createdAt, role, agreementId, partner } = transfer;
  const watched = useWatched(transfer);
  return (
    <Facts
      columns={2}
      facts={[
        [t("list.partner"), <Partner key="partner" id={partner} withId copy />],
        [t("new.format"), format],
        [t("new.purpose"), purpose ?? t("one.noPurpose")],
        [t("new.scope"), scope ? <ScopeWords key="scope" scope={scope} /> : t("one.noScope")],
        [t("one.begun"), <When key="begun" at={createdAt} as="absolute" />],
        [
          t("one.decided"),
          watched && (
            <span key="decided">
              <When at={watched.decidedAt} />
            </span>
          ),
        ],
        [
          t("one.next"),
          watched &&
            (watched.nextDecisionAt ? (
              <span key="next">
                <When at={watched.nextDecisionAt} as="brief" />
                <span className={classes.quiet}> {t("one.orChange")}</span>
              </span>
            ) : (
              t("one.onChange")
            )),
        ],
        [t("one.pid"), <Id key="pid" id={pid} what={t("one.pid")} />],
        [
          t("one.theirPid"),
          (role === "consumer" ? providerPid : consumerPid) && (
            <Id key="their" id={(role === "consumer" ? providerPid : consumerPid) ?? ""} what={t("one.theirPid")} />
          ),
        ],
        [
          t("one.agreement"),
          <TextLink key="agreement" to="/agreements/$id" params={{ id: agreementId }}>
            …{agreementId.slice(-12)}
          </TextLink>,
        ],
      ]}
    />
  );
}

/** When the policy monitor decides next. Only the provider's watches, and only what runs or is held. */
function useWatched({ pid, role, state }: Transfer) {
  const watched = useQuery({
    queryKey: ["monitor", pid],
    queryFn: async ({ signal }) => {
      try {
        return await answer(api.GET("/api/v1/monitor/{pid}", { params: { path: { pid } }, signal }));
      } catch (thrown) {
        if (Problem.from(thrown).status === 404) return null;
        throw thrown;
      }
    },
    enabled: role === "provider" && (state === "STARTED" || state === "SUSPENDED"),
  });
  return watched.data ?? null;
}

function ScopeWords({ scope }: { scope: Record<string, unknown> }) {
  return (
    <span className={classes.scope}>
      {Object.entries(scope).map(([operand, value]) => (
        <span key={operand} title={operand}>
          {spaced(short(operand))}: <strong>{Array.isArray(value) ? value.join(", ") : String(value)}</strong>
        </span>
      ))}
    </span>
  );
}
