import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import type { Slice } from "@/api/paged";
import { Count, Took } from "@/components/Bytes";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { duration } from "@/components/figures";
import type { Latency } from "./pending";

/** How long exchanges took in the last day, by kind. */
export function LatencyTab() {
  const { t, i18n } = useTranslation("operations");
  const list = useQuery({
    queryKey: ["summary", "latency"],
    queryFn: ({ signal }) => ask<Slice<Latency>>("GET", "/statistics/latency", { query: { hours: 24 }, signal }),
  });
  const rows = list.data?.items ?? [];
  const columns = useMemo<Column<Latency>[]>(
    () => [
      { id: "kind", header: t("latency.kind"), cell: ({ kind }) => <strong>{kind}</strong>, sort: ({ kind }) => kind },
      {
        id: "direction",
        header: t("latency.direction"),
        cell: ({ direction }) => t(`latency.${direction}`),
        sort: ({ direction }) => direction,
      },
      {
        id: "count",
        header: t("latency.count"),
        cell: ({ count }) => <Count value={count} />,
        sort: ({ count }) => count,
        align: "end",
      },
      {
        id: "failed",
        header: t("latency.failed"),
        cell: ({ failed }) => <Count value={failed} />,
        sort: ({ failed }) => failed,
        align: "end",
      },
      { id: "p50", header: "p50", cell: ({ p50Ms }) => <Took ms={p50Ms} />, sort: ({ p50Ms }) => p50Ms, align: "end" },
      { id: "p95", header: "p95", cell: ({ p95Ms }) => <Took ms={p95Ms} />, sort: ({ p95Ms }) => p95Ms, align: "end" },
      { id: "p99", header: "p99", cell: ({ p99Ms }) => <Took ms={p99Ms} />, sort: ({ p99Ms }) => p99Ms, align: "end" },
    ],
    [t],
  );
  const data = rows
    .filter(({ p50Ms }) => p50Ms !== null)
    .slice(0, 10)
    .map(({ kind, direction, p50Ms, p95Ms, p99Ms }) => ({
      kind: `${kind} (${t(`latency.${direction}`)})`,
      p50: p50Ms ?? 0,
      p95: p95Ms ?? 0,
      p99: p99Ms ?? 0,
    }));
  return (
    <>
      {data.length > 0 && (
        <div aria-hidden="true">
          <BarChart
            h={60 + 42 * data.length}
            data={data}
            dataKey="kind"
            orientation="vertical"
            yAxisProps={{ width: 220 }}
            withLegend
            barProps={{ isAnimationActive: false }}
            valueFormatter={(value) => duration(value, i18n.resolvedLanguage ?? "en")}
            series={[
              { name: "p50", color: "petrol.7" },
              { name: "p95", color: "petrol.4" },
              { name: "p99", color: "gray.5" },
            ]}
          />
        </div>
      )}
      <DataTable
        label={t("latency.title")}
        columns={columns}
        rows={rows}
        rowKey={({ kind, direction }) => `${kind} ${direction}`}
        loading={list.isPending}
        error={list.error}
        retry={() => void list.refetch()}
        empty={<Empty title={t("latency.empty")} />}
      />
    </>
  );
}
