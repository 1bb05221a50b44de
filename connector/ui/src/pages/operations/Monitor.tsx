import { IconCircleCheck, IconPlayerPause } from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { Partner } from "@/components/Partner";
import { Sign } from "@/components/State";
import { When } from "@/components/When";

type Watched = Schema["Watched"];

/** Transfers that the policy monitor watches: what is held and why, and when each is decided next. */
export function Monitor() {
  const { t } = useTranslation("operations");
  const list = useList<Watched>(["monitor", "list"], (after, signal) =>
    answer(api.GET("/api/v1/monitor", { params: { query: { after } }, signal })),
  );
  const columns = useMemo<Column<Watched>[]>(
    () => [
      { id: "asset", header: t("monitor.asset"), cell: ({ asset }) => asset },
      { id: "partner", header: t("outbox.partner"), cell: ({ partner }) => <Partner id={partner} /> },
      {
        id: "held",
        header: t("monitor.state"),
        cell: ({ held, reason }) => (
          <>
            <Sign tone={held ? "warn" : "good"} icon={held ? IconPlayerPause : IconCircleCheck}>
              {held ? t("monitor.held") : t("monitor.runs")}
            </Sign>
            {reason && <div style={{ color: "var(--text-quiet)" }}>{reason}</div>}
          </>
        ),
      },
      { id: "decided", header: t("monitor.decided"), cell: ({ decidedAt }) => <When at={decidedAt} /> },
      {
        id: "next",
        header: t("monitor.next"),
        cell: ({ nextDecisionAt }) => <When at={nextDecisionAt} none={t("monitor.never")} />,
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("monitor.title")}
      columns={columns}
      rowKey={({ transfer }) => transfer}
      to={({ transfer }) => ({ to: "/transfers/$pid", params: { pid: transfer } }) as unknown as LinkProps}
      empty={<Empty title={t("monitor.empty.title")}>{t("monitor.empty.text")}</Empty>}
      {...list}
    />
  );
}
