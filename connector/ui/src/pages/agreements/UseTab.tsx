import { Text } from "@mantine/core";
import { IconBan, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { Bytes } from "@/components/Bytes";
import { type Column, DataTable } from "@/components/DataTable";
import { TextLink } from "@/components/Links";
import { Section } from "@/components/Page";
import { Sign, State } from "@/components/State";
import { When } from "@/components/When";
import { Purpose } from "@/pages/transfers/Purpose";
import type { Agreement } from "./agreement";

/** What ran under the agreement. */
export function UseTab({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  return (
    <>
      <Transfers id={agreement.id} />
      {agreement.role === "provider" ? (
        <Section title={t("use.requests")}>
          <Requests of={{ agreement: agreement.id }} />
        </Section>
      ) : (
        <>
          <Received id={agreement.id} />
          <Text c="dimmed" mt="xl" maw={720}>
            {t("use.theyRecord")}
          </Text>
        </>
      )}
    </>
  );
}

type Transfer = Schema["Transfer"];

function Transfers({ id }: { id: string }) {
  const { t } = useTranslation("agreements");
  const transfers = useList<Transfer>(["transfers", "list", { agreement: id }], (after, signal) =>
    answer(api.GET("/api/v1/transfers", { params: { query: { after, agreement: id } }, signal })),
  );
  const columns = useMemo<Column<Transfer>[]>(
    () => [
      { id: "at", header: t("use.begun"), cell: ({ createdAt }) => <When at={createdAt} as="brief" />, width: "10rem" },
      { id: "state", header: t("list.state"), cell: ({ state }) => <State state={state} />, width: "9rem" },
      { id: "format", header: t("use.format"), cell: ({ format }) => format, width: "10rem" },
      { id: "purpose", header: t("use.purpose"), cell: ({ purpose }) => <Purpose purpose={purpose} /> },
      {
        id: "bytes",
        header: t("use.bytes"),
        cell: ({ bytes }) => <Bytes count={bytes} />,
        align: "end",
        width: "8rem",
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("use.transfers")}
      columns={columns}
      rowKey={({ pid }) => pid}
      to={({ pid }) => ({ to: "/transfers/$pid", params: { pid } })}
      empty={<Text c="dimmed">{t("use.noTransfers")}</Text>}
      {...transfers}
    />
  );
}

type Request = Schema["Items_Request"]["items"][number];

/** The decisions on data requests, of an agreement or of one transfer. */
export function Requests({ of }: { of: { agreement?: string; transfer?: string } }) {
  const { t } = useTranslation("agreements");
  const requests = useList<Request>(["requests", "list", of], async (after, signal) => {
    const query = { ...of, after: after === undefined ? undefined : Number(after), limit: 200 };
    return answer(api.GET("/api/v1/requests", { params: { query }, signal }));
  });
  const one = of.transfer !== undefined;
  const columns = useMemo<Column<Request>[]>(
    () => [
      { id: "at", header: t("use.when"), cell: ({ at }) => <When at={at} as="brief" />, width: "10rem" },
      {
        id: "outcome",
        header: t("use.outcome"),
        cell: ({ permitted }) => (
          <Sign tone={permitted ? "good" : "bad"} icon={permitted ? IconCircleCheck : IconBan}>
            {t(permitted ? "use.permitted" : "use.refused")}
          </Sign>
        ),
        width: "9rem",
      },
      {
        id: "what",
        header: t("use.request"),
        cell: ({ method, path }) => (
          <code>
            {method} {path || t("use.whole")}
          </code>
        ),
      },
      { id: "rule", header: t("use.rule"), cell: ({ rule, permitted }) => <Rule rule={rule} permitted={permitted} /> },
      ...(one
        ? []
        : [
            {
              id: "transfer",
              header: t("use.transfer"),
              cell: ({ transfer }: Request) => (
                <TextLink to="/transfers/$pid" params={{ pid: transfer }}>
                  …{transfer.slice(-12)}
                </TextLink>
              ),
              width: "9rem",
            },
          ]),
    ],
    [t, one],
  );
  return (
    <DataTable
      label={t("use.requests")}
      columns={columns}
      rowKey={({ seq }) => String(seq)}
      empty={<Text c="dimmed">{t("use.noRequests")}</Text>}
      {...requests}
    />
  );
}

/** `agreement.retired: the agreement has been retired: … (agreement in force)` begins with a code for programs. */
function Rule({ rule, permitted }: { rule: string; permitted: boolean }) {
  const [, code, words] = /^([a-z]+(?:[.-][a-z-]+)+): (.*)$/s.exec(rule) ?? [];
  if (permitted || !words) return <code>{rule}</code>;
  return <span title={code}>{words}</span>;
}

/** What was pushed to us under it, and what became of it. */
function Received({ id }: { id: string }) {
  const { t } = useTranslation("agreements");
  const received = useQuery({
    queryKey: ["received", "under", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/received", { params: { query: { agreement: id, limit: 200 } }, signal })),
  });
  const rows = received.data?.items ?? [];
  if (rows.length === 0) return null;
  const columns: Column<(typeof rows)[number]>[] = [
    { id: "at", header: t("use.when"), cell: ({ receivedAt }) => <When at={receivedAt} as="brief" />, width: "10rem" },
    { id: "bytes", header: t("use.bytes"), cell: ({ bytes }) => <Bytes count={bytes} />, width: "8rem" },
    {
      id: "kept",
      header: t("use.kept"),
      cell: ({ deletedAt, deleteAt }) =>
        deletedAt ? (
          <>
            {t("use.deleted")} <When at={deletedAt} />
          </>
        ) : deleteAt ? (
          <>
            {t("use.until")} <When at={deleteAt} as="brief" />
          </>
        ) : (
          t("use.keptOpen")
        ),
    },
  ];
  return (
    <Section title={t("use.received")}>
      <DataTable
        label={t("use.received")}
        columns={columns}
        rows={rows}
        rowKey={({ transfer }) => transfer}
        to={({ transfer }) => ({ to: "/transfers/$pid", params: { pid: transfer } })}
      />
    </Section>
  );
}
