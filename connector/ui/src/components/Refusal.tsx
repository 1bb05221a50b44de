import { Button, Group, Text } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { Copy } from "./Copy";
import classes from "./Refusal.module.css";

interface RefusalProps {
  problem: Problem | Error;
  /** Shown as a button, where it makes sense to try again. */
  retry?: () => void;
  /** In a form or a dialog: without the frame's distance. */
  compact?: boolean;
}

/** Why something was refused or failed, by which rule, and what to do about it. */
export function Refusal({ problem: thrown, retry, compact = false }: RefusalProps) {
  const { t } = useTranslation();
  const problem = Problem.from(thrown);
  const ours = OURS[problem.code];
  return (
    <div role="alert" className={classes.refusal} data-compact={compact || undefined}>
      <IconAlertCircle size={20} className={classes.icon} aria-hidden="true" />
      <div className={classes.words}>
        <Text fw={600}>{ours ? t(`${ours}.sentence`) : sentence(problem.detail)}</Text>
        {problem.rule && (
          <Text size="sm">
            <span className={classes.quiet}>{t("refusal.rule")}</span> {problem.rule}
          </Text>
        )}
        {problem.findings.length > 0 && (
          <ul className={classes.findings}>
            {problem.findings.map(({ path, code, sentence: words, hint }) => (
              <li key={`${path} ${code} ${words}`}>
                {sentence(words)}
                {hint && <div className={classes.quiet}>{sentence(hint)}</div>}
                {path && <code className={classes.path}>{path}</code>}
              </li>
            ))}
          </ul>
        )}
        {(ours || problem.hint) && <Text size="sm">{ours ? t(`${ours}.hint`) : sentence(problem.hint ?? "")}</Text>}
        <Group gap="sm" mt="xs">
          {retry && (
            <Button size="xs" variant="default" onClick={retry}>
              {t("refusal.retry")}
            </Button>
          )}
          <code className={classes.code}>{problem.code}</code>
          <Copy text={problem.text()} what={t("refusal.what")} />
        </Group>
      </div>
    </div>
  );
}

/** What the page knows itself, in the reader's language. */
const OURS: Record<string, "refusal.unreachable" | "refusal.failed"> = {
  "connector.unreachable": "refusal.unreachable",
  "page.failed": "refusal.failed",
};

/** The API's sentences begin small and end without a stop. */
function sentence(words: string): string {
  const begun = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?)]$/.test(begun) ? begun : `${begun}.`;
}
