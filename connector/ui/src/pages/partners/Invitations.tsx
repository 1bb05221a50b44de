import { Group, Text } from "@mantine/core";
import { IconBan, IconCircleCheck, IconClock } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { type Column, DataTable } from "@/components/DataTable";
import { ConfirmDialog } from "@/components/Dialogs";
import { Empty } from "@/components/Empty";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { Sign, type Tone } from "@/components/State";
import { When } from "@/components/When";
import { Invite } from "./InviteDialog";

type Invitation = Schema["Invitation"];

const LOOKS = {
  OPEN: ["run", IconClock],
  USED: ["good", IconCircleCheck],
  WITHDRAWN: ["quiet", IconBan],
  EXPIRED: ["quiet", IconBan],
} as const satisfies Record<string, [Tone, typeof IconBan]>;

type Known = keyof typeof LOOKS;

function known(state: string): Known {
  return Object.keys(LOOKS).find((each): each is Known => each === state) ?? "EXPIRED";
}

/** Invitations into a dataspace that this connector runs. */
export function Invitations({ dataspace }: { dataspace: string }) {
  const { t } = useTranslation("partners");
  const list = useList<Invitation>(["invitations", dataspace], (after, signal) =>
    answer(api.GET("/api/v1/invitations", { params: { query: { after, dataspace } }, signal })),
  );
  const columns = useMemo<Column<Invitation>[]>(
    () => [
      { id: "name", header: t("invite.company"), cell: ({ name }) => <strong>{name}</strong> },
      {
        id: "state",
        header: t("credentials.state"),
        cell: ({ state }) => {
          const [tone, icon] = LOOKS[known(state)];
          return (
            <Sign tone={tone} icon={icon} title={state}>
              {t(`invitations.states.${known(state)}`)}
            </Sign>
          );
        },
      },
      {
        id: "by",
        header: t("invitations.usedBy"),
        cell: ({ usedBy, name }) => (usedBy ? <Partner id={usedBy} name={name} withId /> : "–"),
      },
      { id: "created", header: t("invitations.made"), cell: ({ createdAt }) => <When at={createdAt} /> },
      { id: "expires", header: t("invitations.expires"), cell: ({ expiresAt }) => <When at={expiresAt} /> },
      {
        id: "actions",
        header: <span className="visually-hidden">{t("offers.actions")}</span>,
        cell: (invitation) => invitation.state === "OPEN" && <Withdraw invitation={invitation} />,
        align: "end",
      },
    ],
    [t],
  );
  return (
    <>
      <Group justify="space-between" mb="md">
        <Text c="dimmed">{t("invitations.hint")}</Text>
        <Invite dataspace={dataspace} />
      </Group>
      <DataTable
        label={t("invitations.title")}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<Empty title={t("invitations.empty.title")}>{t("invitations.empty.text")}</Empty>}
        {...list}
      />
    </>
  );
}

function Withdraw({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation("partners");
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const withdraw = async () => {
    await answer(api.DELETE("/api/v1/invitations/{id}", { params: { path: { id: invitation.id } } }));
    await client.invalidateQueries({ queryKey: ["invitations"] });
  };
  return (
    <>
      <Permitted permission="administer" size="xs" variant="default" onClick={() => setAsked(true)}>
        {t("invitations.withdraw")}
      </Permitted>
      <ConfirmDialog
        opened={asked}
        onClose={() => setAsked(false)}
        title={t("invitations.withdrawTitle", { name: invitation.name })}
        verb={t("invitations.withdraw")}
        destructive
        act={withdraw}
      >
        {t("invitations.withdrawText")}
      </ConfirmDialog>
    </>
  );
}
