import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { shortened } from "@/components/Id";
import { Page } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { SearchField } from "@/components/SearchField";
import { When } from "@/components/When";
import { ClaimsBrief } from "./Claims";
import { PartnerDialog } from "./PartnerDialog";
import classes from "./PartnersPage.module.css";
import { PartsNav } from "./PartsNav";
import { Reachability } from "./Reachability";
import { useOutbox, whole } from "./reading";

type Row = Schema["Partner"];
const route = getRouteApi("/app/partners");

export function PartnersPage() {
  const { t } = useTranslation("partners");
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const outbox = useOutbox();
  const [registering, setRegistering] = useState(false);
  const partners = useQuery({
    queryKey: ["partners", "whole"],
    queryFn: ({ signal }) =>
      whole((after) => answer(api.GET("/api/v1/partners", { params: { query: { limit: 1000, after } }, signal }))),
  });
  const rows = useMemo(() => found(partners.data ?? [], q), [partners.data, q]);
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: "name",
        header: t("directory.name"),
        cell: ({ id, name }) => (
          <span className={classes.name}>
            <span>{name}</span>
            <code title={id}>{shortened(id)}</code>
          </span>
        ),
        sort: ({ name }) => name.toLowerCase(),
      },
      {
        id: "reachable",
        header: t("directory.reachable"),
        cell: ({ id }) => <Reachability outbox={outbox.get(id)} />,
        sort: ({ id }) => outbox.get(id)?.unreachableSince ?? null,
        width: "18rem",
      },
      { id: "claims", header: t("directory.claims"), cell: ({ claims }) => <ClaimsBrief claims={claims} /> },
      {
        id: "since",
        header: t("directory.since"),
        cell: ({ createdAt }) => <When at={createdAt} as="day" />,
        sort: ({ createdAt }) => createdAt,
        width: "9rem",
        card: "hide",
      },
    ],
    [t, outbox],
  );
  const register = (
    <Permitted permission="administer" onClick={() => setRegistering(true)}>
      {t("directory.register")}
    </Permitted>
  );
  const none =
    (partners.data?.length ?? 0) === 0 ? (
      <Empty title={t("directory.empty.title")} action={register}>
        {t("directory.empty.text")}
      </Empty>
    ) : (
      <Empty title={t("directory.nothingFound", { q })} />
    );
  return (
    <Page title={t("title")} description={t("directory.description")} actions={register}>
      <PartsNav />
      {(partners.data?.length ?? 0) > 0 && (
        <div className={classes.search}>
          <SearchField
            label={t("directory.search")}
            value={q}
            onSearch={(next) => void navigate({ search: { q: next }, replace: true })}
          />
        </div>
      )}
      <DataTable
        label={t("title")}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        to={({ id }) => ({ to: "/partners/$id", params: { id } })}
        loading={partners.isPending}
        error={partners.error}
        retry={() => void partners.refetch()}
        empty={none}
      />
      <PartnerDialog opened={registering} onClose={() => setRegistering(false)} />
    </Page>
  );
}

/** By name, each word somewhere in name, id, address or facts. */
function found(partners: readonly Row[], q: string | undefined): Row[] {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const of = ({ id, name, dspAddress, claims }: Row) =>
    `${name} ${id} ${dspAddress} ${JSON.stringify(claims)}`.toLowerCase();
  return partners
    .filter((partner) => words.every((word) => of(partner).includes(word)))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}
