import { IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import type { LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { TextLink } from "@/components/Links";
import { Section } from "@/components/Page";
import classes from "./HomePage.module.css";

const one = { params: { query: { limit: 1 } } };

/** What a new connector needs, and how far it is. Shown until there is an agreement. */
export function FirstSteps() {
  const { t } = useTranslation("home");
  const counts = useQueries({
    queries: [
      {
        queryKey: ["dataspaces", "any"],
        queryFn: async () => (await answer(api.GET("/api/v1/dataspaces", {}))).items.length,
      },
      {
        queryKey: ["partners", "any"],
        queryFn: async () => (await answer(api.GET("/api/v1/partners", one))).items.length,
      },
      { queryKey: ["offers", "any"], queryFn: async () => (await answer(api.GET("/api/v1/offers", one))).items.length },
      {
        queryKey: ["negotiations", "any"],
        queryFn: async () => (await answer(api.GET("/api/v1/negotiations", one))).items.length,
      },
    ],
  });
  const steps: ["dataspace" | "partner" | "publish" | "catalogue", LinkProps][] = [
    ["dataspace", { to: "/dataspaces" }],
    ["partner", { to: "/partners" } as LinkProps],
    ["publish", { to: "/publish" } as LinkProps],
    ["catalogue", { to: "/catalog" } as LinkProps],
  ];
  return (
    <Section title={t("steps.title")}>
      <ol className={classes.list}>
        {steps.map(([step, to], at) => {
          const done = (counts[at]?.data ?? 0) > 0;
          return (
            <li key={step}>
              {done ? (
                <IconCircleCheck size={18} color="var(--good)" aria-hidden="true" />
              ) : (
                <IconCircleDashed size={18} color="var(--text-quiet)" aria-hidden="true" />
              )}
              <div className={classes.words}>
                <TextLink {...to} inherit>
                  {t(`steps.${step}.title`)}
                </TextLink>{" "}
                {done && <span className={classes.quiet}>{t("steps.done")}</span>}
                <div className={classes.quiet}>{t(`steps.${step}.text`)}</div>
              </div>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
