import { IconAlertTriangle, IconBan, IconCircleCheck } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { ButtonLink } from "@/components/Links";
import { Partner } from "@/components/Partner";
import { Sign } from "@/components/State";
import { When } from "@/components/When";

type Held = Schema["HeldCredential"];

/** What ends within that time is marked. */
const SOON = 30 * 86_400_000;

/** Credentials that this connector holds and presents. */
export function Credentials() {
  const { t } = useTranslation("partners");
  const list = useList<Held>(["credentials", "list"], (after, signal) =>
    answer(api.GET("/api/v1/credentials", { params: { query: { after } }, signal })),
  );
  const columns = useMemo<Column<Held>[]>(
    () => [
      { id: "type", header: t("credentials.type"), cell: ({ type }) => type, sort: ({ type }) => type },
      { id: "state", header: t("credentials.state"), cell: (held) => <Validity held={held} /> },
      {
        id: "until",
        header: t("credentials.until"),
        cell: ({ validUntil }) => <When at={validUntil} none={t("credentials.forEver")} />,
        sort: ({ validUntil }) => validUntil,
      },
      { id: "issuer", header: t("credentials.issuer"), cell: ({ issuer }) => <Partner id={issuer} withId /> },
      {
        id: "received",
        header: t("credentials.received"),
        cell: ({ receivedAt }) => <When at={receivedAt} />,
        sort: ({ receivedAt }) => receivedAt,
        card: "hide",
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("identity.credentials")}
      columns={columns}
      rowKey={({ id }) => id}
      to={({ id }) => ({ to: "/identity/credentials/$id", params: { id } })}
      empty={
        <Empty title={t("credentials.empty.title")} action={<ButtonLink to="/join">{t("join.title")}</ButtonLink>}>
          {t("credentials.empty.text")}
        </Empty>
      }
      {...list}
    />
  );
}

/** Whether a credential of ours counts now, and for how long. */
export function Validity({ held }: { held: Held }) {
  const { t } = useTranslation("partners");
  if (!held.current) {
    return (
      <Sign tone="bad" icon={IconBan}>
        {t("credentials.notCurrent")}
      </Sign>
    );
  }
  if (held.validUntil && Date.parse(held.validUntil) - Date.now() < SOON) {
    return (
      <Sign tone="warn" icon={IconAlertTriangle}>
        {t("credentials.endsSoon")}
      </Sign>
    );
  }
  return (
    <Sign tone="good" icon={IconCircleCheck}>
      {t("credentials.current")}
    </Sign>
  );
}
