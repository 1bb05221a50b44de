import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { ButtonLink } from "@/components/Links";
import { Page } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { When } from "@/components/When";
import { dataspacesQuery } from "./DataspaceName";
import { FoundDialog } from "./FoundDialog";
import { PartsNav } from "./PartsNav";
import { scopeWords } from "./reading";

export function DataspacesPage() {
  const { t } = useTranslation("partners");
  const [founding, setFounding] = useState(false);
  const list = useQuery(dataspacesQuery);
  const columns = useMemo<Column<Schema["Dataspace"]>[]>(
    () => [
      { id: "name", header: t("dataspaces.name"), cell: ({ name }) => name, sort: ({ name }) => name },
      {
        id: "role",
        header: t("dataspaces.role"),
        cell: ({ issuing }) => (issuing ? t("dataspaces.issuer") : t("dataspaces.member")),
      },
      {
        id: "issuers",
        header: t("dataspaces.trusts"),
        cell: ({ issuers }) => issuers.map(({ did }) => <Partner key={did} id={did} />),
      },
      {
        id: "demands",
        header: t("dataspaces.demands"),
        cell: ({ requiredScopes }) => requiredScopes.map(scopeWords).join(", ") || t("dataspaces.nothing"),
      },
      {
        id: "since",
        header: t("dataspaces.since"),
        cell: ({ createdAt }) => <When at={createdAt} as="day" />,
        card: "hide",
        width: "9rem",
      },
    ],
    [t],
  );
  const actions = (
    <Group gap="sm">
      <ButtonLink to="/join">{t("join.title")}</ButtonLink>
      <Permitted permission="administer" variant="default" onClick={() => setFounding(true)}>
        {t("found.title")}
      </Permitted>
    </Group>
  );
  return (
    <Page title={t("dataspaces.title")} description={t("dataspaces.description")} actions={actions}>
      <PartsNav />
      <DataTable
        label={t("dataspaces.title")}
        columns={columns}
        rows={list.data?.items ?? []}
        rowKey={({ id }) => id}
        to={({ id }) => ({ to: "/dataspaces/$id", params: { id } })}
        loading={list.isPending}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          <Empty title={t("dataspaces.empty.title")} action={actions}>
            {t("dataspaces.empty.text")}
          </Empty>
        }
      />
      <FoundDialog opened={founding} onClose={() => setFounding(false)} />
    </Page>
  );
}
