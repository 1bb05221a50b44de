import { Autocomplete, MultiSelect, Select, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Operand } from "./RuleEditor";

interface ValueInputProps {
  operand: Operand | undefined;
  several: boolean;
  values: readonly string[];
  onChange: (values: string[]) => void;
}

/** What the operand's datatype and its known values ask for. */
export function ValueInput({ operand, several, values, onChange }: ValueInputProps) {
  const { t } = useTranslation("negotiations");
  const known = operand?.values?.map(({ value, meaning }) => ({ value, label: `${value} – ${meaning}` }));
  const label = several ? t("editor.values") : t("editor.value");
  const closed = operand?.closed && values.every((one) => known?.some(({ value }) => value === one));
  const one = values[0] ?? "";
  const shared = { "aria-label": label, placeholder: operand?.expected ?? label };
  if (several && closed)
    return <MultiSelect {...shared} data={known} value={[...values]} onChange={onChange} searchable />;
  if (several) {
    return (
      <TagsInput
        {...shared}
        data={known?.map(({ value }) => value)}
        value={[...values]}
        onChange={onChange}
        clearable
      />
    );
  }
  if (closed) {
    return (
      <Select
        {...shared}
        data={known}
        value={one || null}
        onChange={(next) => onChange(next ? [next] : [])}
        searchable
      />
    );
  }
  switch (wordOf(operand?.datatype)) {
    case "dateTime":
    case "dateTimeStamp":
      return <Instant value={one} onChange={(next) => onChange([next])} label={label} />;
    case "date":
      return (
        <TextInput {...shared} type="date" value={one} onChange={(event) => onChange([event.currentTarget.value])} />
      );
    case "integer":
    case "decimal":
    case "double":
      return (
        <TextInput
          {...shared}
          inputMode="decimal"
          value={one}
          onChange={(event) => onChange([event.currentTarget.value.trim()])}
        />
      );
    default:
      return (
        <Autocomplete
          {...shared}
          data={known?.map(({ value }) => value)}
          value={one}
          onChange={(next) => onChange([next])}
        />
      );
  }
}

/** A moment: chosen in the reader's time zone, sent in UTC. What is no moment can be typed over. */
function Instant({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const { t } = useTranslation("negotiations");
  const at = value ? new Date(value) : null;
  const valid = at && !Number.isNaN(at.getTime());
  if (value && !valid) {
    return <TextInput aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  const change = (local: string) => {
    const chosen = new Date(local);
    onChange(local && !Number.isNaN(chosen.getTime()) ? chosen.toISOString().replace(/\.000Z$/, "Z") : "");
  };
  return (
    <TextInput
      type="datetime-local"
      aria-label={label}
      description={valid ? t("editor.local", { utc: value }) : undefined}
      inputWrapperOrder={["label", "input", "description", "error"]}
      value={valid ? inputValue(at) : ""}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

function inputValue(at: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const date = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function wordOf(datatype: string | undefined): string {
  return datatype?.slice(Math.max(datatype.lastIndexOf("#"), datatype.lastIndexOf(":")) + 1) ?? "";
}
