import { Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, path, send } from "@/api/client";
import type { Slice } from "@/api/paged";
import { Problem } from "@/api/problem";
import { CodeBlock } from "@/components/CodeBlock";
import { ConfirmDialog } from "@/components/Dialogs";
import { TextLink } from "@/components/Links";
import { Page, Section } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import type { Question } from "./pending";
import { place, type Results } from "./results";
import { SparqlTable } from "./SparqlTable";

const route = getRouteApi("/app/operations/sparql");
const FIRST = `PREFIX odrl: <http://www.w3.org/ns/odrl/2/>
SELECT ?agreement ?assigner ?assignee ?target WHERE {
  GRAPH ?g {
    ?agreement odrl:assigner ?assigner ; odrl:assignee ?assignee .
    OPTIONAL { ?agreement odrl:target ?target }
  }
} LIMIT 100`;

/** What a question brought: rows, yes or no, or a graph as text. */
type Answer = { results: Results } | { text: string };

async function query(text: string): Promise<Answer> {
  const headers = {
    "Content-Type": "application/sparql-query",
    Accept: "application/sparql-results+json, text/turtle;q=0.9",
  };
  const answered = await send(
    new Request("/api/v1/sparql", { method: "POST", headers, body: text, credentials: "same-origin" }),
  );
  if (answered.headers.get("Content-Type")?.includes("json")) return { results: await answered.json() };
  return { text: await answered.text() };
}

/** Asks the graph of agreements. */
export function SparqlPage() {
  const { t } = useTranslation("operations");
  const { question: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(FIRST);
  const field = useRef<HTMLTextAreaElement>(null);
  const questions = useQuery({
    queryKey: ["sparql", "questions"],
    queryFn: ({ signal }) => ask<Slice<Question>>("GET", "/sparql/questions", { signal }),
  });
  const question = questions.data?.items.find(({ id }) => id === chosen);
  const asking = useMutation({
    mutationFn: query,
    onError: (thrown) => {
      const at = place(Problem.from(thrown).detail);
      if (at && field.current) select(field.current, at);
    },
  });
  useEffect(() => {
    if (question) setText(question.query);
  }, [question]);
  const crumbs = [
    <TextLink key="operations" to="/operations" size="sm">
      {t("title")}
    </TextLink>,
  ];
  const run = () => asking.mutate(text);
  return (
    <Page title={t("sparql.title")} description={t("sparql.description")} crumbs={crumbs}>
      <Stack>
        {questions.error && <Refusal problem={questions.error} retry={() => void questions.refetch()} compact />}
        <Group align="flex-end">
          <Select
            flex="1 1 20rem"
            label={t("sparql.saved")}
            placeholder={t("sparql.own")}
            clearable
            searchable
            value={question?.id ?? null}
            data={(questions.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title }))}
            onChange={(id) => void navigate({ search: { question: id ?? undefined }, replace: true })}
          />
          <SaveQuestion question={question} query={text} />
        </Group>
        {question?.description && <Text c="dimmed">{question.description}</Text>}
        <Textarea
          ref={field}
          label={t("sparql.query")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
          }}
          minRows={8}
          maxRows={24}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        />
        <Group>
          <Permitted permission="audit" loading={asking.isPending} onClick={run}>
            {t("sparql.run")}
          </Permitted>
          <Text c="dimmed" size="sm">
            {t("sparql.keys")}
          </Text>
        </Group>
        {asking.error && <Failed problem={Problem.from(asking.error)} query={text} />}
      </Stack>
      {asking.data && (
        <Section title={t("sparql.answer")}>
          {"results" in asking.data ? (
            <SparqlTable results={asking.data.results} />
          ) : (
            <CodeBlock text={asking.data.text} label="Turtle" file="answer.ttl" mediaType="text/turtle" />
          )}
        </Section>
      )}
    </Page>
  );
}

/** The engine's sentence, and the line where it stumbled with a mark below the place. */
function Failed({ problem, query: text }: { problem: Problem; query: string }) {
  const { t } = useTranslation("operations");
  const at = place(problem.detail);
  const line = at && text.split("\n")[at.line - 1];
  return (
    <>
      <Refusal problem={problem} compact />
      {at && line !== undefined && line !== null && (
        <CodeBlock
          text={`${line}\n${" ".repeat(Math.max(0, at.column - 1))}^`}
          label={t("sparql.place", { line: at.line, column: at.column })}
        />
      )}
    </>
  );
}

function select(field: HTMLTextAreaElement, { line, column }: { line: number; column: number }): void {
  const lines = field.value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const from = before + Math.min(column - 1, lines[line - 1]?.length ?? 0);
  field.focus();
  field.setSelectionRange(from, from + 1);
}

function SaveQuestion({ question, query: text }: { question: Question | undefined; query: string }) {
  const { t } = useTranslation(["operations", "app"]);
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const [asked, setAsked] = useState<"save" | "remove" | null>(null);
  const own = question && !question.builtIn ? question : undefined;
  const form = useForm({ initialValues: { title: "", description: "" } });
  const saving = useMutation({
    mutationFn: async (given: { title: string; description: string }) => {
      const id = own?.id ?? crypto.randomUUID();
      await ask("PUT", path`/sparql/questions/${id}`, { body: { ...given, query: text } });
      return id;
    },
    onSuccess: async (id) => {
      await client.invalidateQueries({ queryKey: ["sparql"] });
      setAsked(null);
      await navigate({ search: { question: id }, replace: true });
    },
  });
  const open = () => {
    form.setValues({ title: own?.title ?? "", description: own?.description ?? "" });
    setAsked("save");
  };
  const remove = async () => {
    await ask("DELETE", path`/sparql/questions/${own?.id ?? ""}`);
    await client.invalidateQueries({ queryKey: ["sparql"] });
    await navigate({ search: {}, replace: true });
  };
  return (
    <>
      <Permitted permission="audit" variant="default" onClick={open}>
        {t("sparql.save")}
      </Permitted>
      {own && (
        <Permitted permission="audit" variant="default" onClick={() => setAsked("remove")}>
          {t("sparql.forget")}
        </Permitted>
      )}
      <Modal
        opened={asked === "save"}
        onClose={() => setAsked(null)}
        title={t("sparql.save")}
        closeButtonProps={{ "aria-label": t("app:close") }}
      >
        <form onSubmit={form.onSubmit((given) => saving.mutate(given))}>
          <Stack>
            <TextInput label={t("sparql.name")} required data-autofocus {...form.getInputProps("title")} />
            <Textarea label={t("sparql.meaning")} {...form.getInputProps("description")} />
            {saving.error && <Refusal problem={saving.error} compact />}
            <Group justify="flex-end">
              <Button type="submit" loading={saving.isPending}>
                {t("sparql.save")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      <ConfirmDialog
        opened={asked === "remove"}
        onClose={() => setAsked(null)}
        title={t("sparql.forgetTitle", { title: own?.title ?? "" })}
        verb={t("sparql.forget")}
        destructive
        act={remove}
      />
    </>
  );
}
