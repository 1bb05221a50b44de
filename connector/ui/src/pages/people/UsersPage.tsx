import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { type Slice, useList } from "@/api/paged";
import type { User } from "@/api/pending";
import { useSession } from "@/api/session";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { Page } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { InviteDialog, type Link, LinkDialog } from "./InviteDialog";
import { UserActions } from "./UserActions";

export function UsersPage() {
  const { t } = useTranslation(["people", "app"]);
  const { operator } = useSession();
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<Link | null>(null);
  const users = useList<User>(["users", "list"], (after, signal) =>
    ask<Slice<User>>("GET", "/users", { query: { after }, signal }),
  );
  const columns = useMemo<Column<User>[]>(
    () => [
      {
        id: "name",
        header: t("users.name"),
        cell: ({ name }) => (
          <strong>
            {name} {name === operator.name && `(${t("users.you")})`}
          </strong>
        ),
        sort: ({ name }) => name,
      },
      { id: "role", header: t("users.role"), cell: ({ role }) => t(`app:roles.${role}`), sort: ({ role }) => role },
      {
        id: "state",
        header: t("users.state"),
        cell: ({ state }) => <State state={state} />,
        sort: ({ state }) => state,
      },
      { id: "kind", header: t("users.kind"), cell: ({ kind }) => t(`users.kinds.${kind}`) },
      {
        id: "seen",
        header: t("users.seen"),
        cell: ({ lastSeenAt }) => <When at={lastSeenAt} none={t("users.never")} />,
        sort: ({ lastSeenAt }) => lastSeenAt,
      },
      {
        id: "actions",
        header: <span className="visually-hidden">{t("users.actions")}</span>,
        cell: (user) => <UserActions user={user} onLink={setLink} />,
        width: "3.5rem",
        align: "end",
      },
    ],
    [t, operator.name],
  );
  const invite = (
    <Permitted permission="administer" onClick={() => setInviting(true)}>
      {t("users.invite")}
    </Permitted>
  );
  return (
    <Page title={t("users.title")} description={t("users.description")} actions={invite}>
      <DataTable
        label={t("users.title")}
        columns={columns}
        rowKey={({ name }) => name}
        empty={<Empty title={t("users.empty")} action={invite} />}
        {...users}
      />
      <InviteDialog opened={inviting} onClose={() => setInviting(false)} onLink={setLink} />
      <LinkDialog link={link} onClose={() => setLink(null)} />
    </Page>
  );
}
