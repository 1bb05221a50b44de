import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { SegmentedControl, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { keepRows } from "@/api/queries";
import { bytes, number } from "@/components/figures";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Page";
import { Refusal } from "@/components/Refusal";
import classes from "./HomePage.module.css";
import type { Traffic as Course, TrafficPoint } from "./pending";
import { SPANS, type Span } from "./routes";
import { nothing, slotHours, slots } from "./traffic";

const route = getRouteApi("/app/");

/** Data requests and bytes over time: a chart, and a table of the same numbers. */
export function Traffic() {
  const { t } = useTranslation("home");
  const { hours = "24" } = route.useSearch();
  const navigate = route.useNavigate();
  const course = useQuery({
    // Events about data make the summary stale, and this with it.
    queryKey: ["summary", "traffic", hours],
    queryFn: ({ signal }) => ask<Course>("GET", "/statistics/traffic", { query: { hours }, signal }),
    ...keepRows,
  });
  const span = (
    <SegmentedControl
      size="xs"
      aria-label={t("traffic.span")}
      value={hours}
      onChange={(next) =>
        void navigate({ search: { hours: next === "24" ? undefined : (next as Span) }, replace: true })
      }
      data={SPANS.map((each) => ({ value: each, label: t(`traffic.spans.${each}`) }))}
    />
  );
  return (
    <Section title={t("traffic.title")} actions={span}>
      {course.isPending && <Loading lines={6} />}
      {course.error && <Refusal problem={course.error} retry={() => void course.refetch()} />}
      {course.data && <Shown points={slots(course.data.points, slotHours(Number(hours)))} hours={Number(hours)} />}
    </Section>
  );
}

function Shown({ points, hours }: { points: TrafficPoint[]; hours: number }) {
  const { t, i18n } = useTranslation("home");
  const language = i18n.resolvedLanguage ?? "en";
  const label = new Intl.DateTimeFormat(
    language,
    hours <= 24
      ? { hour: "2-digit", minute: "2-digit" }
      : hours <= 168
        ? { weekday: "short", hour: "2-digit", minute: "2-digit" }
        : { day: "numeric", month: "short" },
  );
  const at = (point: TrafficPoint) => label.format(new Date(point.at));
  if (nothing(points)) return <p className={classes.quiet}>{t("traffic.nothing")}</p>;
  const data = points.map((point) => ({
    at: at(point),
    [t("traffic.permitted")]: point.permitted,
    [t("traffic.refused")]: point.refused,
  }));
  return (
    <>
      <div className={classes.chart} aria-hidden="true">
        <BarChart
          h={260}
          data={data}
          dataKey="at"
          type="stacked"
          withLegend
          legendProps={{ verticalAlign: "bottom" }}
          barProps={{ isAnimationActive: false }}
          valueFormatter={(value) => number(value, language)}
          series={[
            { name: t("traffic.permitted"), color: "var(--accent)" },
            { name: t("traffic.refused"), color: "var(--bad)" },
          ]}
        />
      </div>
      <details>
        <summary>{t("traffic.table")}</summary>
        <div className={classes.table}>
          <Table aria-label={t("traffic.title")}>
            <Table.Thead>
              <Table.Tr>
                {(["from", "permitted", "refused", "out", "in"] as const).map((column) => (
                  <Table.Th key={column} scope="col">
                    {t(`traffic.${column}`)}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {points.toReversed().map((point) => (
                <Table.Tr key={point.at}>
                  <Table.Td>{at(point)}</Table.Td>
                  <Table.Td>{number(point.permitted, language)}</Table.Td>
                  <Table.Td>{number(point.refused, language)}</Table.Td>
                  <Table.Td>{bytes(point.bytesOut, language)}</Table.Td>
                  <Table.Td>{bytes(point.bytesIn, language)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </details>
    </>
  );
}
