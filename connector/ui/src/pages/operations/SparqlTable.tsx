import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "@/components/DataTable";
import { save } from "@/components/Download";
import { Empty } from "@/components/Empty";
import { csv, type Results, type Term } from "./results";

interface Row {
  at: number;
  binding: Record<string, Term>;
}

/** Rows of an answer, or its yes or no. */
export function SparqlTable({ results }: { results: Results }) {
  const { t } = useTranslation(["operations", "app"]);
  const names = results.head.vars ?? [];
  const rows = useMemo(
    () => (results.results?.bindings ?? []).map((binding, at) => ({ at, binding })),
    [results.results],
  );
  const columns = useMemo<Column<Row>[]>(
    () =>
      (results.head.vars ?? []).map((name) => ({
        id: name,
        header: name,
        cell: ({ binding }) => <Shown term={binding[name]} />,
        sort: ({ binding }) => binding[name]?.value,
      })),
    [results.head.vars],
  );
  if (results.boolean !== undefined)
    return <Text fw={600}>{t(results.boolean ? "app:states.yes" : "app:states.no")}</Text>;
  return (
    <>
      <Group mb="sm">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} />}
          onClick={() =>
            save(
              csv(
                names,
                rows.map(({ binding }) => binding),
              ),
              "answer.csv",
              "text/csv",
            )
          }
        >
          {t("sparql.csv")}
        </Button>
      </Group>
      <DataTable
        label={t("sparql.answer")}
        columns={columns}
        rows={rows}
        rowKey={({ at }) => String(at)}
        empty={<Empty title={t("sparql.none")} />}
      />
    </>
  );
}

function Shown({ term }: { term: Term | undefined }) {
  if (!term) return "–";
  if (term.type === "literal" || term.type === "typed-literal") {
    return <span title={term.datatype ?? term["xml:lang"]}>{term.value}</span>;
  }
  return <code>{term.value}</code>;
}
