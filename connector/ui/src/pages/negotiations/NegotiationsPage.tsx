import { Button, Group, Text } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { shortened } from "@/components/Id";
import { ButtonLink } from "@/components/Links";
import { Page } from "@/components/Page";
import { Partner, usePartnerNames } from "@/components/Partner";
import { SearchField } from "@/components/SearchField";
import { State } from "@/components/State";
import { UrlTabs } from "@/components/UrlTabs";
import { When } from "@/components/When";
import { BOXES, type Box } from "./boxes";
import { read } from "./course/reasons";
import classes from "./Negotiations.module.css";
import { type Negotiation, useBoxes, useNegotiations } from "./queries";
import { useWaiting } from "./waiting";

const route = getRouteApi("/app/negotiations");

/** The inbox: what waits for us, for partners, what failed and why, what is concluded. */
export function NegotiationsPage() {
  const { t } = useTranslation("negotiations");
  const { box = "us", q, partner } = route.useSearch();
  const navigate = useNavigate({ from: "/negotiations" });
  const { data: boxes } = useBoxes();
  const names = usePartnerNames();
  const counted = (one: Box) => (one === "all" ? undefined : boxes?.[one]);
  return (
    <Page title={t("title")} description={t("description")}>
      <Group mb="md" gap="lg">
        <SearchField
          label={t("search")}
          value={q}
          onSearch={(next) => navigate({ search: (before) => ({ ...before, q: next }), replace: true })}
        />
        {partner && (
          <Group gap="sm">
            <Text size="sm">{t("onlyPartner", { name: names.get(partner) ?? shortened(partner) })}</Text>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => navigate({ search: (before) => ({ ...before, partner: undefined }) })}
            >
              {t("allPartners")}
            </Button>
          </Group>
        )}
      </Group>
      <UrlTabs
        label={t("inbox")}
        param="box"
        tabs={BOXES.map((value) => ({
          value,
          label: t(`boxes.${value}`),
          count: counted(value),
          content: value === box ? <List box={value} q={q} partner={partner} /> : null,
        }))}
      />
    </Page>
  );
}

function List({ box, q, partner }: { box: Box; q?: string; partner?: string }) {
  const { t } = useTranslation("negotiations");
  const list = useNegotiations({ box, q, partner });
  const columns = useColumns();
  return (
    <DataTable
      label={t(`boxes.${box}`)}
      columns={columns}
      rowKey={({ pid }) => pid}
      to={({ pid }) => ({ to: "/negotiations/$pid", params: { pid } })}
      empty={<None box={box} q={q} />}
      {...list}
    />
  );
}

function useColumns(): readonly Column<Negotiation>[] {
  const { t } = useTranslation("negotiations");
  return useMemo(
    () => [
      {
        id: "dataset",
        header: t("columns.dataset"),
        cell: ({ asset }) => <span title={asset}>{shortened(asset)}</span>,
        width: "26%",
      },
      {
        id: "partner",
        header: t("columns.partner"),
        cell: ({ partner, role }) => (
          <span className={classes.two}>
            <Partner id={partner} />
            <span className={classes.quiet}>{t(`roles.${role as "consumer"}`)}</span>
          </span>
        ),
        width: "22%",
      },
      { id: "stands", header: t("columns.stands"), cell: (row) => <Standing negotiation={row} /> },
      { id: "since", header: t("columns.since"), cell: ({ updatedAt }) => <When at={updatedAt} />, width: "10rem" },
    ],
    [t],
  );
}

/** What is waited for, in words; of what failed, why. */
function Standing({ negotiation }: { negotiation: Negotiation }) {
  const waiting = useWaiting();
  const { state, termination, waitingFor } = negotiation;
  const reason = termination && read(termination.reason).told[0]?.sentence;
  return (
    <span className={classes.two}>
      <span className={classes.wraps}>
        <State state={state} word={waiting(negotiation)} tone={waitingFor === "us" ? "warn" : undefined} />
      </span>
      {reason && <span className={classes.quiet}>{reason.replaceAll("`", "")}</span>}
    </span>
  );
}

function None({ box, q }: { box: Box; q?: string }) {
  const { t } = useTranslation("negotiations");
  const navigate = useNavigate({ from: "/negotiations" });
  if (q) {
    const clear = () => navigate({ search: (before) => ({ ...before, q: undefined }) });
    return (
      <Empty
        title={t("empty.found.title")}
        action={
          <Button variant="default" onClick={clear}>
            {t("empty.clear")}
          </Button>
        }
      >
        {t("empty.found.text")}
      </Empty>
    );
  }
  const leads = box === "all" || box === "done";
  return (
    <Empty
      title={t(`empty.${box}.title`)}
      action={
        leads && (
          <ButtonLink to="/catalog" variant="default">
            {t("empty.catalog")}
          </ButtonLink>
        )
      }
    >
      {t(`empty.${box}.text`)}
    </Empty>
  );
}
