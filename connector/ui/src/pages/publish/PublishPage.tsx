import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { ButtonLink } from "@/components/Links";
import { Page } from "@/components/Page";
import { UrlTabs } from "@/components/UrlTabs";
import { When } from "@/components/When";
import { Applies } from "./Applies";
import { assetName, sourceLine } from "./names";
import { Preview } from "./Preview";
import { FirstSentence } from "./Terms";

const route = getRouteApi("/app/publish");

/** What we offer: offers, what they are made of, and what a partner sees of it. */
export function PublishPage() {
  const { t } = useTranslation("publish");
  const { partner } = route.useSearch();
  const actions = (
    <>
      <ButtonLink to="/publish/workbench" variant="default">
        {t("workbench.title")}
      </ButtonLink>
      <ButtonLink to="/publish/new">{t("new.open")}</ButtonLink>
    </>
  );
  return (
    <Page title={t("title")} description={t("description")} actions={actions}>
      <UrlTabs
        label={t("title")}
        tabs={[
          { value: "offers", label: t("offers.title"), content: <Offers /> },
          { value: "assets", label: t("assets.title"), content: <Assets /> },
          { value: "policies", label: t("policies.title"), content: <Policies /> },
          { value: "preview", label: t("preview.title"), content: <Preview partner={partner ?? null} /> },
        ]}
      />
    </Page>
  );
}

function Offers() {
  const { t } = useTranslation("publish");
  const offers = useList(["offers", "list"], (after, signal) =>
    answer(api.GET("/api/v1/offers", { params: { query: { after, limit: 200 } }, signal })),
  );
  const columns = useMemo<Column<Schema["Offer"]>[]>(
    () => [
      { id: "id", header: t("offers.id"), cell: ({ id }) => <strong>{id}</strong>, sort: ({ id }) => id },
      { id: "assets", header: t("offers.assets"), cell: ({ assets }) => <Applies selector={assets} /> },
      { id: "access", header: t("offers.access"), cell: ({ accessPolicy }) => accessPolicy },
      { id: "terms", header: t("offers.usage"), cell: ({ terms }) => <FirstSentence terms={terms} /> },
      { id: "dataspace", header: t("offers.dataspace"), cell: ({ dataspace }) => dataspace ?? t("offers.outside") },
      {
        id: "answer",
        header: t("offers.answer"),
        cell: ({ automation }) => t(`automation.${automation.answer ?? "auto"}`),
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("offers.title")}
      columns={columns}
      rowKey={({ id }) => id}
      to={({ id }) => ({ to: "/publish/offers/$id", params: { id } })}
      empty={
        <Empty title={t("offers.empty")} action={<ButtonLink to="/publish/new">{t("new.open")}</ButtonLink>}>
          {t("offers.emptyHint")}
        </Empty>
      }
      {...offers}
    />
  );
}

function Assets() {
  const { t } = useTranslation("publish");
  const assets = useList(["assets", "list"], (after, signal) =>
    answer(api.GET("/api/v1/assets", { params: { query: { after, limit: 200 } }, signal })),
  );
  const columns = useMemo<Column<Schema["Asset"]>[]>(
    () => [
      { id: "name", header: t("assets.name"), cell: (asset) => <strong>{assetName(asset)}</strong>, sort: assetName },
      { id: "id", header: t("assets.id"), cell: ({ id }) => id, sort: ({ id }) => id },
      { id: "source", header: t("assets.source"), cell: ({ source }) => <code>{sourceLine(source)}</code> },
      { id: "formats", header: t("assets.formats"), cell: ({ formats }) => formats.join(", ") },
      {
        id: "updated",
        header: t("assets.updated"),
        cell: ({ updatedAt }) => <When at={updatedAt} />,
        sort: ({ updatedAt }) => updatedAt,
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("assets.title")}
      columns={columns}
      rowKey={({ id }) => id}
      to={({ id }) => ({ to: "/publish/assets/$id", params: { id } })}
      empty={<Empty title={t("assets.empty")}>{t("assets.emptyHint")}</Empty>}
      {...assets}
    />
  );
}

function Policies() {
  const { t } = useTranslation("publish");
  const policies = useList(["policies", "list"], (after, signal) =>
    answer(api.GET("/api/v1/policies", { params: { query: { after, limit: 200 } }, signal })),
  );
  const columns = useMemo<Column<Schema["Policy"]>[]>(
    () => [
      { id: "id", header: t("policies.id"), cell: ({ id }) => <strong>{id}</strong>, sort: ({ id }) => id },
      { id: "terms", header: t("policies.says"), cell: ({ terms }) => <FirstSentence terms={terms} /> },
      {
        id: "contractual",
        header: t("policies.contractual"),
        cell: ({ terms }) => terms.contractualOnly.length || "–",
        align: "end",
      },
      {
        id: "updated",
        header: t("policies.updated"),
        cell: ({ updatedAt }) => <When at={updatedAt} />,
        sort: ({ updatedAt }) => updatedAt,
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("policies.title")}
      columns={columns}
      rowKey={({ id }) => id}
      to={({ id }) => ({ to: "/publish/policies/$id", params: { id } })}
      empty={
        <Empty
          title={t("policies.empty")}
          action={<ButtonLink to="/publish/workbench">{t("workbench.title")}</ButtonLink>}
        >
          {t("policies.emptyHint")}
        </Empty>
      }
      {...policies}
    />
  );
}
