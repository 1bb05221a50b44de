import { Select } from "@mantine/core";
import { IconArrowDownLeft, IconArrowUpRight } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useList } from "@/api/paged";
import { Count } from "@/components/Bytes";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { ButtonLink } from "@/components/Links";
import { Page } from "@/components/Page";
import { Partner, usePartnerNames } from "@/components/Partner";
import { SearchField } from "@/components/SearchField";
import { Sign, State } from "@/components/State";
import { When } from "@/components/When";
import classes from "./AgreementsPage.module.css";
import { type Agreement, ROLES, STATES } from "./agreement";
import { gist } from "./reading";

const route = getRouteApi("/app/agreements");

export function AgreementsPage() {
  const { t } = useTranslation(["agreements", "app"]);
  const search = route.useSearch();
  const { q, state, role, partner } = search;
  const agreements = useList<Agreement>(["agreements", "list", search], (after, signal) =>
    answer(api.GET("/api/v1/agreements", { params: { query: { after, q, state, role, partner } }, signal })),
  );
  const columns = useMemo<Column<Agreement>[]>(
    () => [
      { id: "asset", header: t("list.dataset"), cell: ({ asset }) => asset, width: "19%" },
      { id: "role", header: t("list.direction"), cell: ({ role }) => <Direction role={role} />, width: "8.5rem" },
      { id: "partner", header: t("list.partner"), cell: ({ partner }) => <Partner id={partner} />, width: "17%" },
      { id: "permits", header: t("list.permits"), cell: ({ policy }) => <Permits policy={policy} /> },
      { id: "until", header: t("list.until"), cell: (agreement) => <Until agreement={agreement} />, width: "8.5rem" },
      { id: "state", header: t("list.state"), cell: ({ state }) => <State state={state} />, width: "8.5rem" },
      {
        id: "transfers",
        header: t("list.transfers"),
        cell: ({ transfers }) => <Count value={transfers} />,
        align: "end",
        width: "6.5rem",
      },
    ],
    [t],
  );
  const filtered = !!(q || state || role || partner);
  return (
    <Page title={t("title")} description={t("description")}>
      <Filters />
      <DataTable
        label={t("title")}
        columns={columns}
        rowKey={({ id }) => id}
        to={({ id }) => ({ to: "/agreements/$id", params: { id } })}
        empty={filtered ? <NothingFound /> : <NothingYet />}
        {...agreements}
      />
    </Page>
  );
}

function Filters() {
  const { t } = useTranslation(["agreements", "app"]);
  const { q, state, role, partner } = route.useSearch();
  const navigate = route.useNavigate();
  const names = usePartnerNames();
  const narrow = (more: object) => void navigate({ search: (before) => ({ ...before, ...more }), replace: true });
  const partners = useMemo(() => {
    const known = new Map(names);
    if (partner && !known.has(partner)) known.set(partner, partner);
    return [...known].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));
  }, [names, partner]);
  const choice = (
    label: string,
    value: string | undefined,
    data: { value: string; label: string }[],
    then: (v?: string) => void,
  ) => (
    <Select
      aria-label={label}
      placeholder={label}
      data={data}
      value={value ?? null}
      onChange={(next) => then(next ?? undefined)}
      clearable
      searchable={data.length > 8}
      limit={100}
      clearButtonProps={{ "aria-label": t("list.all", { what: label }) }}
      className={classes.filter}
    />
  );
  return (
    <div className={classes.filters}>
      <SearchField label={t("list.search")} value={q} onSearch={(next) => narrow({ q: next })} />
      {choice(
        t("list.direction"),
        role,
        ROLES.map((value) => ({ value, label: t(`roles.${value}`) })),
        (next) => narrow({ role: next }),
      )}
      {choice(
        t("list.state"),
        state,
        STATES.map((value) => ({ value, label: t(`app:states.${value}`) })),
        (next) => narrow({ state: next }),
      )}
      {choice(t("list.partner"), partner, partners, (next) => narrow({ partner: next }))}
    </div>
  );
}

/** Whether the data comes to us or goes to the partner. */
export function Direction({ role }: { role: string }) {
  const { t } = useTranslation("agreements");
  return role === "consumer" ? (
    <Sign tone="quiet" icon={IconArrowDownLeft}>
      {t("roles.consumer")}
    </Sign>
  ) : (
    <Sign tone="quiet" icon={IconArrowUpRight}>
      {t("roles.provider")}
    </Sign>
  );
}

function Permits({ policy }: { policy: unknown }) {
  const { t } = useTranslation("agreements");
  const { actions, conditions, forbidden } = useMemo(() => gist(policy), [policy]);
  if (actions.length === 0) return <span>{t("list.nothing")}</span>;
  return (
    <span>
      {actions.join(", ")}
      {conditions.length > 0 && (
        <span className={classes.quiet}> {t("list.if", { conditions: conditions.join(", ") })}</span>
      )}
      {forbidden.length > 0 && (
        <span className={classes.quiet}>; {t("list.not", { actions: forbidden.join(", ") })}</span>
      )}
    </span>
  );
}

function Until({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const { state, rights, validUntil } = agreement;
  const ended = agreement.retiredAt ?? agreement.terminatedAt;
  if (state !== "IN_FORCE") return ended ? <When at={ended} as="day" /> : <span>–</span>;
  const until = validUntil ?? rights.until;
  if (until) return <When at={until} as="day" />;
  return <span>{rights.answer === "never" ? t("list.over") : t("list.noEnd")}</span>;
}

function NothingFound() {
  const { t } = useTranslation("agreements");
  return (
    <Empty
      title={t("list.notFound.title")}
      action={
        <ButtonLink to="/agreements" search={{}} variant="default">
          {t("list.notFound.clear")}
        </ButtonLink>
      }
    >
      {t("list.notFound.sentence")}
    </Empty>
  );
}

function NothingYet() {
  const { t } = useTranslation("agreements");
  return (
    <Empty title={t("list.empty.title")} action={<ButtonLink to="/catalog">{t("list.empty.action")}</ButtonLink>}>
      {t("list.empty.sentence")}
    </Empty>
  );
}
