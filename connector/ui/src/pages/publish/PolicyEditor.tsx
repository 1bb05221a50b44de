import {
  NativeSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { explainedQuery } from "@/api/explained";
import { Loading } from "@/components/Loading";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { asPolicy, type Condition, complete, written } from "./built";
import { Conditions, vocabularyQuery } from "./Conditions";
import { Findings } from "./Findings";
import { asField, asInstant } from "./moments";

export const WAYS = ["stored", "template", "built", "text"] as const;
export type Way = (typeof WAYS)[number];

/** What is being edited: every way keeps what was entered while another one is looked at. */
export interface Draft {
  way: Way;
  stored: string;
  template: string;
  parameters: Record<string, unknown>;
  conditions: Condition[];
  text: string;
}

export const EMPTY: Draft = { way: "template", stored: "", template: "", parameters: {}, conditions: [], text: "" };

/** What a draft comes to: which policy, or null while something is missing. */
export interface Made {
  of: Schema["WhichPolicy"] | null;
  wrong: string | null;
  problem: Error | null;
}

/** The policy that a draft means. A template is filled in by the connector. */
export function useMade(draft: Draft): Made {
  const [settled] = useDebouncedValue(draft, 250);
  const templated = useQuery({
    queryKey: ["policies", "templates", settled.template, settled.parameters],
    queryFn: ({ signal }) =>
      answer(
        api.POST("/api/v1/policies/templates/{id}", {
          params: { path: { id: settled.template } },
          body: { parameters: settled.parameters as never },
          signal,
        }),
      ),
    enabled: settled.way === "template" && settled.template !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const vocabulary = useQuery({ ...vocabularyQuery, enabled: settled.way === "built" });
  return useMemo<Made>(() => {
    const nothing = { of: null, wrong: null, problem: null };
    switch (settled.way) {
      case "stored":
        return settled.stored ? { ...nothing, of: { id: settled.stored } } : nothing;
      case "template":
        return { ...nothing, of: templated.data ? { policy: templated.data } : null, problem: templated.error };
      case "built": {
        const ready = vocabulary.data && complete(settled.conditions);
        return ready ? { ...nothing, of: { policy: asPolicy(settled.conditions, vocabulary.data.items) } } : nothing;
      }
      case "text": {
        if (settled.text.trim() === "") return nothing;
        const given = written(settled.text);
        return "wrong" in given ? { ...nothing, wrong: given.wrong } : { ...nothing, of: given };
      }
    }
  }, [settled, templated.data, templated.error, vocabulary.data]);
}

interface PolicyEditorProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
  kind: "access" | "usage";
  made: Made;
}

/** Choose a stored policy, fill in a template, put conditions together, or write it; below, what it says. */
export function PolicyEditor({ draft, onChange, kind, made }: PolicyEditorProps) {
  const { t } = useTranslation("publish");
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t("editor.way")}
        value={draft.way}
        onChange={(way) => set({ way: way as Way })}
        data={WAYS.map((value) => ({ value, label: t(`editor.ways.${value}`) }))}
        style={{ alignSelf: "flex-start", maxWidth: "100%", flexWrap: "wrap" }}
      />
      {draft.way === "stored" && <StoredChoice value={draft.stored} onChange={(stored) => set({ stored })} />}
      {draft.way === "template" && <TemplateChoice draft={draft} kind={kind} onChange={set} />}
      {draft.way === "built" && (
        <Conditions
          conditions={draft.conditions}
          onChange={(conditions) => set({ conditions })}
          place={kind === "access" ? "access" : "permission"}
        />
      )}
      {draft.way === "text" && (
        <Textarea
          label={t("editor.text")}
          description={t("editor.textHint")}
          autosize
          minRows={8}
          maxRows={24}
          spellCheck={false}
          value={draft.text}
          error={made.wrong && t("editor.wrong", { wrong: made.wrong })}
          onChange={(event) => set({ text: event.currentTarget.value })}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        />
      )}
      {made.problem && <Refusal problem={made.problem} compact />}
      <Reading of={made.of} />
    </Stack>
  );
}

/** What a policy says, and what is wrong with it. */
export function Reading({ of }: { of: Schema["WhichPolicy"] | null }) {
  const { t } = useTranslation("publish");
  const explained = useQuery({ ...explainedQuery(of), placeholderData: keepPreviousData, retry: false });
  if (!of) return <Text c="dimmed">{t("editor.nothing")}</Text>;
  if (explained.error) return <Refusal problem={explained.error} compact />;
  if (!explained.data) return <Loading lines={3} />;
  return (
    <div aria-live="polite">
      <PolicyWords terms={explained.data} explained={explained.data} />
      <Findings findings={explained.data.findings} />
    </div>
  );
}

function StoredChoice({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation("publish");
  const stored = useQuery({
    queryKey: ["policies", "choice"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/policies", { params: { query: { limit: 1000 } }, signal })),
  });
  if (stored.error) return <Refusal problem={stored.error} compact />;
  return (
    <Select
      label={t("editor.stored")}
      placeholder={t("editor.storedPlaceholder")}
      searchable
      data={stored.data?.items.map(({ id }) => id) ?? []}
      value={value || null}
      onChange={(id) => onChange(id ?? "")}
      nothingFoundMessage={t("editor.storedNothing")}
      maw={480}
    />
  );
}

function TemplateChoice({
  draft,
  kind,
  onChange,
}: {
  draft: Draft;
  kind: "access" | "usage";
  onChange: (change: Partial<Draft>) => void;
}) {
  const { t } = useTranslation("publish");
  const templates = useQuery({
    queryKey: ["policies", "templates"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/policies/templates", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (templates.error) return <Refusal problem={templates.error} compact />;
  if (!templates.data) return <Loading lines={2} />;
  const fitting = templates.data.items.filter((one) => one.kind === kind);
  const chosen = fitting.find(({ id }) => id === draft.template);
  return (
    <Stack gap="sm" maw={640}>
      <NativeSelect
        label={t("editor.template")}
        value={draft.template}
        onChange={(event) => onChange({ template: event.currentTarget.value, parameters: {} })}
        data={[
          { value: "", label: t("editor.templatePlaceholder") },
          ...fitting.map(({ id, title }) => ({ value: id, label: title })),
        ]}
        description={chosen?.description}
      />
      {chosen?.parameters.map((parameter) => (
        <Parameter
          key={parameter.name}
          parameter={parameter}
          value={draft.parameters[parameter.name]}
          onChange={(value) => onChange({ parameters: without({ ...draft.parameters, [parameter.name]: value }) })}
        />
      ))}
    </Stack>
  );
}

interface ParameterProps {
  parameter: Schema["TemplateParameter"];
  value: unknown;
  onChange: (value: unknown) => void;
}

function Parameter({ parameter, value, onChange }: ParameterProps) {
  const { t } = useTranslation("publish");
  const usual = (parameter.default ?? null) as unknown;
  const example = (parameter.example ?? "") as unknown;
  const look = { label: parameter.label, required: parameter.required && usual === null };
  const hint = Array.isArray(example) ? example.join(", ") : String(example);
  const placeholder = t("editor.example", { example: hint });
  switch (parameter.type) {
    case "list":
    case "countries":
      return <TagsInput {...look} placeholder={placeholder} value={strings(value ?? usual)} onChange={onChange} />;
    case "partners":
      return <PartnersChoice {...look} value={strings(value ?? usual)} onChange={onChange} />;
    case "number":
      return (
        <NumberInput
          {...look}
          min={1}
          allowDecimal={false}
          placeholder={placeholder}
          value={(value ?? usual ?? "") as number | string}
          onChange={(given) => onChange(given === "" ? undefined : Number(given))}
        />
      );
    case "dateTime":
      return (
        <TextInput
          {...look}
          type="datetime-local"
          value={asField(value ?? usual)}
          onChange={(event) => onChange(asInstant(event.currentTarget.value))}
        />
      );
    default:
      return (
        <TextInput
          {...look}
          placeholder={placeholder}
          value={String(value ?? usual ?? "")}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      );
  }
}

function PartnersChoice(props: {
  label: string;
  required: boolean;
  value: string[];
  onChange: (value: unknown) => void;
}) {
  const partners = useQuery({
    queryKey: ["partners", "choice"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/partners", { params: { query: { limit: 1000 } }, signal })),
  });
  return <TagsInput {...props} data={partners.data?.items.map(({ id }) => id) ?? []} />;
}

function strings(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === null || value === undefined ? [] : [String(value)];
}

/** What is empty is not given, so that the default holds. */
function without(parameters: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(parameters).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(given);
}
