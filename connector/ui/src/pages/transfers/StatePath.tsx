import { IconBan, IconCheck, IconPlayerPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Transfer } from "./pending";
import classes from "./StatePath.module.css";

type Step = "REQUESTED" | "STARTED" | "SUSPENDED" | "COMPLETED" | "TERMINATED";

/** The way of a transfer through the protocol's states, and where it is. */
export function StatePath({ transfer: { state, bytes, dataRequests } }: { transfer: Transfer }) {
  const { t } = useTranslation(["transfers", "app"]);
  const steps = pathOf(state, bytes > 0 || dataRequests > 0);
  const at = steps.indexOf(state as Step);
  return (
    <ol className={classes.path} aria-label={t("path.label")}>
      {steps.map((step, index) => {
        const where = index < at ? "past" : index === at ? "now" : "ahead";
        const Icon = step === "SUSPENDED" ? IconPlayerPause : step === "TERMINATED" ? IconBan : IconCheck;
        const reached = where === "past" || (where === "now" && step !== "REQUESTED" && step !== "STARTED");
        return (
          <li
            key={step}
            className={classes.step}
            data-where={where}
            data-step={step}
            aria-current={where === "now" ? "step" : undefined}
          >
            <span className={classes.mark} aria-hidden="true">
              {reached && <Icon size={12} stroke={3} />}
            </span>
            <span>{t(`app:states.${step}`)}</span>
            {where === "ahead" && <span className="visually-hidden">{t("path.ahead")}</span>}
          </li>
        );
      })}
    </ol>
  );
}

/** One that was ended before it ran has not been through STARTED, as far as can be told. */
export function pathOf(state: string, moved: boolean): Step[] {
  if (state === "TERMINATED") return moved ? ["REQUESTED", "STARTED", "TERMINATED"] : ["REQUESTED", "TERMINATED"];
  if (state === "SUSPENDED") return ["REQUESTED", "STARTED", "SUSPENDED", "COMPLETED"];
  return ["REQUESTED", "STARTED", "COMPLETED"];
}
