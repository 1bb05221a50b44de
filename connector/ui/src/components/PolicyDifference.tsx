import { IconEqual, IconMinus, IconPencil, IconPlus } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Change, type ConditionDifference, difference, type RuleDifference } from "@/policy/difference";
import { type Condition, isJoined, normal } from "@/policy/normal";
import { isOperator, shownValues, spaced } from "@/policy/words";
import classes from "./PolicyDifference.module.css";
import { Sign } from "./State";

interface PolicyDifferenceProps {
  /** ODRL in any spelling. */
  before: unknown;
  after: unknown;
  /** Whose it is: "Offered by Luftschloss", "Your proposal". */
  beforeLabel: string;
  afterLabel: string;
  /** Leave out what is the same. */
  onlyChanges?: boolean;
}

/** Two policies side by side, rule beside rule and condition beside condition. One below the other on a phone. */
export function PolicyDifference({
  before,
  after,
  beforeLabel,
  afterLabel,
  onlyChanges = false,
}: PolicyDifferenceProps) {
  const { t } = useTranslation();
  const { rules, changes } = useMemo(() => difference(normal(before), normal(after)), [before, after]);
  const labels = [beforeLabel, afterLabel] as const;
  return (
    <div>
      <p className={classes.summary}>
        {changes === 0 ? t("difference.none") : t("difference.count", { count: changes })}
      </p>
      <table
        className={classes.table}
        role="table"
        aria-label={t("difference.label", { before: beforeLabel, after: afterLabel })}
      >
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col" className={classes.change}>
              {t("difference.change")}
            </th>
            <th role="columnheader" scope="col">
              {beforeLabel}
            </th>
            <th role="columnheader" scope="col">
              {afterLabel}
            </th>
          </tr>
        </thead>
        {rules.map((rule, index) => (
          <tbody key={index} role="rowgroup">
            <RuleRows rule={rule} labels={labels} depth={0} onlyChanges={onlyChanges} />
          </tbody>
        ))}
      </table>
    </div>
  );
}

type Labels = readonly [string, string];

function RuleRows({
  rule,
  labels,
  depth,
  onlyChanges,
}: {
  rule: RuleDifference;
  labels: Labels;
  depth: number;
  onlyChanges: boolean;
}) {
  const { t } = useTranslation();
  const kind = rule.before?.kind ?? rule.after?.kind ?? "permission";
  if (onlyChanges && rule.change === "same") return null;
  const title = (side: typeof rule.before) =>
    side && (
      <strong>
        {t(`policy.kinds.${kind}`)}: {side.action.split(", ").map(spaced).join(", ")}
        {side.target && <code> {side.target}</code>}
      </strong>
    );
  // The head of a rule that changed inside has not changed itself.
  const head: Change = rule.change === "changed" ? "same" : rule.change;
  return (
    <>
      <Row change={head} labels={labels} before={title(rule.before)} after={title(rule.after)} depth={depth} head />
      {rule.conditions.map((one, index) => (
        <ConditionRow key={index} one={one} labels={labels} depth={depth + 1} onlyChanges={onlyChanges} />
      ))}
      {rule.duties.map((duty, index) => (
        <RuleRows key={index} rule={duty} labels={labels} depth={depth + 1} onlyChanges={onlyChanges} />
      ))}
    </>
  );
}

function ConditionRow({
  one,
  labels,
  depth,
  onlyChanges,
}: {
  one: ConditionDifference;
  labels: Labels;
  depth: number;
  onlyChanges: boolean;
}) {
  if (onlyChanges && one.change === "same") return null;
  const show = (condition: Condition | null) => condition && <ConditionWords condition={condition} />;
  return <Row change={one.change} labels={labels} before={show(one.before)} after={show(one.after)} depth={depth} />;
}

interface RowProps {
  change: Change;
  labels: Labels;
  before: React.ReactNode;
  after: React.ReactNode;
  depth: number;
  head?: boolean;
}

const SIGNS = {
  same: ["quiet", IconEqual],
  changed: ["warn", IconPencil],
  added: ["good", IconPlus],
  removed: ["bad", IconMinus],
} as const;

function Row({ change, labels, before, after, depth, head = false }: RowProps) {
  const { t } = useTranslation();
  const [tone, icon] = SIGNS[change];
  const nothing = <span className={classes.nothing}>{t("difference.nothing")}</span>;
  return (
    <tr role="row" data-change={change} data-head={head || undefined}>
      <td role="cell" className={classes.change}>
        <Sign tone={tone} icon={icon}>
          {t(`difference.changes.${change}`)}
        </Sign>
      </td>
      <td role="cell" data-label={labels[0]} data-depth={depth}>
        {before ?? nothing}
      </td>
      <td role="cell" data-label={labels[1]} data-depth={depth}>
        {after ?? nothing}
      </td>
    </tr>
  );
}

/** A condition as `date time before 31 Dec 2035`. */
export function ConditionWords({ condition }: { condition: Condition }) {
  const { t, i18n } = useTranslation();
  if (isJoined(condition)) {
    return (
      <>
        <span>{t(`policy.joins.${condition.join}`)}</span>
        <ul className={classes.joined}>
          {condition.of.map((one, index) => (
            <li key={index}>
              <ConditionWords condition={one} />
            </li>
          ))}
        </ul>
      </>
    );
  }
  const { left, operator } = condition;
  return (
    <span>
      <span title={left}>{spaced(left)}</span>{" "}
      <span className={classes.operator}>{isOperator(operator) ? t(`policy.operators.${operator}`) : operator}</span>{" "}
      <strong>{shownValues(condition, i18n.resolvedLanguage ?? "en")}</strong>
    </span>
  );
}
