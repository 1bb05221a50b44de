import { Group, Select } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import type { Slice } from "@/api/paged";
import { Problem } from "@/api/problem";
import { keepRows } from "@/api/queries";
import { usePermitted } from "@/api/session";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { Permitted } from "@/components/Permitted";
import { SearchField } from "@/components/SearchField";
import { say } from "@/components/say";
import { When } from "@/components/When";
import { exported } from "./export";
import type { LogLine } from "./pending";
import { LEVELS } from "./routes";

const route = getRouteApi("/app/operations");

/** The last lines of the process's own log, the newest first. */
export function ProcessLog() {
  const { t } = useTranslation("operations");
  const { q, level } = route.useSearch();
  const navigate = route.useNavigate();
  const may = usePermitted("audit");
  const selection = { q, level };
  const list = useQuery({
    queryKey: ["logs", selection],
    queryFn: ({ signal }) => ask<Slice<LogLine>>("GET", "/logs", { query: { ...selection, limit: 1000 }, signal }),
    enabled: may,
    ...keepRows,
  });
  const saving = useMutation({
    mutationFn: () => exported("/logs", selection, "log.ndjson"),
    onError: (thrown) => say.refused(Problem.from(thrown)),
  });
  const columns = useMemo<Column<LogLine>[]>(
    () => [
      { id: "at", header: t("events.at"), cell: ({ at }) => <When at={at} as="brief" />, width: "10rem" },
      { id: "level", header: t("logs.level"), cell: ({ level: of }) => of, width: "5rem" },
      { id: "target", header: t("logs.target"), cell: ({ target }) => <code>{target}</code>, card: "hide" },
      {
        id: "message",
        header: t("logs.message"),
        cell: ({ message, fields }) => `${message} ${words(fields)}`,
        card: "title",
      },
    ],
    [t],
  );
  if (!may) return <Empty title={t("logs.not.title")}>{t("logs.not.text")}</Empty>;
  return (
    <>
      <Group mb="md" align="flex-end">
        <div style={{ flex: "1 1 16rem" }}>
          <SearchField
            label={t("logs.search")}
            value={q}
            onSearch={(next) => void navigate({ search: (before) => ({ ...before, q: next }), replace: true })}
          />
        </div>
        <Select
          label={t("logs.least")}
          value={level ?? null}
          clearable
          data={[...LEVELS]}
          onChange={(next) =>
            void navigate({
              search: (before) => ({ ...before, level: LEVELS.find((each) => each === next) }),
              replace: true,
            })
          }
        />
        <Permitted permission="audit" variant="default" onClick={() => void list.refetch()} loading={list.isFetching}>
          {t("logs.again")}
        </Permitted>
        <Permitted permission="audit" variant="default" loading={saving.isPending} onClick={() => saving.mutate()}>
          {t("events.export")}
        </Permitted>
      </Group>
      <DataTable
        label={t("logs.title")}
        columns={columns}
        rows={list.data?.items.toReversed() ?? []}
        rowKey={({ seq }) => String(seq)}
        loading={list.isPending}
        error={list.error}
        retry={() => void list.refetch()}
        empty={<Empty title={t("logs.empty")} />}
      />
    </>
  );
}

function words(fields: Record<string, unknown> | null): string {
  return Object.entries(fields ?? {})
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}
