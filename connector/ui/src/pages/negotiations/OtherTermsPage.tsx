import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ask, path } from "@/api/client";
import { shortened } from "@/components/Id";
import { ButtonLink, TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Refusal } from "@/components/Refusal";
import { say } from "@/components/say";
import { actions, versions } from "./course/course";
import { type Message, type Negotiation, useMessages, useNegotiation, usePublished, useTitle } from "./queries";
import type { Json } from "./terms/editing";
import { type Baseline, Proposal } from "./terms/Proposal";
import { usePartnerName } from "./waiting";

const route = getRouteApi("/app/negotiations/$pid/other-terms");

/** A counter-offer, from either side. */
export function OtherTermsPage() {
  const { t } = useTranslation("negotiations");
  const { pid } = route.useParams();
  const { data: negotiation, error, refetch } = useNegotiation(pid);
  const messages = useMessages(pid);
  const published = usePublished(negotiation);
  const title = useTitle(negotiation);
  const name = usePartnerName(negotiation?.partner);
  const dataset = negotiation ? (title ?? shortened(negotiation.asset)) : "…";
  const known = negotiation && messages.data && !published.isPending;
  return (
    <Page
      title={negotiation?.role === "provider" ? t("other.titleOffer") : t("other.title")}
      description={negotiation && t("other.for", { dataset, name })}
      crumbs={[
        <TextLink key="all" to="/negotiations">
          {t("title")}
        </TextLink>,
        <TextLink key="one" to="/negotiations/$pid" params={{ pid }}>
          {dataset}
        </TextLink>,
      ]}
    >
      {error && !negotiation && <Refusal problem={error} retry={() => void refetch()} />}
      {known ? (
        <Counter
          key={negotiation.updatedAt}
          negotiation={negotiation}
          messages={messages.data.items}
          published={published.data ?? null}
          name={name}
        />
      ) : (
        !error && <Loading lines={10} />
      )}
    </Page>
  );
}

interface CounterProps {
  negotiation: Negotiation;
  messages: readonly Message[];
  published: Json | null;
  name: string;
}

function Counter({ negotiation, messages, published, name }: CounterProps) {
  const { t } = useTranslation("negotiations");
  const navigate = useNavigate();
  const client = useQueryClient();
  const { pid, offer } = negotiation;
  const action = actions(negotiation).find((one) => one === "counter" || one === "offer");
  const against = useMemo(() => {
    const [first] = versions(messages);
    const found: Baseline[] = [{ label: t("detail.table"), policy: offer }];
    if (published) found.push({ label: t("detail.published"), policy: published });
    else if (first) found.push({ label: t("detail.initial"), policy: first.policy });
    return found;
  }, [messages, offer, published, t]);
  if (!action) {
    return (
      <>
        <p>{t("other.over")}</p>
        <ButtonLink to="/negotiations/$pid" params={{ pid }} variant="default">
          {t("other.back")}
        </ButtonLink>
      </>
    );
  }
  const send = async (proposed: Json) => {
    const body = { offer: proposed };
    const answered = await ask<Negotiation>("POST", path`/negotiations/${pid}/${action}`, { body });
    client.setQueryData(["negotiations", pid], answered);
    void client.invalidateQueries({ queryKey: ["negotiations"] });
    say.done(t("other.sent"));
    await navigate({ to: "/negotiations/$pid", params: { pid } });
  };
  return <Proposal start={offer} against={against} verb={t("other.send", { name })} send={send} />;
}
