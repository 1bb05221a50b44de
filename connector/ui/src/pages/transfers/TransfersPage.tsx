import { SegmentedControl, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useList } from "@/api/paged";
import { usePermitted } from "@/api/session";
import { useShortcut } from "@/app/shortcuts";
import { Bytes } from "@/components/Bytes";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { ButtonLink } from "@/components/Links";
import { Page } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { SearchField } from "@/components/SearchField";
import { When } from "@/components/When";
import { NewTransferDialog } from "./NewTransferDialog";
import { Purpose } from "./Purpose";
import { BOXES, type Box, type Transfer } from "./pending";
import { Standing, Way } from "./Standing";
import classes from "./TransfersPage.module.css";

const route = getRouteApi("/app/transfers");

export function TransfersPage() {
  const { t } = useTranslation(["transfers", "app"]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { box, q, role } = search;
  const narrow = (more: object) => void navigate({ search: (before) => ({ ...before, ...more }), replace: true });
  const transfers = useList<Transfer>(["transfers", "list", { box, q, role }], (after, signal) =>
    answer(api.GET("/api/v1/transfers", { params: { query: { after, box, q, role } }, signal })),
  );
  const may = usePermitted("negotiate");
  useShortcut("e", t("new.title"), () => may && narrow({ new: true }));
  const columns = useColumns();
  const begin = (
    <Permitted permission="negotiate" onClick={() => narrow({ new: true })}>
      {t("new.title")}
    </Permitted>
  );
  const filtered = !!(box || q || role);
  return (
    <Page title={t("title")} description={t("description")} actions={begin}>
      <Boxes chosen={box} onChoose={(next) => narrow({ box: next })} />
      <div className={classes.filters}>
        <SearchField label={t("list.search")} value={q} onSearch={(next) => narrow({ q: next })} />
        <Select
          aria-label={t("list.direction")}
          placeholder={t("list.direction")}
          data={(["consumer", "provider"] as const).map((value) => ({ value, label: t(`roles.${value}`) }))}
          value={role ?? null}
          onChange={(next) => narrow({ role: next ?? undefined })}
          clearable
          clearButtonProps={{ "aria-label": t("list.all") }}
        />
      </div>
      <DataTable
        label={t("title")}
        columns={columns}
        rowKey={({ pid }) => pid}
        to={({ pid }) => ({ to: "/transfers/$pid", params: { pid } })}
        empty={
          filtered ? (
            <Empty
              title={t("list.notFound")}
              action={
                <ButtonLink to="/transfers" search={{}} variant="default">
                  {t("list.clear")}
                </ButtonLink>
              }
            />
          ) : (
            <Empty title={t("list.empty.title")} action={begin}>
              {t("list.empty.sentence")}
            </Empty>
          )
        }
        {...transfers}
      />
      <NewTransferDialog opened={search.new === true} onClose={() => narrow({ new: undefined })} />
    </Page>
  );
}

function useColumns(): Column<Transfer>[] {
  const { t } = useTranslation("transfers");
  return useMemo<Column<Transfer>[]>(
    () => [
      { id: "asset", header: t("list.dataset"), cell: ({ asset }) => asset, width: "20%" },
      { id: "role", header: t("list.direction"), cell: (transfer) => <Way transfer={transfer} />, width: "11rem" },
      { id: "partner", header: t("list.partner"), cell: ({ partner }) => <Partner id={partner} />, width: "18%" },
      { id: "state", header: t("list.state"), cell: (transfer) => <Standing transfer={transfer} />, width: "11rem" },
      { id: "purpose", header: t("list.purpose"), cell: ({ purpose }) => <Purpose purpose={purpose} /> },
      {
        id: "bytes",
        header: t("list.bytes"),
        cell: ({ bytes }) => <Bytes count={bytes} />,
        align: "end",
        width: "7rem",
      },
      {
        id: "last",
        header: t("list.last"),
        cell: ({ lastDataAt, updatedAt }) => <When at={lastDataAt ?? updatedAt} />,
        align: "end",
        width: "9rem",
      },
    ],
    [t],
  );
}

/** The boxes that transfers are sorted into, with how many are in each. */
function Boxes({ chosen, onChoose }: { chosen?: Box; onChoose: (box?: Box) => void }) {
  const { t } = useTranslation("transfers");
  const { data } = useQuery({
    queryKey: ["transfers", "boxes"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/transfers/boxes", { signal })),
    placeholderData: keepPreviousData,
  });
  const all = data && BOXES.reduce((sum, box) => sum + data[box], 0);
  const label = (words: string, count?: number) => (
    <span className={classes.box}>
      {words}
      {count !== undefined && <span className={classes.count}>{count}</span>}
    </span>
  );
  return (
    <div className={classes.boxes}>
      <SegmentedControl
        aria-label={t("boxes.label")}
        value={chosen ?? "all"}
        onChange={(next) => onChoose(BOXES.find((box) => box === next))}
        data={[
          { value: "all", label: label(t("boxes.all"), all) },
          ...BOXES.map((box) => ({ value: box, label: label(t(`boxes.${box}`), data?.[box]) })),
        ]}
      />
    </div>
  );
}
