import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { Problem } from "@/api/problem";
import { Count } from "@/components/Bytes";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { TextLink } from "@/components/Links";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { say } from "@/components/say";
import { When } from "@/components/When";

type Row = Schema["Outbox"];

/** What waits for which partner, and why it has not arrived. */
export function Outbox() {
  const { t } = useTranslation("operations");
  const list = useQuery({
    queryKey: ["outbox", "list"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/outbox", { signal })),
  });
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: "partner",
        header: t("outbox.partner"),
        cell: ({ partner, name }) => (
          <TextLink to="/partners/$id" params={{ id: partner }} inherit>
            <Partner id={partner} name={name} />
          </TextLink>
        ),
        sort: ({ partner, name }) => name ?? partner,
      },
      {
        id: "waiting",
        header: t("outbox.waiting"),
        cell: ({ waiting }) => <Count value={waiting} />,
        sort: ({ waiting }) => waiting,
        align: "end",
      },
      {
        id: "oldest",
        header: t("outbox.oldest"),
        cell: ({ oldestAt }) => <When at={oldestAt} />,
        sort: ({ oldestAt }) => oldestAt,
      },
      {
        id: "attempts",
        header: t("outbox.attempts"),
        cell: ({ attempts }) => <Count value={attempts} />,
        align: "end",
      },
      {
        id: "last",
        header: t("outbox.last"),
        cell: ({ lastStatus, lastDetail }) =>
          [lastStatus && `HTTP ${lastStatus}`, lastDetail].filter(Boolean).join(": ") || "–",
      },
      {
        id: "next",
        header: t("outbox.next"),
        cell: ({ nextAt, underWay }) =>
          underWay > 0 ? t("outbox.underWay") : <When at={nextAt} none={t("outbox.now")} />,
      },
      {
        id: "actions",
        header: <span className="visually-hidden">{t("outbox.actions")}</span>,
        cell: (row) => <Retry row={row} />,
        align: "end",
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("outbox.title")}
      columns={columns}
      rows={list.data?.items ?? []}
      rowKey={({ partner }) => partner}
      loading={list.isPending}
      error={list.error}
      retry={() => void list.refetch()}
      empty={<Empty title={t("outbox.empty.title")}>{t("outbox.empty.text")}</Empty>}
    />
  );
}

function Retry({ row: { partner, underWay } }: { row: Row }) {
  const { t } = useTranslation("operations");
  const client = useQueryClient();
  const trying = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/outbox/{partner}/retry", { params: { path: { partner } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["outbox"] }),
    onError: (thrown) => say.refused(Problem.from(thrown)),
  });
  return (
    <Permitted
      permission="negotiate"
      size="xs"
      variant="default"
      unless={underWay > 0 && t("outbox.underWay")}
      loading={trying.isPending}
      onClick={() => trying.mutate()}
    >
      {t("outbox.retry")}
    </Permitted>
  );
}
