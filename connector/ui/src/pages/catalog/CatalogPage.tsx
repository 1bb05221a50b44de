import { Button, Drawer, Select, Text } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Count } from "@/components/Bytes";
import { Empty } from "@/components/Empty";
import { ButtonLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Refusal } from "@/components/Refusal";
import { SearchField } from "@/components/SearchField";
import classes from "./Catalog.module.css";
import { DatasetRows } from "./DatasetRows";
import { Facets } from "./Facets";
import { Freshness } from "./Freshness";
import { NothingFound } from "./NothingFound";
import { FACETS, type FacetName } from "./pending";
import { type Filters, useFound, useKept } from "./queries";
import { SORTS, type Sort } from "./sorts";

const route = getRouteApi("/app/catalog");

/** What all partners offer: search, narrow down, see at once for what one qualifies. */
export function CatalogPage() {
  const { t } = useTranslation("catalog");
  const kept = useKept();
  const nobody = kept.data?.length === 0;
  return (
    <Page
      title={t("title")}
      description={t("description")}
      actions={
        <>
          <ButtonLink to="/catalog/ask" variant="default">
            {t("ask.link")}
          </ButtonLink>
          <ButtonLink to="/catalog/partners" variant="default">
            {t("kept.link")}
          </ButtonLink>
        </>
      }
    >
      {nobody ? <Nobody /> : <Search />}
    </Page>
  );
}

function Search() {
  const { t } = useTranslation("catalog");
  const filters: Filters = route.useSearch();
  const navigate = useNavigate({ from: "/catalog" });
  const wide = useMediaQuery("(min-width: 62em)", true, { getInitialValueInEffect: false });
  const [open, drawer] = useDisclosure(false);
  const found = useFound(filters);
  const { data, error } = found;
  const set = (next: Partial<Filters>) => {
    window.scrollTo({ top: 0 });
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false });
  };
  const chosen = FACETS.reduce((sum, name) => sum + (filters[name]?.length ?? 0), 0);
  const facets = data && (
    <Facets facets={data.facets} chosen={filters} onChange={(name: FacetName, values) => set({ [name]: values })} />
  );
  const clear = () => set({ q: undefined, ...Object.fromEntries(FACETS.map((name) => [name, undefined])) });
  return (
    <>
      <div className={classes.bar}>
        <SearchField label={t("search")} value={filters.q} onSearch={(q) => set({ q })} />
        {!wide && (
          <Button variant="default" leftSection={<IconAdjustmentsHorizontal size={16} />} onClick={drawer.open}>
            {chosen > 0 ? t("filterCount", { count: chosen }) : t("filter")}
          </Button>
        )}
        <Select
          className={classes.sort}
          aria-label={t("sort.label")}
          data={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))}
          value={filters.sort ?? "relevance"}
          onChange={(sort) => set({ sort: sort === "relevance" ? undefined : (sort as Sort) })}
        />
      </div>
      <Freshness />
      <div className={classes.columns}>
        {wide ? (
          <aside aria-label={t("filter")} className={classes.facets}>
            {chosen > 0 && (
              <Button variant="subtle" size="compact-sm" mb="sm" onClick={clear}>
                {t("clear")}
              </Button>
            )}
            {facets ?? <Loading lines={10} />}
          </aside>
        ) : (
          <Drawer
            opened={open}
            onClose={drawer.close}
            title={t("filter")}
            closeButtonProps={{ "aria-label": t("close") }}
          >
            {facets}
            <Button fullWidth onClick={drawer.close}>
              {t("show", { count: data?.total ?? 0 })}
            </Button>
          </Drawer>
        )}
        <div className={classes.found} aria-busy={found.isFetching}>
          {error && !data && <Refusal problem={error} retry={() => void found.refetch()} />}
          {!error && !data && <Loading lines={8} height={48} />}
          {data && (
            <Text role="status" size="sm" c="dimmed" className={classes.total}>
              <Count value={data.total} /> {t("datasets", { count: data.total })}
            </Text>
          )}
          {data && data.total > 0 && <DatasetRows filters={filters} total={data.total} />}
          {data?.total === 0 && <NothingFound filters={filters} set={set} />}
        </div>
      </div>
    </>
  );
}

/** Nobody is known whose catalogue could be read. */
function Nobody() {
  const { t } = useTranslation("catalog");
  return (
    <Empty
      title={t("nobody.title")}
      action={
        <div className={classes.bar}>
          <ButtonLink to="/partners">{t("nobody.partners")}</ButtonLink>
          <ButtonLink to="/catalog/ask" variant="default">
            {t("ask.link")}
          </ButtonLink>
        </div>
      }
    >
      {t("nobody.text")}
    </Empty>
  );
}
