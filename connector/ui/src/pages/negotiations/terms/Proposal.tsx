import { SegmentedControl, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useExplained } from "@/api/explained";
import { Section } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { PolicyDifference } from "@/components/PolicyDifference";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { difference } from "@/policy/difference";
import { normal } from "@/policy/normal";
import { type Json, unfinished } from "./editing";
import classes from "./Terms.module.css";
import { TermsEditor } from "./TermsEditor";

/** Terms that a proposal is laid beside. */
export interface Baseline {
  label: string;
  policy: Json;
}

interface ProposalProps {
  /** Where editing begins. */
  start: Json;
  /** What it is compared with; the first one at first. */
  against: readonly Baseline[];
  verb: string;
  send: (offer: Json) => Promise<unknown>;
  /** What is asked besides, above the button. */
  children?: ReactNode;
}

/** Other terms: edit, see what that changes and how it reads, send. */
export function Proposal({ start, against, verb, send, children }: ProposalProps) {
  const { t } = useTranslation("negotiations");
  // What cannot be parsed yet is null; the text is the editor's.
  const [given, setGiven] = useState<Json | null>(start);
  const sending = useMutation({ mutationFn: send });
  const missing = given ? unfinished(given) : 0;
  const changes = useMemo(() => (given ? difference(normal(start), normal(given)).changes : 0), [start, given]);
  const unless = reasonAgainst();
  function reasonAgainst(): string | null {
    if (given === null) return t("editor.notObject");
    if (missing > 0) return t("review.unfinished", { count: missing });
    return changes === 0 ? t("review.same") : null;
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (given && !unless) sending.mutate(given);
      }}
    >
      <TermsEditor start={start} value={given} onChange={setGiven} />
      {given && <Review proposed={given} against={against} changed={changes > 0} complete={missing === 0} />}
      {children && <div className={classes.besides}>{children}</div>}
      <div className={classes.send}>
        {sending.error && <Refusal problem={sending.error} compact />}
        <Permitted permission="negotiate" type="submit" loading={sending.isPending} unless={unless}>
          {verb}
        </Permitted>
        {unless && <Text size="sm">{unless}</Text>}
      </div>
    </form>
  );
}

interface ReviewProps {
  proposed: Json;
  against: readonly Baseline[];
  changed: boolean;
  complete: boolean;
}

function Review({ proposed, against, changed, complete }: ReviewProps) {
  const { t } = useTranslation("negotiations");
  const [chosen, setChosen] = useState(against[0]?.label ?? "");
  const baseline = against.find(({ label }) => label === chosen) ?? against[0];
  const [settled] = useDebouncedValue(proposed, 400);
  const { data: explained } = useExplained(complete ? { policy: settled } : null);
  return (
    <>
      <Section
        title={t("review.title")}
        actions={
          against.length > 1 && (
            <SegmentedControl
              size="xs"
              data={against.map(({ label }) => label)}
              value={baseline?.label}
              onChange={setChosen}
              aria-label={t("review.against")}
            />
          )
        }
      >
        {!changed && <p className={classes.quiet}>{t("review.same")}</p>}
        {baseline && changed && complete && <Measure proposed={settled} baseline={baseline} />}
        {baseline && (changed || baseline !== against[0]) && (
          <PolicyDifference
            before={baseline.policy}
            after={proposed}
            beforeLabel={baseline.label}
            afterLabel={t("review.yours")}
          />
        )}
      </Section>
      {explained && (
        <Section title={t("review.reads")}>
          {explained.findings.length > 0 && (
            <div className={classes.findings} role="status">
              <p>{t("review.findings")}</p>
              <ul>
                {explained.findings.map(({ path, code, sentence, hint }) => (
                  <li key={`${path} ${code}`}>
                    {sentence} {hint} {path && <code>{path}</code>}
                  </li>
                ))}
              </ul>
            </div>
          )}
          <PolicyWords terms={explained} explained={explained} />
        </Section>
      )}
    </>
  );
}

/** Whether it permits more or less than what it is compared with: the connector works that out. */
function Measure({ proposed, baseline }: { proposed: Json; baseline: Baseline }) {
  const { t } = useTranslation("negotiations");
  const { data } = useQuery({
    queryKey: ["policies", "compared", proposed, baseline.policy],
    queryFn: ({ signal }) => {
      const body = { a: { policy: proposed }, b: { policy: baseline.policy } };
      return answer(api.POST("/api/v1/policies/compare", { body, signal }));
    },
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!data) return null;
  const within = `${data.aWithinB.answer} ${data.bWithinA.answer}`;
  const said = within.includes("unknown") ? "unknown" : (MEASURES[within] ?? "unknown");
  return (
    <p role="status" className={classes.measure}>
      {t(`review.${said}`, { label: baseline.label })}
    </p>
  );
}

const MEASURES: Record<string, "equal" | "less" | "more" | "other"> = {
  "yes yes": "equal",
  "yes no": "less",
  "no yes": "more",
  "no no": "other",
};
