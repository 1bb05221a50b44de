import { ActionIcon, Button, Select, type SelectProps, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { ConditionWords } from "@/components/PolicyDifference";
import { StandingSign } from "@/components/PolicyWords";
import { isOperator, OPERATORS, spaced } from "@/policy/words";
import { type EditableCondition, type EditableRule, type Kind, sameOperand, type Term, takesSeveral } from "./editing";
import classes from "./Terms.module.css";
import { ValueInput } from "./ValueInput";

export type Operand = Schema["PolicyOperand"];

/** Everything that conditions can be made of, as this connector knows it. */
export function useOperands(): readonly Operand[] {
  const { data } = useQuery({
    queryKey: ["policies", "operands"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/policies/operands", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data?.items ?? NONE;
}

const NONE: readonly Operand[] = [];

interface RuleEditorProps {
  rule: EditableRule;
  /** `null` takes the condition out; `at` beyond the last adds one. */
  change: (at: number, term: Term | null, datatype?: string) => void;
}

/** A rule with its conditions, each of which can be changed. */
export function RuleEditor({ rule, change }: RuleEditorProps) {
  const { t } = useTranslation("negotiations");
  const { kind, action, conditions, duties } = rule;
  const title = t(`editor.rules.${kind}`, { action: action.split(", ").map(spaced).join(", ") });
  const add = () => change(conditions.length, { left: "", operator: "eq", values: [] });
  return (
    <fieldset className={classes.rule}>
      <legend>
        {title} <span className={classes.quiet}>{conditions.length > 0 ? t("editor.if") : t("editor.always")}</span>
      </legend>
      {conditions.map((condition) => (
        <ConditionEditor key={condition.at} kind={kind} condition={condition} change={change} />
      ))}
      <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} />} onClick={add}>
        {t("editor.add")}
      </Button>
      {duties > 0 && <Text size="sm">{t("editor.duties", { count: duties })}</Text>}
    </fieldset>
  );
}

interface ConditionEditorProps {
  kind: Kind;
  condition: EditableCondition;
  change: RuleEditorProps["change"];
}

function ConditionEditor({ kind, condition: { at, term, words }, change }: ConditionEditorProps) {
  const { t } = useTranslation("negotiations");
  const operands = useOperands();
  if (!term) {
    return (
      <div className={classes.condition} data-joined>
        <div>
          {words && <ConditionWords condition={words} />}
          <Text size="sm" c="dimmed">
            {t("editor.joined")}
          </Text>
        </div>
        <Remove what={t("editor.operand")} onClick={() => change(at, null)} />
      </div>
    );
  }
  const known = operands.find((one) => sameOperand(term.left, one));
  const set = (next: Partial<Term>, operand = known) => change(at, { ...term, ...next }, operand?.datatype);
  const choose = (left: string) => {
    const operand = operands.find(({ iri }) => iri === left);
    const operator = operand?.operators.includes(term.operator) ? term.operator : (operand?.operators[0] ?? "eq");
    set({ left, operator, values: [] }, operand);
  };
  const name = known?.label ?? spaced(term.left);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid everywhere.
    <div className={classes.condition} role="group" aria-label={name || t("editor.operand")}>
      <Select
        aria-label={t("editor.operand")}
        placeholder={t("editor.operand")}
        data={choices(operands, kind, term.left, known)}
        value={known?.iri ?? (term.left || null)}
        onChange={(left) => left && choose(left)}
        searchable
        nothingFoundMessage="–"
        maxDropdownHeight={320}
      />
      <OperatorSelect
        operators={known?.operators}
        value={term.operator}
        onChange={(operator) => {
          const values = takesSeveral(operator) ? term.values : term.values.slice(0, 1);
          set({ operator, values });
        }}
      />
      <div className={classes.wide}>
        <ValueInput
          operand={known}
          several={takesSeveral(term.operator)}
          values={term.values}
          onChange={(values) => set({ values })}
        />
      </div>
      <Remove what={name} onClick={() => change(at, null)} />
      {known && (
        <div className={classes.meaning}>
          <span>{known.meaning}</span>
          <StandingSign standing={known.kind === "contractual" ? "contractual" : "decided"} />
        </div>
      )}
    </div>
  );
}

/** Operands by vocabulary; what the policy has and nobody knows stays selectable. */
function choices(operands: readonly Operand[], kind: Kind, left: string, known: Operand | undefined) {
  const fitting = operands.filter(({ places, iri }) => places.includes(kind) || iri === known?.iri);
  const groups = Map.groupBy(fitting, ({ profileName }) => profileName);
  const data: SelectProps["data"] = [...groups].map(([group, items]) => ({
    group,
    items: items.map(({ iri, label }) => ({ value: iri, label })),
  }));
  return known || left === "" ? data : [{ value: left, label: spaced(left) }, ...data];
}

interface OperatorSelectProps {
  operators: readonly string[] | undefined;
  value: string;
  onChange: (operator: string) => void;
}

function OperatorSelect({ operators = OPERATORS, value, onChange }: OperatorSelectProps) {
  const { t } = useTranslation(["negotiations", "app"]);
  const all = operators.includes(value) ? operators : [value, ...operators];
  return (
    <Select
      className={classes.wide}
      aria-label={t("editor.operator")}
      data={all.map((one) => ({ value: one, label: isOperator(one) ? t(`app:policy.operators.${one}`) : one }))}
      value={value}
      onChange={(next) => next && onChange(next)}
    />
  );
}

function Remove({ what, onClick }: { what: string; onClick: () => void }) {
  const { t } = useTranslation("negotiations");
  return (
    <ActionIcon
      className={classes.remove}
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={t("editor.remove", { what })}
      title={t("editor.remove", { what })}
      onClick={onClick}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
}
