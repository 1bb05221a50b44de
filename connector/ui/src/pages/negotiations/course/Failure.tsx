import { useTranslation } from "react-i18next";
import { ButtonLink } from "@/components/Links";
import { Told } from "@/components/Told";
import classes from "../Negotiations.module.css";
import type { Message, Negotiation } from "../queries";
import { usePartnerName } from "../waiting";
import { stuck } from "./course";
import { nextStep, read } from "./reasons";

interface FailureProps {
  negotiation: Negotiation;
  messages: readonly Message[];
}

/** Why it ended: whose rule refused what, in sentences, and what can be done. */
export function Failure({ negotiation, messages }: FailureProps) {
  const { t } = useTranslation("negotiations");
  const name = usePartnerName(negotiation.partner);
  const { termination } = negotiation;
  const { told, rule } = read(termination?.reason ?? []);
  const byPartner = termination?.by === "partner";
  // A refusal of theirs is told by their answer, where they ended it with no word.
  const silent = told.length === 0 ? stuck(messages)?.detail : null;
  return (
    <section className={classes.now} data-bad aria-labelledby="failure">
      <h2 id="failure">{byPartner ? t("failure.partner", { name }) : t("failure.us")}</h2>
      {told.length === 0 && <p>{silent ?? t("failure.noReason")}</p>}
      {told.length > 0 && (
        <ul className={classes.reasons}>
          {told.map(({ sentence, path }) => (
            <li key={sentence}>
              <Told sentence={sentence} />
              {path && (
                <span className={classes.place}>
                  {t("failure.place")} <code>{path}</code>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <p className={classes.quiet}>
        {t("failure.rule")}: {byPartner ? t("failure.ruleOfTheirs", { name }) : t("failure.ruleOfOurs")}
        {rule && <> – {rule}</>}
        {termination?.code && (
          <>
            {" · "}
            {t("failure.code")} <code>{termination.code}</code>
          </>
        )}
      </p>
      <Next negotiation={negotiation} name={name} />
    </section>
  );
}

function Next({ negotiation, name }: { negotiation: Negotiation; name: string }) {
  const { t } = useTranslation("negotiations");
  const { role, partner, asset: dataset, termination, offerId } = negotiation;
  const side = role === "provider" ? "provider" : "consumer";
  const next = nextStep(termination?.code);
  const params = { partner, dataset };
  const small = { size: "compact-sm", variant: "default" } as const;
  return (
    <>
      <p>
        <strong>{t("failure.next")}:</strong> {t(`failure.steps.${next}.${side}`, { name })}
      </p>
      <div className={classes.buttons}>
        {side === "consumer" && (
          <>
            <ButtonLink {...small} to="/catalog/$partner/$dataset" params={params} search={{ offer: offerId }}>
              {t("failure.dataset")}
            </ButtonLink>
            <ButtonLink {...small} to="/catalog/$partner/$dataset/propose" params={params} search={{ offer: offerId }}>
              {t("failure.propose")}
            </ButtonLink>
          </>
        )}
        {(next === "prove" || next === "join") && (
          <ButtonLink {...small} to="/partners">
            {t("failure.credentials")}
          </ButtonLink>
        )}
      </div>
    </>
  );
}
