import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { StandingSign } from "@/components/PolicyWords";
import { Told } from "@/components/Told";
import { numbered } from "@/policy/standing";

/** What a policy permits, in its first two sentences, and whether something in it is not understood. */
export function FirstSentence({ terms }: { terms: Schema["Terms"] }) {
  const { t } = useTranslation("publish");
  const rules = numbered(terms).filter(({ number }) => number !== "");
  const [first, second, ...rest] = rules.length > 0 ? rules : numbered(terms);
  return (
    <span>
      {first ? <Told sentence={first.sentence} /> : t("terms.none")} {second && <Told sentence={second.sentence} />}
      {rest.length > 0 && ` ${t("terms.more", { count: rest.length })}`}{" "}
      {terms.notUnderstood.length > 0 && <StandingSign standing="notUnderstood" />}
    </span>
  );
}
