import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { day } from "@/components/figures";
import { TextLink } from "@/components/Links";
import { Notice } from "@/components/Notice";
import { usePartnerNames } from "@/components/Partner";
import { Told } from "@/components/Told";
import { When } from "@/components/When";
import type { Agreement } from "./agreement";
import classes from "./Headline.module.css";
import { halves } from "./halves";
import { useVerification } from "./ProofTab";
import { Token } from "./Token";

/** What somebody may do, until when; what ended it; whether the halves fit. */
export function Headline({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const { rights, state } = agreement;
  return (
    <div className={classes.headline}>
      <div className={classes.words}>
        <p className={classes.sentence}>{useSentence(agreement)}</p>
        {state === "IN_FORCE" && rights.because.length > 0 && (
          <>
            <p className={classes.lead}>{t(`rights.because.${rights.answer === "never" ? "never" : "now"}`)}</p>
            <ul className={classes.because}>
              {rights.because.map((sentence) => (
                <li key={sentence}>
                  <Told sentence={sentence} />
                </li>
              ))}
            </ul>
          </>
        )}
        <Ended agreement={agreement} />
      </div>
      <Halves agreement={agreement} />
    </div>
  );
}

/** "We may use spindle-telemetry until 31 Dec 2035." */
export function useSentence({ role, asset, partner, rights, state, validUntil }: Agreement): string {
  const { t, i18n } = useTranslation("agreements");
  const names = usePartnerNames();
  const language = i18n.resolvedLanguage ?? "en";
  const end = validUntil ?? rights.until;
  const said = {
    asset,
    partner: names.get(partner) ?? partner,
    from: rights.from ? day(new Date(rights.from), language) : "",
    until: end ? day(new Date(end), language) : "",
  };
  const who = role === "consumer" ? "we" : "partner";
  if (state !== "IN_FORCE" || rights.answer === "ended") return t(`rights.${who}.ended`, said);
  if (rights.answer === "never") return t(`rights.${who}.never`, said);
  if (rights.answer === "unknown") return t(`rights.${who}.unknown`, said);
  if (rights.answer === "later") return t(`rights.${who}.${end ? "laterUntil" : "later"}`, said);
  return t(`rights.${who}.${end ? "until" : "open"}`, said);
}

function Ended({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const names = usePartnerNames();
  const refused = useRefusedByPartner(agreement);
  const { state, retiredAt, retireReason, termination, terminatedAt, partner } = agreement;
  const name = names.get(partner) ?? partner;
  if (state === "TERMINATED") {
    return (
      <Notice
        tone="bad"
        title={t(termination?.by === "partner" ? "ended.theyTerminated" : "ended.weTerminated", { name })}
      >
        {termination?.reason.map((reason) => (
          <p key={reason}>{reason}</p>
        ))}
        <p>
          {t("ended.forBoth")} <When at={terminatedAt} />
        </p>
      </Notice>
    );
  }
  if (state === "RETIRED") {
    return (
      <Notice tone="quiet" title={t("ended.weRetired")}>
        <p>{retireReason}</p>
        <p>
          {t("ended.forUs", { name })} <When at={retiredAt} />
        </p>
      </Notice>
    );
  }
  if (refused) {
    return (
      <Notice tone="warn" title={t("ended.theyRetired", { name })}>
        <p>{refused}</p>
        <p>{t("ended.theyRetiredHint")}</p>
      </Notice>
    );
  }
  return null;
}

/** A partner that has retired an agreement tells it with the transfers that it ends: its reason, if it has. */
function useRefusedByPartner({ id, role, state }: Agreement): string | null {
  const { data } = useQuery({
    queryKey: ["transfers", "under", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/transfers", { params: { query: { agreement: id, limit: 20 } }, signal })),
    enabled: role === "consumer" && state === "IN_FORCE",
  });
  const ended = data?.items.find(
    ({ termination }) => termination?.by === "partner" && termination.code === "agreement.retired",
  );
  return ended?.termination?.reason[0] ?? null;
}

function Halves({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const verification = useVerification(agreement.id);
  const { ours, theirs, fits, word } = halves(agreement, verification.data);
  const label = verification.isPending ? t("proof.checking") : t(`proof.words.${word}.short`);
  return (
    <TextLink
      to="/agreements/$id"
      params={{ id: agreement.id }}
      search={(before) => ({ ...before, tab: "proof" as const })}
      replace
      resetScroll={false}
      className={classes.halves}
      underline="never"
    >
      <Token ours={ours} theirs={theirs} fits={fits} label={label} size={72} />
      <span aria-hidden="true">{label}</span>
    </TextLink>
  );
}
