import { Group, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { type Slice, useList } from "@/api/paged";
import { Problem } from "@/api/problem";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { Id } from "@/components/Id";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { SearchField } from "@/components/SearchField";
import { say } from "@/components/say";
import { When } from "@/components/When";
import { exported, instant } from "./export";
import type { Happened } from "./pending";

const route = getRouteApi("/app/operations");
const SHOWN = new Set(["seq", "at", "kind", "subject", "partner"]);

/** Everything that happened, the newest first. */
export function EventLog() {
  const { t } = useTranslation("operations");
  const { q, from, until } = route.useSearch();
  const navigate = route.useNavigate();
  const selection = { q, from: instant(from, false), until: instant(until, true), order: "newest" };
  const list = useList<Happened>(["events", "log", selection], (after, signal) =>
    ask<Slice<Happened>>("GET", "/events/log", { query: { ...selection, after, limit: 200 }, signal }),
  );
  const saving = useMutation({
    mutationFn: () => exported("/events/log", selection, "events.ndjson"),
    onError: (thrown) => say.refused(Problem.from(thrown)),
  });
  const columns = useMemo<Column<Happened>[]>(
    () => [
      { id: "at", header: t("events.at"), cell: ({ at }) => <When at={at} as="brief" />, width: "10rem" },
      { id: "kind", header: t("events.kind"), cell: ({ kind }) => <strong>{kind}</strong>, card: "title" },
      { id: "subject", header: t("events.subject"), cell: ({ subject }) => <Id id={subject} copy={false} /> },
      { id: "partner", header: t("outbox.partner"), cell: ({ partner }) => (partner ? <Partner id={partner} /> : "–") },
      { id: "more", header: t("events.more"), cell: (event) => more(event) },
    ],
    [t],
  );
  const choose = (next: { q?: string; from?: string; until?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <>
      <Group mb="md" align="flex-end">
        <div style={{ flex: "1 1 16rem" }}>
          <SearchField label={t("events.search")} value={q} onSearch={(next) => choose({ q: next })} />
        </div>
        <TextInput
          type="date"
          label={t("events.from")}
          value={from ?? ""}
          onChange={(event) => choose({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={t("events.until")}
          value={until ?? ""}
          onChange={(event) => choose({ until: event.currentTarget.value || undefined })}
        />
        <Permitted permission="audit" variant="default" loading={saving.isPending} onClick={() => saving.mutate()}>
          {t("events.export")}
        </Permitted>
      </Group>
      <DataTable
        label={t("events.title")}
        columns={columns}
        rowKey={({ seq }) => String(seq)}
        empty={<Empty title={t("events.empty")} />}
        {...list}
      />
    </>
  );
}

/** The members that have no column, in a line. */
function more(event: Happened): string {
  return Object.entries(event)
    .filter(([name, value]) => !SHOWN.has(name) && value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");
}
