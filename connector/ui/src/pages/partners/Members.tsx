import { ActionIcon, Group, Menu, Text } from "@mantine/core";
import { IconBan, IconCircleCheck, IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { usePermitted } from "@/api/session";
import { type Column, DataTable } from "@/components/DataTable";
import { ConfirmDialog } from "@/components/Dialogs";
import { Empty } from "@/components/Empty";
import { Id } from "@/components/Id";
import { Sign } from "@/components/State";
import { say } from "@/components/say";
import { When } from "@/components/When";
import { Invite } from "./InviteDialog";

type Member = Schema["Member"];

/** Members of a dataspace that this connector runs. */
export function Members({ dataspace }: { dataspace: Schema["Dataspace"] }) {
  const { t } = useTranslation("partners");
  const { id } = dataspace;
  const list = useList<Member>(["members", id], (after, signal) =>
    answer(api.GET("/api/v1/dataspaces/{id}/members", { params: { path: { id }, query: { after } }, signal })),
  );
  const columns = useMemo<Column<Member>[]>(
    () => [
      {
        id: "name",
        header: t("directory.name"),
        cell: ({ name }) => <strong>{name}</strong>,
        sort: ({ name }) => name,
      },
      {
        id: "state",
        header: t("credentials.state"),
        cell: ({ state }) => {
          const active = state === "ACTIVE";
          return (
            <Sign tone={active ? "good" : "quiet"} icon={active ? IconCircleCheck : IconBan} title={state}>
              {active ? t("members.active") : t("members.removed")}
            </Sign>
          );
        },
        sort: ({ state }) => state,
      },
      { id: "did", header: "DID", cell: ({ did }) => <Id id={did} what="DID" /> },
      {
        id: "attributes",
        header: t("members.attributes"),
        cell: ({ attributes }) =>
          Object.entries(attributes)
            .map(([name, value]) => `${name} ${value}`)
            .join(", ") || "–",
      },
      {
        id: "since",
        header: t("dataspaces.since"),
        cell: ({ createdAt }) => <When at={createdAt} as="day" />,
        card: "hide",
      },
      {
        id: "actions",
        header: <span className="visually-hidden">{t("offers.actions")}</span>,
        cell: (member) => member.state === "ACTIVE" && <MemberActions dataspace={id} member={member} />,
        align: "end",
        width: "3.5rem",
      },
    ],
    [t, id],
  );
  return (
    <>
      <Group justify="space-between" mb="md">
        <Text c="dimmed">{t("members.text")}</Text>
        <Invite dataspace={id} />
      </Group>
      <DataTable
        label={t("members.title")}
        columns={columns}
        rowKey={({ did }) => did}
        empty={<Empty title={t("members.empty")} action={<Invite dataspace={id} />} />}
        {...list}
      />
    </>
  );
}

function MemberActions({ dataspace, member }: { dataspace: string; member: Member }) {
  const { t } = useTranslation("partners");
  const may = usePermitted("administer");
  const client = useQueryClient();
  const [asked, setAsked] = useState<"offer" | "remove" | null>(null);
  const params = { path: { id: dataspace, did: member.did } };
  const dialog = (which: "offer" | "remove") => ({ opened: asked === which, onClose: () => setAsked(null) });
  const offer = async () => {
    await answer(api.POST("/api/v1/dataspaces/{id}/members/{did}/offer", { params, body: { reason: "reissue" } }));
    say.done(t("members.offered", { name: member.name }));
  };
  const remove = async () => {
    await answer(api.DELETE("/api/v1/dataspaces/{id}/members/{did}", { params }));
    await Promise.all(["members", "issued-credentials"].map((noun) => client.invalidateQueries({ queryKey: [noun] })));
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("members.actionsFor", { name: member.name })}
            disabled={!may}
          >
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsked("offer")}>{t("members.offer")}</Menu.Item>
          <Menu.Item color="red" onClick={() => setAsked("remove")}>
            {t("members.remove")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        {...dialog("offer")}
        title={t("members.offerTitle", { name: member.name })}
        verb={t("members.offer")}
        act={offer}
      >
        {t("members.offerText")}
      </ConfirmDialog>
      <ConfirmDialog
        {...dialog("remove")}
        title={t("members.removeTitle", { name: member.name })}
        verb={t("members.remove")}
        destructive
        act={remove}
      >
        {t("members.removeText")}
      </ConfirmDialog>
    </>
  );
}
