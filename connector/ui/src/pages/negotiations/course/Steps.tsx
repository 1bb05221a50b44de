import { useTranslation } from "react-i18next";
import { When } from "@/components/When";
import classes from "../Negotiations.module.css";
import type { Step } from "./course";

/** The course as a path: who did what when, who has to do what next. */
export function Steps({ steps, partner }: { steps: readonly Step[]; partner: string }) {
  const { t } = useTranslation("negotiations");
  return (
    <ol className={classes.steps} aria-label={t("steps.label")}>
      {steps.map(({ name, state, who, at }, index) => {
        const words = who === "us" ? t("steps.us") : partner;
        return (
          <li
            key={index}
            className={classes.step}
            data-state={state}
            data-name={name}
            aria-current={state === "next" ? "step" : undefined}
          >
            <span className={classes.stepName}>{t(`steps.${name}`)}</span>
            <span className={classes.stepDetail}>
              {state === "done" ? (
                <>
                  {words}, <When at={at} as="brief" />
                </>
              ) : (
                t(`steps.${state}`, { who: words })
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
