import { Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useList } from "@/api/paged";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { TextLink } from "@/components/Links";
import { Page, Section } from "@/components/Page";
import classes from "./Catalog.module.css";
import { asFound } from "./document";
import type { KeptDataset } from "./pending";

const route = getRouteApi("/app/catalog/ask");

/** One connector, asked directly: for those that are in no directory. */
export function AskPage() {
  const { t } = useTranslation("catalog");
  const { id, address } = route.useSearch();
  return (
    <Page
      title={t("ask.title")}
      description={t("ask.description")}
      crumbs={[
        <TextLink key="catalog" to="/catalog">
          {t("title")}
        </TextLink>,
      ]}
    >
      <Whom key={`${id} ${address}`} id={id ?? ""} address={address ?? ""} />
      {id && address && <Answered id={id} address={address} />}
    </Page>
  );
}

function Whom({ id, address }: { id: string; address: string }) {
  const { t } = useTranslation("catalog");
  const navigate = useNavigate({ from: "/catalog/ask" });
  const form = useForm({ mode: "uncontrolled", initialValues: { id, address } });
  const ask = (given: { id: string; address: string }) =>
    navigate({ search: { id: given.id.trim(), address: given.address.trim() } });
  return (
    <form onSubmit={form.onSubmit(ask)} className={classes.whom}>
      <TextInput
        label={t("ask.id")}
        description={t("ask.idHint")}
        required
        spellCheck={false}
        key={form.key("id")}
        {...form.getInputProps("id")}
      />
      <TextInput
        label={t("ask.address")}
        description={t("ask.addressHint")}
        type="url"
        required
        key={form.key("address")}
        {...form.getInputProps("address")}
      />
      <Button type="submit">{t("ask.submit")}</Button>
    </form>
  );
}

function Answered({ id, address }: { id: string; address: string }) {
  const { t } = useTranslation("catalog");
  const list = useList<KeptDataset>(["catalogs", "asked", id, address], async (page, signal) => {
    const body = { counterPartyId: id, counterPartyAddress: address, page };
    const { catalog, next } = await answer(api.POST("/api/v1/catalog", { body, signal }));
    const all = (catalog as Record<string, unknown>).dataset ?? [];
    const datasets = (Array.isArray(all) ? all : [all]) as Record<string, unknown>[];
    return { items: datasets.map((one) => asFound(id, one, new Date())), next };
  });
  const columns = useMemo(
    (): readonly Column<KeptDataset>[] => [
      { id: "title", header: t("ask.dataset"), cell: ({ title }) => title },
      { id: "description", header: t("ask.what"), cell: ({ description }) => description ?? "–", width: "40%" },
      { id: "formats", header: t("facets.format"), cell: ({ formats }) => formats.join(", ") },
      { id: "offers", header: t("ask.offers"), cell: ({ offers }) => offers.length, align: "end" },
    ],
    [t],
  );
  return (
    <Section title={t("ask.answer")}>
      <DataTable
        label={t("ask.answer")}
        columns={columns}
        rowKey={({ dataset }) => dataset}
        to={({ dataset }) => ({
          to: "/catalog/$partner/$dataset",
          params: { partner: id, dataset },
          search: { address },
        })}
        empty={<Empty title={t("ask.empty")}>{t("ask.emptyText")}</Empty>}
        {...list}
      />
    </Section>
  );
}
