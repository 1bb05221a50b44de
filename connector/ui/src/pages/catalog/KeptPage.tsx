import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { useList } from "@/api/paged";
import { Problem } from "@/api/problem";
import { Count } from "@/components/Bytes";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { ButtonLink, TextLink } from "@/components/Links";
import { Page } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { State } from "@/components/State";
import { say } from "@/components/say";
import { When } from "@/components/When";
import classes from "./Catalog.module.css";
import type { KeptCatalog } from "./pending";
import { readAgain } from "./queries";

/** How the catalogue of each partner stands: when it was read, why not, and reading it again. */
export function KeptPage() {
  const { t } = useTranslation("catalog");
  const list = useList<KeptCatalog>(["catalogs", "list"], (after, signal) =>
    ask("GET", "/catalogs", { query: { after, limit: 200 }, signal }),
  );
  const columns = useColumns();
  const again = useReadAgain();
  return (
    <Page
      title={t("kept.title")}
      description={t("kept.description")}
      crumbs={[
        <TextLink key="catalog" to="/catalog">
          {t("title")}
        </TextLink>,
      ]}
      actions={
        <Permitted
          permission="negotiate"
          variant="default"
          loading={again.isPending}
          onClick={() => again.mutate(undefined)}
        >
          {t("fresh.all")}
        </Permitted>
      }
    >
      <DataTable
        label={t("kept.title")}
        columns={columns}
        rowKey={({ partner }) => partner}
        to={({ partner }) => ({ to: "/catalog", search: { partner: [partner] } })}
        empty={
          <Empty title={t("nobody.title")} action={<ButtonLink to="/partners">{t("nobody.partners")}</ButtonLink>}>
            {t("nobody.text")}
          </Empty>
        }
        {...list}
      />
    </Page>
  );
}

function useReadAgain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (partners: string[] | undefined) => readAgain(client, partners),
    onSettled: () => client.invalidateQueries({ queryKey: ["catalogs", "list"] }),
    onError: (thrown) => say.refused(Problem.from(thrown)),
  });
}

function ReadAgain({ partner }: { partner: string }) {
  const { t } = useTranslation("catalog");
  const again = useReadAgain();
  return (
    <Permitted
      permission="negotiate"
      size="compact-sm"
      variant="default"
      loading={again.isPending}
      onClick={() => again.mutate([partner])}
    >
      {t("kept.again")}
    </Permitted>
  );
}

function useColumns(): readonly Column<KeptCatalog>[] {
  const { t } = useTranslation("catalog");
  return useMemo(
    () => [
      { id: "partner", header: t("facets.partner"), cell: ({ name }) => name, sort: ({ name }) => name },
      {
        id: "state",
        header: t("kept.state"),
        cell: ({ state, detail }) => (
          <span className={classes.two}>
            <State state={state} />
            {detail && <span className={classes.why}>{detail}</span>}
          </span>
        ),
        sort: ({ state }) => state,
        width: "32%",
      },
      {
        id: "datasets",
        header: t("kept.datasets"),
        cell: ({ datasets }) => <Count value={datasets} />,
        sort: ({ datasets }) => datasets,
        align: "end",
      },
      { id: "read", header: t("kept.read"), cell: ({ readAt }) => <When at={readAt} />, sort: ({ readAt }) => readAt },
      { id: "next", header: t("kept.next"), cell: ({ nextAt }) => <When at={nextAt} />, sort: ({ nextAt }) => nextAt },
      { id: "again", header: "", cell: ({ partner }) => <ReadAgain partner={partner} /> },
    ],
    [t],
  );
}
