import { Button, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { Copy } from "@/components/Copy";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { Refusal } from "@/components/Refusal";
import { Sign } from "@/components/State";
import { When } from "@/components/When";
import type { Agreement } from "./agreement";
import { aboutOf, halves } from "./halves";
import { Kept } from "./Kept";
import classes from "./ProofTab.module.css";
import { Token } from "./Token";

type Check = Schema["Check"];
type Attestation = Agreement["attestations"][number];

/** Verified anew whenever the page is opened: the answer is of now, not of when the halves came. */
export function useVerification(id: string) {
  return useQuery({
    queryKey: ["agreements", id, "verify"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/agreements/{id}/verify", { params: { path: { id } }, signal })),
    staleTime: 10_000,
  });
}

/** The two halves, whether they fit, and what each rests on. */
export function ProofTab({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const verification = useVerification(agreement.id);
  if (verification.error) return <Refusal problem={verification.error} retry={verification.refetch} />;
  if (!verification.data) return <Loading lines={10} />;
  const { data, dataUpdatedAt, isFetching } = verification;
  const { ours, theirs, fits, word } = halves(agreement, data);
  const half = (side: string) => agreement.attestations.find(({ role }) => role === side);
  const other = agreement.role === "consumer" ? "provider" : "consumer";
  return (
    <>
      <div className={classes.verdict} data-word={word}>
        <Token ours={ours} theirs={theirs} fits={fits} size={128} label={t(`proof.words.${word}.short`)} />
        <div className={classes.said}>
          <h2>{t(`proof.words.${word}.short`)}</h2>
          <p>{t(`proof.words.${word}.long`)}</p>
          <p className={classes.checked}>
            {t("proof.checkedAt")} <When at={new Date(dataUpdatedAt).toISOString()} />
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconRefresh size={14} aria-hidden="true" />}
              loading={isFetching}
              onClick={() => void verification.refetch()}
            >
              {t("proof.again")}
            </Button>
          </p>
        </div>
      </div>
      <div className={classes.halves}>
        <Half title={t("proof.ours")} side={agreement.role} half={half(agreement.role)} />
        <Half title={t("proof.theirs")} side={other} half={half(other)} partner={agreement.partner} />
      </div>
      <Section title={t("proof.checks")}>
        <Checks checks={data.checks} />
      </Section>
      {word === "oursOnly" && <Kept id={agreement.id} partner={agreement.partner} />}
    </>
  );
}

interface HalfProps {
  title: string;
  side: string;
  half: Attestation | undefined;
  partner?: string;
}

/** By whom a half is attested, when, with which key, and on which credentials it rests. */
function Half({ title, side, half, partner }: HalfProps) {
  const { t } = useTranslation("agreements");
  const role = t(`proof.as.${side === "consumer" ? "consumer" : "provider"}`);
  if (!half) {
    return (
      <section className={classes.half}>
        <h3>{title}</h3>
        <Text c="dimmed">{t("proof.notHere", { role })}</Text>
        {partner && <Partner id={partner} />}
      </section>
    );
  }
  const credential = half.credential as Credential;
  const presented = list(credential.credentialSubject?.presented);
  return (
    <section className={classes.half}>
      <h3>{title}</h3>
      <Facts
        facts={[
          [t("proof.signer"), <Partner key="signer" id={half.signer} withId copy />],
          [t("proof.role"), role],
          [t("proof.signed"), <When key="signed" at={credential.validFrom} as="absolute" />],
          [
            t("proof.key"),
            <Id key="key" id={String(credential.proof?.verificationMethod ?? "–")} what={t("proof.key")} />,
          ],
          [t("proof.suite"), credential.proof?.cryptosuite ?? "–"],
          [
            t("proof.presented"),
            presented.length > 0 && (
              <ul key="presented" className={classes.presented}>
                {presented.map((one) => (
                  <li key={String(one.digest)}>
                    {list(one.credentialType)
                      .filter((type) => type !== "VerifiableCredential")
                      .join(", ")}{" "}
                    <span className={classes.quiet}>
                      {t("proof.issuedBy")} <Partner id={String(one.credentialIssuer)} />
                      {one.credentialValidUntil && (
                        <>
                          , {t("proof.until")} <When at={one.credentialValidUntil} as="day" />
                        </>
                      )}
                    </span>
                  </li>
                ))}
              </ul>
            ),
          ],
        ]}
      />
      <details className={classes.raw}>
        <summary>{t("proof.credential")}</summary>
        <Copy text={half.jwt} what={t("proof.jwt")} words />
        <JsonView value={half.credential} label={t("proof.credential")} file={`half-${side}.json`} open={1} />
      </details>
    </section>
  );
}

interface Presented {
  digest?: string;
  credentialType?: string | string[];
  credentialIssuer?: string;
  credentialValidUntil?: string;
}

interface Credential {
  validFrom?: string;
  proof?: { verificationMethod?: string; cryptosuite?: string };
  credentialSubject?: { presented?: Presented | Presented[] };
}

function list<T>(given: T | T[] | undefined): T[] {
  if (given === undefined || given === null) return [];
  return Array.isArray(given) ? given : [given];
}

const GROUPS = ["content", "consumer", "provider", "presented"] as const;
const OUTCOMES = {
  ok: ["good", IconCircleCheck],
  note: ["quiet", IconInfoCircle],
  failed: ["bad", IconAlertTriangle],
} as const;

/** Everything that was checked, each as a line. What failed stands first. */
export function Checks({ checks }: { checks: readonly Check[] }) {
  const { t } = useTranslation("agreements");
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  return (
    <>
      {failed.length > 0 && (
        <div className={classes.failed} role="alert">
          <h3>{t("proof.failed", { count: failed.length })}</h3>
          <Lines checks={failed} />
        </div>
      )}
      {GROUPS.map((group) => {
        const lines = checks.filter((check) => aboutOf(check) === group);
        if (lines.length === 0) return null;
        return (
          <section key={group} className={classes.group}>
            <h3>{t(`proof.groups.${group}`)}</h3>
            <Lines checks={lines} />
          </section>
        );
      })}
    </>
  );
}

function Lines({ checks }: { checks: readonly Check[] }) {
  const { t } = useTranslation("agreements");
  return (
    <ul className={classes.lines}>
      {checks.map(({ check, outcome, sentence }, index) => {
        const known = outcome === "ok" || outcome === "failed" ? outcome : "note";
        const [tone, icon] = OUTCOMES[known];
        return (
          <li key={`${check} ${index}`} title={check}>
            <Sign tone={tone} icon={icon}>
              <span className={classes.outcome}>{t(`proof.outcomes.${known}`)}</span>
            </Sign>
            <span className={classes.sentence}>{sentence}</span>
          </li>
        );
      })}
    </ul>
  );
}
