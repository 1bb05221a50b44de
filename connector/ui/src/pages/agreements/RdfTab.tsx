import { SegmentedControl, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { path, send } from "@/api/client";
import { CodeBlock } from "@/components/CodeBlock";
import { type Column, DataTable } from "@/components/DataTable";
import { Loading } from "@/components/Loading";
import { Refusal } from "@/components/Refusal";
import { brief, parseQuads, type Statement, type Term } from "./nquads";
import classes from "./RdfTab.module.css";
import { FORMS } from "./routes";

const route = getRouteApi("/app/agreements/$id");
const RdfGraph = lazy(() => import("./RdfGraph").then((module) => ({ default: module.RdfGraph })));

const TYPES = { turtle: "text/turtle", nquads: "application/n-quads", trig: "application/trig" } as const;
const ENDINGS = { turtle: "ttl", nquads: "nq", trig: "trig" } as const;

function useRdf(id: string, form: keyof typeof TYPES) {
  return useQuery({
    queryKey: ["agreements", id, "rdf", form],
    queryFn: async ({ signal }) => {
      const headers = { Accept: TYPES[form] };
      const url = new URL(`/api/v1${path`/agreements/${id}/rdf`}`, window.location.origin);
      return (await send(new Request(url, { headers, signal, credentials: "same-origin" }))).text();
    },
  });
}

/** The agreement as RDF: as a graph, as statements, and as the text that the API gives. */
export function RdfTab({ id }: { id: string }) {
  const { t } = useTranslation("agreements");
  const { form = "graph", all } = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = (more: object) => void navigate({ search: (before) => ({ ...before, ...more }), replace: true });
  const text = form === "graph" || form === "statements" ? null : form;
  return (
    <>
      <Text c="dimmed" mb="md" maw={720}>
        {t("rdf.text")}
      </Text>
      <div className={classes.tools}>
        <SegmentedControl
          aria-label={t("rdf.form")}
          data={FORMS.map((value) => ({ value, label: t(`rdf.forms.${value}`) }))}
          value={form}
          onChange={(next) => narrow({ form: next === "graph" ? undefined : next })}
        />
        {text === null && (
          <Switch
            label={t("rdf.all")}
            checked={all === true}
            onChange={(event) => narrow({ all: event.currentTarget.checked || undefined })}
          />
        )}
      </div>
      {text === null ? <Parsed id={id} form={form} all={all === true} /> : <AsText id={id} form={text} />}
    </>
  );
}

function AsText({ id, form }: { id: string; form: keyof typeof TYPES }) {
  const { t } = useTranslation("agreements");
  const rdf = useRdf(id, form);
  if (rdf.error) return <Refusal problem={rdf.error} retry={rdf.refetch} />;
  if (rdf.data === undefined) return <Loading lines={10} />;
  return (
    <CodeBlock
      text={rdf.data}
      label={t(`rdf.forms.${form}`)}
      file={`agreement.${ENDINGS[form]}`}
      mediaType={TYPES[form]}
      height="36rem"
    />
  );
}

function Parsed({ id, form, all }: { id: string; form: string; all: boolean }) {
  const rdf = useRdf(id, "nquads");
  const statements = useMemo(() => parseQuads(rdf.data ?? ""), [rdf.data]);
  // What was signed stands in the graph that is named after the agreement; beside it stands what this connector knows besides.
  const signed = statements[0]?.graph ?? null;
  const shown = all ? statements : statements.filter(({ graph }) => graph === signed);
  if (rdf.error) return <Refusal problem={rdf.error} retry={rdf.refetch} />;
  if (rdf.data === undefined) return <Loading lines={10} />;
  const base = signed ?? undefined;
  return form === "graph" ? (
    <Suspense fallback={<Loading lines={10} />}>
      <RdfGraph statements={shown} base={base} />
    </Suspense>
  ) : (
    <Statements statements={shown} base={base} />
  );
}

function Statements({ statements, base }: { statements: readonly Statement[]; base?: string }) {
  const { t } = useTranslation("agreements");
  const columns = useMemo<Column<Statement>[]>(() => {
    const column = (id: "subject" | "predicate" | "object"): Column<Statement> => ({
      id,
      header: t(`rdf.${id}`),
      cell: (statement) => <TermText term={statement[id]} base={base} />,
      sort: (statement) => brief(statement[id], base),
    });
    return [column("subject"), column("predicate"), column("object")];
  }, [t, base]);
  return (
    <DataTable
      label={t("rdf.statements")}
      columns={columns}
      rows={statements}
      rowKey={({ subject, predicate, object, graph }) =>
        `${graph} ${subject.value} ${predicate.value} ${object.kind} ${object.value}`
      }
    />
  );
}

const LONGEST = 160;

function TermText({ term, base }: { term: Term; base?: string }) {
  const words = brief(term, base);
  return (
    <code className={classes.term} data-kind={term.kind} title={term.datatype ?? term.value.slice(0, 2000)}>
      {words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words}
    </code>
  );
}
