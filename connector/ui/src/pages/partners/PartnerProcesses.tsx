import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { TextLink } from "@/components/Links";
import { Section } from "@/components/Page";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { agreement, agreementsWith, negotiation, negotiationsWith } from "./elsewhere";

/** So many of each are shown here; the rest is one click away. */
const SHOWN = 5;

/** Agreements and negotiations with a partner, the newest. */
export function PartnerProcesses({ partner }: { partner: string }) {
  return (
    <>
      <Agreements partner={partner} />
      <Negotiations partner={partner} />
    </>
  );
}

function Agreements({ partner }: { partner: string }) {
  const { t } = useTranslation("partners");
  const query = { partner, limit: SHOWN };
  const list = useQuery({
    queryKey: ["agreements", "list", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/agreements", { params: { query }, signal })),
  });
  const columns = useMemo<Column<Schema["Agreement"]>[]>(
    () => [
      { id: "asset", header: t("processes.asset"), cell: ({ asset }) => asset },
      { id: "state", header: t("processes.state"), cell: ({ state }) => <State state={state} /> },
      { id: "role", header: t("processes.role"), cell: ({ role }) => t(`processes.roles.${side(role)}`) },
      { id: "at", header: t("processes.concluded"), cell: ({ concludedAt }) => <When at={concludedAt} /> },
    ],
    [t],
  );
  const all = list.data?.next && <TextLink {...agreementsWith(partner)}>{t("processes.all")}</TextLink>;
  return (
    <Section title={t("processes.agreements")} actions={all}>
      <DataTable
        label={t("processes.agreements")}
        columns={columns}
        rows={list.data?.items ?? []}
        rowKey={({ id }) => id}
        to={({ id }) => agreement(id)}
        loading={list.isPending}
        error={list.error}
        retry={() => void list.refetch()}
        empty={<p>{t("processes.noAgreements")}</p>}
      />
    </Section>
  );
}

function Negotiations({ partner }: { partner: string }) {
  const { t } = useTranslation("partners");
  const query = { partner, limit: SHOWN };
  const list = useQuery({
    queryKey: ["negotiations", "list", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/negotiations", { params: { query }, signal })),
  });
  const columns = useMemo<Column<Schema["Negotiation"]>[]>(
    () => [
      { id: "asset", header: t("processes.asset"), cell: ({ asset }) => asset },
      { id: "state", header: t("processes.state"), cell: ({ state }) => <State state={state} /> },
      { id: "role", header: t("processes.role"), cell: ({ role }) => t(`processes.roles.${side(role)}`) },
      { id: "at", header: t("processes.changed"), cell: ({ updatedAt }) => <When at={updatedAt} /> },
    ],
    [t],
  );
  const all = list.data?.next && <TextLink {...negotiationsWith(partner)}>{t("processes.all")}</TextLink>;
  return (
    <Section title={t("processes.negotiations")} actions={all}>
      <DataTable
        label={t("processes.negotiations")}
        columns={columns}
        rows={list.data?.items ?? []}
        rowKey={({ pid }) => pid}
        to={({ pid }) => negotiation(pid)}
        loading={list.isPending}
        error={list.error}
        retry={() => void list.refetch()}
        empty={<p>{t("processes.noNegotiations")}</p>}
      />
    </Section>
  );
}

function side(role: string): "consumer" | "provider" {
  return role === "provider" ? "provider" : "consumer";
}
