import { SegmentedControl } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useExplained } from "@/api/explained";
import { Facts } from "@/components/Facts";
import { Id, shortened } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { ButtonLink, TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Messages } from "@/components/Messages";
import { Page, Section } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { PolicyDifference } from "@/components/PolicyDifference";
import { PolicyTree } from "@/components/PolicyTree";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { difference } from "@/policy/difference";
import { normal } from "@/policy/normal";
import { ActionDialogs } from "./course/ActionDialogs";
import { type ActionName, course, versions } from "./course/course";
import { Failure } from "./course/Failure";
import { History } from "./course/History";
import { Now } from "./course/Now";
import { Steps } from "./course/Steps";
import classes from "./Negotiations.module.css";
import { type Message, type Negotiation, useMessages, useNegotiation, usePublished, useTitle } from "./queries";
import { usePartnerName } from "./waiting";

const route = getRouteApi("/app/negotiations/$pid");

/** One negotiation: how far it is, what to do now, the terms, their history, every message. */
export function NegotiationPage() {
  const { t } = useTranslation("negotiations");
  const { pid } = route.useParams();
  const { data: negotiation, error, refetch } = useNegotiation(pid);
  const messages = useMessages(pid);
  const title = useTitle(negotiation);
  const shown = negotiation ? (title ?? shortened(negotiation.asset)) : "…";
  return (
    <Page
      title={shown}
      description={negotiation && <Subtitle negotiation={negotiation} />}
      crumbs={[
        <TextLink key="all" to="/negotiations">
          {t("title")}
        </TextLink>,
      ]}
    >
      {error && !negotiation && <Refusal problem={error} retry={() => void refetch()} />}
      {!error && !negotiation && <Loading lines={8} />}
      {negotiation && <Body negotiation={negotiation} messages={messages.data?.items ?? []} />}
      {negotiation && (
        <Section title={t("detail.messages")}>
          {messages.error && <Refusal problem={messages.error} retry={() => void messages.refetch()} />}
          {messages.data ? (
            <Messages messages={messages.data.items} partner={negotiation.partner} label={t("detail.messagesLabel")} />
          ) : (
            !messages.error && <Loading lines={4} />
          )}
        </Section>
      )}
    </Page>
  );
}

function Subtitle({ negotiation: { partner, state } }: { negotiation: Negotiation }) {
  const { t } = useTranslation("negotiations");
  const name = usePartnerName(partner);
  return (
    <span className={classes.subtitle}>
      <State state={state} />
      <span title={partner}>{t("detail.with", { name })}</span>
    </span>
  );
}

function Body({ negotiation, messages }: { negotiation: Negotiation; messages: readonly Message[] }) {
  const { t } = useTranslation("negotiations");
  const navigate = useNavigate();
  const [asked, setAsked] = useState<ActionName | null>(null);
  const name = usePartnerName(negotiation.partner);
  const { pid, state } = negotiation;
  const act = (action: ActionName) => {
    if (action === "counter" || action === "offer")
      void navigate({ to: "/negotiations/$pid/other-terms", params: { pid } });
    else setAsked(action);
  };
  return (
    <>
      <Steps steps={course(negotiation, messages)} partner={name} />
      {state === "TERMINATED" && <Failure negotiation={negotiation} messages={messages} />}
      {state === "FINALIZED" && <Agreed negotiation={negotiation} />}
      {state !== "TERMINATED" && state !== "FINALIZED" && (
        <Now negotiation={negotiation} messages={messages} act={act} />
      )}
      <ActionDialogs negotiation={negotiation} asked={asked} onClose={() => setAsked(null)} />
      <TermsSection negotiation={negotiation} />
      <History versions={versions(messages)} partner={name} />
      <Section title={t("detail.facts")}>
        <About negotiation={negotiation} />
      </Section>
    </>
  );
}

function Agreed({ negotiation: { agreementId } }: { negotiation: Negotiation }) {
  const { t } = useTranslation("negotiations");
  return (
    <section className={classes.now} data-good aria-label={t("steps.finalized")}>
      <p>{t("detail.agreed")}</p>
      {agreementId && (
        <div className={classes.buttons}>
          <ButtonLink to="/agreements/$id" params={{ id: agreementId }}>
            {t("detail.agreement")}
          </ButtonLink>
        </div>
      )}
    </section>
  );
}

/** What is on the table, in words, as a tree or raw, and how it differs from what is published. */
function TermsSection({ negotiation }: { negotiation: Negotiation }) {
  const { t } = useTranslation("negotiations");
  const { read } = route.useSearch();
  const navigate = useNavigate({ from: "/negotiations/$pid" });
  const { data: explained } = useExplained({ policy: negotiation.offer });
  const over = negotiation.waitingFor === null;
  const ways = [
    { value: "words", label: t("detail.sentences") },
    { value: "tree", label: t("detail.tree") },
    { value: "json", label: t("detail.json") },
  ];
  const choose = (value: string) => {
    const next = value === "words" ? undefined : (value as "tree");
    void navigate({ search: (before) => ({ ...before, read: next }), replace: true, resetScroll: false });
  };
  return (
    <Section
      title={over ? t("detail.termsAgreed") : t("detail.terms")}
      actions={
        <SegmentedControl
          size="xs"
          data={ways}
          value={read ?? "words"}
          onChange={choose}
          aria-label={t("detail.reading")}
        />
      }
    >
      {!read && <PolicyWords terms={negotiation.terms} explained={explained} />}
      {read === "tree" && (explained ? <PolicyTree explained={explained} /> : <Loading />)}
      {read === "json" && <JsonView value={negotiation.offer} label={t("detail.json")} file="offer.json" open={6} />}
      <AgainstPublished negotiation={negotiation} />
    </Section>
  );
}

function AgainstPublished({ negotiation }: { negotiation: Negotiation }) {
  const { t } = useTranslation("negotiations");
  const { data: published, isPending } = usePublished(negotiation);
  const changes = useMemo(
    () => (published ? difference(normal(published), normal(negotiation.offer)).changes : 0),
    [published, negotiation.offer],
  );
  if (isPending) return null;
  if (!published) return <p className={classes.quiet}>{t("detail.notPublished")}</p>;
  if (changes === 0) return <p className={classes.quiet}>{t("detail.same")}</p>;
  return (
    <section className={classes.changed} aria-labelledby="changed">
      <h3 id="changed">{t("detail.changed")}</h3>
      <p className={classes.quiet}>{t("detail.changedFrom")}</p>
      <PolicyDifference
        before={published}
        after={negotiation.offer}
        beforeLabel={t("detail.published")}
        afterLabel={t("detail.table")}
        onlyChanges
      />
    </section>
  );
}

function About({ negotiation }: { negotiation: Negotiation }) {
  const { t } = useTranslation("negotiations");
  const { role, partner, asset, offerId, pid, consumerPid, providerPid, dataspace } = negotiation;
  const theirs = role === "consumer" ? providerPid : consumerPid;
  return (
    <Facts
      columns={2}
      facts={[
        [t("columns.partner"), <Partner key="partner" id={partner} copy />],
        [t("detail.role"), t(`detail.${role as "consumer"}`)],
        [t("detail.dataset"), <Id key="asset" id={asset} />],
        [t("detail.offerId"), <Id key="offer" id={offerId} />],
        [t("detail.pid"), <Id key="pid" id={pid} />],
        [t("detail.theirPid"), theirs && <Id id={theirs} />],
        [t("detail.dataspace"), dataspace],
        [t("detail.begun"), <When key="begun" at={negotiation.createdAt} as="absolute" />],
        [t("detail.changedAt"), <When key="changed" at={negotiation.updatedAt} as="absolute" />],
        [t("detail.automation"), <Automation key="automation" negotiation={negotiation} />],
      ]}
    />
  );
}

const STEPS = { consumer: ["accept", "verify"], provider: ["answer", "finalize", "transfer"] } as const;

function Automation({ negotiation: { role, automation } }: { negotiation: Negotiation }) {
  const { t } = useTranslation("negotiations");
  const steps = STEPS[role === "provider" ? "provider" : "consumer"];
  const taken = steps.filter((step) => automation[step] === "auto").map((step) => t(`detail.steps.${step}`));
  return taken.length > 0 ? taken.join("; ") : t("detail.noAutomation");
}
