import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLiveState } from "@/api/live";
import classes from "./LiveSign.module.css";

/** Whether what is shown follows the connector. */
export function LiveSign() {
  const { t } = useTranslation();
  const state = useLiveState();
  return (
    <Tooltip label={t(`live.${state}.meaning`)} multiline maw={280}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the tooltip must be reached by keyboard. */}
      <span role="status" className={classes.sign} data-state={state} tabIndex={0}>
        <span className={classes.dot} aria-hidden="true" />
        <span className={classes.word}>{t(`live.${state}.word`)}</span>
      </span>
    </Tooltip>
  );
}
