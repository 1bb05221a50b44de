import { Button, Select } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useExplained } from "@/api/explained";
import { useSession } from "@/api/session";
import { save } from "@/components/Download";
import { Facts } from "@/components/Facts";
import { absolute, day } from "@/components/figures";
import { TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { usePartnerNames } from "@/components/Partner";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { Told } from "@/components/Told";
import { useAgreement } from "./AgreementPage";
import type { Agreement } from "./agreement";
import { useSentence } from "./Headline";
import { halves } from "./halves";
import { useVerification } from "./ProofTab";
import classes from "./ReviewPage.module.css";
import { survivors } from "./reading";
import { Token } from "./Token";

const route = getRouteApi("/app/agreements/$id/review");

/** One sheet for a reviewer, to be printed and signed: can it ever be used, until when, why, and what proves it. */
export function ReviewPage() {
  const { t } = useTranslation("agreements");
  const { id } = route.useParams();
  const agreement = useAgreement(id);
  if (agreement.data) return <Sheet agreement={agreement.data} />;
  return (
    <Page title={t("review.title")}>
      {agreement.error ? <Refusal problem={agreement.error} retry={agreement.refetch} /> : <Loading lines={12} />}
    </Page>
  );
}

const ACTIONS = ["use", "display", "distribute", "modify", "derive", "archive", "delete", "sell", "transfer"];

function Sheet({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const [action, setAction] = useState("use");
  const { id, asset } = agreement;
  const reviewed = useReviewed(agreement, action);
  const tools = (
    <div className={`no-print ${classes.tools}`}>
      <Select
        aria-label={t("review.action")}
        data={ACTIONS}
        value={action}
        onChange={(next) => setAction(next ?? "use")}
        w={140}
      />
      <Button
        variant="default"
        disabled={!reviewed.data}
        onClick={() => reviewed.data && save(reviewed.data.sheet, `review-${id.slice(-12)}.md`, "text/markdown")}
      >
        {t("review.markdown")}
      </Button>
      <Button leftSection={<IconPrinter size={16} aria-hidden="true" />} onClick={() => window.print()}>
        {t("review.print")}
      </Button>
    </div>
  );
  return (
    <div className={classes.sheet}>
      <Page
        title={t("review.of", { asset })}
        crumbs={[
          <TextLink key="list" to="/agreements">
            {t("title")}
          </TextLink>,
          <TextLink key="one" to="/agreements/$id" params={{ id }}>
            {asset}
          </TextLink>,
        ]}
        actions={tools}
      >
        {reviewed.error && <Refusal problem={reviewed.error} retry={reviewed.refetch} />}
        <Verdict agreement={agreement} reviewed={reviewed.data} />
        <Parties agreement={agreement} />
        <h2>{t("review.terms")}</h2>
        <Terms agreement={agreement} />
        <h2>{t("review.proof")}</h2>
        <Proof agreement={agreement} />
        <Signatures />
      </Page>
    </div>
  );
}

function useReviewed(agreement: Agreement, action: string) {
  const session = useSession();
  const { id, role, partner, asset } = agreement;
  const who = role === "consumer" ? session.connector.participantId : partner;
  return useQuery({
    queryKey: ["agreements", id, "review", who, action],
    queryFn: ({ signal }) =>
      answer(
        api.POST("/api/v1/policies/review", {
          body: { of: [{ agreement: id }], question: { who, what: asset, action } },
          signal,
        }),
      ),
    retry: false,
  });
}

interface VerdictProps {
  agreement: Agreement;
  reviewed?: { question: string; answer: string; sentence: string; because: string[] };
}

/** The answer first. The terms alone are asked; an end that somebody brought about stands above them. */
function Verdict({ agreement, reviewed }: VerdictProps) {
  const { t } = useTranslation("agreements");
  const sentence = useSentence(agreement);
  const ended = agreement.state !== "IN_FORCE";
  if (!reviewed) return <Loading lines={3} />;
  return (
    <div className={classes.verdict}>
      {ended && <p className={classes.answer}>{sentence}</p>}
      <p className={classes.question}>
        {ended && `${t("review.textAlone")} `}
        <Told sentence={reviewed.question} />
      </p>
      <p className={ended ? undefined : classes.answer}>{reviewed.sentence}</p>
      {reviewed.because.length > 0 && (
        <>
          <p className={classes.question}>{t(`rights.because.${reviewed.answer === "never" ? "never" : "now"}`)}</p>
          <ul>
            {reviewed.because.map((one) => (
              <li key={one}>
                <Told sentence={one} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Parties({ agreement }: { agreement: Agreement }) {
  const { t, i18n } = useTranslation(["agreements", "app"]);
  const names = usePartnerNames();
  const { connector } = useSession();
  const language = i18n.resolvedLanguage ?? "en";
  const { id, role, partner, asset, concludedAt, state, retiredAt, terminatedAt, retireReason, termination } =
    agreement;
  const them = [names.get(partner), partner].filter(Boolean).join(", ");
  const us = `${connector.name}, ${connector.participantId}`;
  const end = retiredAt ?? terminatedAt;
  const why = retireReason ?? termination?.reason.join("; ");
  return (
    <Facts
      facts={[
        [t("review.receives"), role === "consumer" ? us : them],
        [t("review.gives"), role === "consumer" ? them : us],
        [t("list.dataset"), asset],
        [t("terms.id"), id],
        [t("terms.concluded"), absolute(new Date(concludedAt), language)],
        [
          t("list.state"),
          end
            ? `${t(`app:states.${state as "RETIRED"}`)}, ${day(new Date(end), language)}${why ? `: ${why}` : ""}`
            : t(`app:states.${state as "IN_FORCE"}`),
        ],
      ]}
    />
  );
}

function Terms({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const explained = useExplained({ agreement: agreement.id });
  const surviving = survivors(agreement.survivingDuties);
  return (
    <>
      <PolicyWords terms={agreement.terms} explained={explained.data} />
      <h3>{t("terms.survives")}</h3>
      {surviving.length === 0 ? (
        <p>{t("terms.nothingSurvives")}</p>
      ) : (
        <ul>
          {surviving.map((sentence) => (
            <li key={sentence}>
              <Told sentence={sentence} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Proof({ agreement }: { agreement: Agreement }) {
  const { t, i18n } = useTranslation("agreements");
  const verification = useVerification(agreement.id);
  const language = i18n.resolvedLanguage ?? "en";
  if (!verification.data) return <Loading lines={3} />;
  const { ours, theirs, fits, word } = halves(agreement, verification.data);
  const { checks, digest } = verification.data;
  const signed = checks.filter(({ check, outcome }) => outcome === "failed" || /\.(signature|party|key)$/.test(check));
  return (
    <div className={classes.proof}>
      <Token ours={ours} theirs={theirs} fits={fits} size={72} label={t(`proof.words.${word}.short`)} />
      <div>
        <p>
          <strong>{t(`proof.words.${word}.short`)}</strong>{" "}
          {t("review.checked", {
            count: checks.length,
            at: absolute(new Date(verification.dataUpdatedAt), language),
          })}
        </p>
        <ul>
          {signed.map(({ check, sentence }) => (
            <li key={check}>{sentence}</li>
          ))}
        </ul>
        <p className={classes.digest}>
          {t("terms.digest")}: <code>{digest}</code>
        </p>
      </div>
    </div>
  );
}

function Signatures() {
  const { t } = useTranslation("agreements");
  const { operator, connector } = useSession();
  return (
    <div className={classes.signatures}>
      <p>{t("review.drawn", { name: operator.name, connector: connector.name })}</p>
      <div>{t("review.reviewer")}</div>
      <div>{t("review.date")}</div>
    </div>
  );
}
