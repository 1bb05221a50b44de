import { IconCircleCheck, IconClock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { TextLink } from "@/components/Links";
import { When } from "@/components/When";
import { elsewhere } from "./elsewhere";
import classes from "./HomePage.module.css";

/** What does not go on before somebody has done something. */
export function WaitsForMe({ waiting }: { waiting: Schema["SummaryWaiting"] }) {
  const { t } = useTranslation("home");
  const held = useQuery({
    queryKey: ["monitor", "held"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/monitor", { params: { query: { held: true, limit: 1000 } }, signal })),
  });
  const counted: [string, number, LinkProps][] = [
    [t("waits.negotiations", { count: waiting.negotiations }), waiting.negotiations, elsewhere.negotiations()],
    [t("waits.transfers", { count: waiting.transfers }), waiting.transfers, elsewhere.transfers()],
    [t("waits.held", { count: held.data?.items.length ?? 0 }), held.data?.items.length ?? 0, elsewhere.held()],
    [
      t("waits.credentialOffers", { count: waiting.credentialOffers }),
      waiting.credentialOffers,
      elsewhere.credentialOffers(),
    ],
    [t("waits.policies", { count: waiting.policiesWithFindings }), waiting.policiesWithFindings, elsewhere.policies()],
  ];
  const items: [string, ReactNode, LinkProps][] = [
    ...counted
      .filter(([, count]) => count > 0)
      .map(([words, , to]): [string, ReactNode, LinkProps] => [words, null, to]),
    ...waiting.expiringCredentials.map(({ id, type, expiresAt }): [string, ReactNode, LinkProps] => [
      t("waits.credential", { type }),
      <When key="at" at={expiresAt} />,
      elsewhere.credential(id),
    ]),
  ];
  if (items.length === 0) {
    return (
      <ul className={classes.list}>
        <li>
          <IconCircleCheck size={18} color="var(--good)" aria-hidden="true" />
          <span>{t("waits.nothing")}</span>
        </li>
      </ul>
    );
  }
  return (
    <ul className={classes.list}>
      {items.map(([words, more, to]) => (
        <li key={`${words} ${JSON.stringify(to.params ?? "")}`}>
          <IconClock size={18} color="var(--warn)" aria-hidden="true" />
          <span className={classes.words}>
            <TextLink {...to} inherit>
              {words}
            </TextLink>{" "}
            {more}
          </span>
        </li>
      ))}
    </ul>
  );
}
