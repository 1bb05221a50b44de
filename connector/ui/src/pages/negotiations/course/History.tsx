import { Radio } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Section } from "@/components/Page";
import { PolicyDifference } from "@/components/PolicyDifference";
import { When } from "@/components/When";
import classes from "../Negotiations.module.css";
import type { Version } from "./course";

const route = getRouteApi("/app/negotiations/$pid");

/** All terms that were on the table; two of them side by side. Nothing where there was one only. */
export function History({ versions, partner }: { versions: readonly Version[]; partner: string }) {
  const { t } = useTranslation("negotiations");
  const given = route.useSearch();
  const navigate = useNavigate({ from: "/negotiations/$pid" });
  if (versions.length < 2) return null;
  const find = (number: number | undefined, otherwise: number) =>
    versions.find((one) => one.number === number) ?? versions.at(otherwise);
  const [before, after] = [find(given.before, -2), find(given.after, -1)];
  const label = ({ number, kind, who }: Version) =>
    t("detail.version", { number, kind: t(`detail.kinds.${kind}`), who: who === "us" ? t("detail.us") : partner });
  const choose = (side: "before" | "after", number: number) =>
    navigate({ search: (now) => ({ ...now, [side]: number }), replace: true, resetScroll: false });
  return (
    <Section title={t("detail.history")}>
      <p className={classes.quiet}>{t("detail.historyText")}</p>
      <table className={classes.versions}>
        <thead>
          <tr>
            <th scope="col">{t("detail.termsAgreed")}</th>
            <th scope="col">{t("detail.when")}</th>
            <th scope="col" className={classes.choice}>
              {t("detail.before")}
            </th>
            <th scope="col" className={classes.choice}>
              {t("detail.after")}
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((one) => (
            <tr key={one.number}>
              <td>{label(one)}</td>
              <td>
                <When at={one.at} />
              </td>
              {(["before", "after"] as const).map((side) => (
                <td key={side} className={classes.choice}>
                  <Radio
                    name={side}
                    size="xs"
                    display="inline-block"
                    aria-label={`${t(`detail.${side}`)}: ${label(one)}`}
                    checked={(side === "before" ? before : after)?.number === one.number}
                    onChange={() => choose(side, one.number)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {before && after && (
        <PolicyDifference
          before={before.policy}
          after={after.policy}
          beforeLabel={label(before)}
          afterLabel={label(after)}
        />
      )}
    </Section>
  );
}
