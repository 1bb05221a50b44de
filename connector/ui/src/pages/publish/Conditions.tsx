import {
  ActionIcon,
  Autocomplete,
  Button,
  NativeSelect,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { Loading } from "@/components/Loading";
import { StandingSign } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { type Condition, entry, takesList } from "./built";
import classes from "./Conditions.module.css";
import { asField, asInstant } from "./moments";

/** Everything that a policy can be made of. It changes with the connector's version only. */
export const vocabularyQuery = {
  queryKey: ["policies", "operands"],
  queryFn: ({ signal }: { signal: AbortSignal }) => answer(api.GET("/api/v1/policies/operands", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
};

interface ConditionsProps {
  conditions: readonly Condition[];
  onChange: (conditions: Condition[]) => void;
  /** Only operands that may stand in a policy of this kind. */
  place: "access" | "permission";
}

/** Conditions under which use is permitted: each an operand, how it is compared, and with what. */
export function Conditions({ conditions, onChange, place }: ConditionsProps) {
  const { t } = useTranslation("publish");
  const vocabulary = useQuery(vocabularyQuery);
  if (vocabulary.error) return <Refusal problem={vocabulary.error} retry={() => void vocabulary.refetch()} compact />;
  if (!vocabulary.data) return <Loading lines={2} />;
  const operands = vocabulary.data.items.filter(({ places }) => places.includes(place));
  const change = (at: number, next: Condition) => onChange(conditions.map((one, index) => (index === at ? next : one)));
  return (
    <Stack gap="sm">
      {conditions.length === 0 && <Text c="dimmed">{t("conditions.none")}</Text>}
      {conditions.map((condition, index) => (
        <Row
          key={index}
          condition={condition}
          operands={operands}
          onChange={(next) => change(index, next)}
          onRemove={() => onChange(conditions.filter((_, at) => at !== index))}
        />
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => onChange([...conditions, { operand: "", operator: "eq", values: [] }])}
        className={classes.add}
      >
        {t("conditions.add")}
      </Button>
    </Stack>
  );
}

interface RowProps {
  condition: Condition;
  operands: readonly Schema["PolicyOperand"][];
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function Row({ condition, operands, onChange, onRemove }: RowProps) {
  const { t } = useTranslation("publish");
  const groups = useMemo(() => grouped(operands), [operands]);
  const operand = operands.find(({ iri }) => iri === condition.operand);
  const choose = (iri: string | null) => {
    const next = operands.find((one) => one.iri === iri);
    onChange({ operand: iri ?? "", operator: next?.operators[0] ?? "eq", values: [] });
  };
  return (
    <fieldset className={classes.row}>
      <legend className="visually-hidden">{operand?.label ?? t("conditions.new")}</legend>
      <Select
        label={t("conditions.operand")}
        placeholder={t("conditions.choose")}
        searchable
        data={groups}
        value={condition.operand || null}
        onChange={choose}
        nothingFoundMessage={t("conditions.nothing")}
      />
      <NativeSelect
        label={t("conditions.operator")}
        value={condition.operator}
        data={(operand?.operators ?? ["eq"]).map((value) => ({
          value,
          label: t(`operators.${value}` as "operators.eq", { defaultValue: value }),
        }))}
        onChange={(event) => onChange({ ...condition, operator: event.currentTarget.value })}
      />
      <Value condition={condition} operand={operand} onChange={(values) => onChange({ ...condition, values })} />
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("conditions.remove")} onClick={onRemove}>
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
      {operand && (
        <div className={classes.meaning}>
          <Text size="sm" c="dimmed">
            {operand.meaning} {operand.expected && t("conditions.expected", { expected: operand.expected })}
          </Text>
          <StandingSign standing={operand.kind === "decided" ? "decided" : "contractual"} fact={operand.fact} />
        </div>
      )}
    </fieldset>
  );
}

interface ValueProps {
  condition: Condition;
  operand: Schema["PolicyOperand"] | undefined;
  onChange: (values: string[]) => void;
}

function Value({ condition, operand, onChange }: ValueProps) {
  const { t } = useTranslation("publish");
  const label = t("conditions.value");
  const known = (operand?.values ?? []).map(({ value }) => value);
  const first = condition.values[0] ?? "";
  if (takesList(condition.operator)) {
    return <TagsInput label={label} data={known} value={condition.values} onChange={onChange} clearable />;
  }
  if (operand?.closed && known.length > 0) {
    return (
      <Select label={label} data={known} value={first || null} onChange={(value) => onChange(value ? [value] : [])} />
    );
  }
  switch (operand ? entry(operand.datatype) : "text") {
    case "number":
      return <NumberInput label={label} value={first} onChange={(value) => onChange([String(value)])} />;
    case "moment":
      return (
        <TextInput
          label={label}
          type="datetime-local"
          value={asField(first)}
          onChange={(event) => onChange([asInstant(event.currentTarget.value) ?? ""])}
        />
      );
    default:
      return <Autocomplete label={label} data={known} value={first} onChange={(value) => onChange([value])} />;
  }
}

function grouped(operands: readonly Schema["PolicyOperand"][]) {
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const { profileName, iri, label } of operands) {
    const group = groups.get(profileName) ?? [];
    group.push({ value: iri, label });
    groups.set(profileName, group);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}
