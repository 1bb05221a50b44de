import { Button, SegmentedControl, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Section } from "@/components/Page";
import { type Json, rulesOf, withTerm } from "./editing";
import { RuleEditor } from "./RuleEditor";
import classes from "./Terms.module.css";

interface TermsEditorProps {
  start: Json;
  /** null while the text is no policy. */
  value: Json | null;
  onChange: (value: Json | null) => void;
}

/** A policy as a form, or as the JSON-LD that it is. */
export function TermsEditor({ start, value, onChange }: TermsEditorProps) {
  const { t } = useTranslation("negotiations");
  const [text, setText] = useState<string | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const asText = text !== null;
  const toText = () => setText(JSON.stringify(value ?? start, null, 2));
  const type = (typed: string) => {
    setText(typed);
    const [read, broken] = parsed(typed, t("editor.notObject"));
    setWhy(broken && (broken === t("editor.notObject") ? broken : t("editor.broken", { why: broken })));
    onChange(read);
  };
  const toForm = () => {
    if (value) setText(null);
  };
  const reset = () => {
    onChange(start);
    setWhy(null);
    if (asText) setText(JSON.stringify(start, null, 2));
  };
  const rules = value ? rulesOf(value) : [];
  return (
    <Section
      title={t("detail.termsAgreed")}
      actions={
        <>
          <Button size="xs" variant="subtle" onClick={reset} disabled={value === start}>
            {t("editor.reset")}
          </Button>
          <SegmentedControl
            size="xs"
            data={[
              { value: "form", label: t("editor.form") },
              { value: "json", label: t("editor.json") },
            ]}
            value={asText ? "json" : "form"}
            onChange={(to) => (to === "json" ? toText() : toForm())}
            aria-label={t("editor.how")}
          />
        </>
      }
    >
      {asText ? (
        <Textarea
          aria-label={t("editor.textarea")}
          value={text}
          onChange={(event) => type(event.currentTarget.value)}
          error={why}
          minRows={12}
          maxRows={30}
          spellCheck={false}
          classNames={{ input: classes.json }}
        />
      ) : (
        <div className={classes.rules}>
          {rules.length === 0 && <Text>{t("editor.none")}</Text>}
          {value &&
            rules.map((rule) => (
              <RuleEditor
                key={`${rule.kind} ${rule.at}`}
                rule={rule}
                change={(at, term, datatype) => onChange(withTerm(value, rule, at, term, datatype))}
              />
            ))}
        </div>
      )}
    </Section>
  );
}

function parsed(text: string, notObject: string): [Json | null, string | null] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return [value as Json, null];
    return [null, notObject];
  } catch (thrown) {
    return [null, thrown instanceof Error ? thrown.message : String(thrown)];
  }
}
