import { ActionIcon, Menu, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { usePermitted } from "@/api/session";
import { type Column, DataTable } from "@/components/DataTable";
import { ConfirmDialog, ReasonDialog } from "@/components/Dialogs";
import { Empty } from "@/components/Empty";
import { Partner } from "@/components/Partner";
import { State } from "@/components/State";
import { When } from "@/components/When";

type Issued = Schema["IssuedCredential"];

/** Credentials that this connector issued in a dataspace. */
export function Issued({ dataspace }: { dataspace: string }) {
  const { t } = useTranslation("partners");
  const list = useList<Issued>(["issued-credentials", dataspace], (after, signal) =>
    answer(api.GET("/api/v1/issued-credentials", { params: { query: { after, dataspace } }, signal })),
  );
  const columns = useMemo<Column<Issued>[]>(
    () => [
      { id: "type", header: t("credentials.type"), cell: ({ type }) => <strong>{type}</strong> },
      { id: "holder", header: t("issued.holder"), cell: ({ holder }) => <Partner id={holder} withId /> },
      {
        id: "state",
        header: t("credentials.state"),
        cell: ({ state, reason }) => (
          <>
            <State state={state} word={state === "SUSPENDED" ? t("standing.suspended") : undefined} />
            {reason && (
              <Text c="dimmed" size="sm">
                {reason}
              </Text>
            )}
          </>
        ),
      },
      { id: "issued", header: t("issued.at"), cell: ({ issuedAt }) => <When at={issuedAt} /> },
      { id: "until", header: t("credentials.until"), cell: ({ validUntil }) => <When at={validUntil} /> },
      {
        id: "actions",
        header: <span className="visually-hidden">{t("offers.actions")}</span>,
        cell: (issued) => issued.state !== "REVOKED" && <IssuedActions issued={issued} />,
        align: "end",
        width: "3.5rem",
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("issued.title")}
      columns={columns}
      rowKey={({ id }) => id}
      empty={<Empty title={t("issued.empty")} />}
      {...list}
    />
  );
}

type Asked = "revoke" | "suspend" | "resume";

function IssuedActions({ issued }: { issued: Issued }) {
  const { t } = useTranslation("partners");
  const may = usePermitted("administer");
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);
  const params = { path: { id: issued.id } };
  const { type } = issued;
  const after = async (answered: Promise<unknown>) => {
    await answered;
    await client.invalidateQueries({ queryKey: ["issued-credentials"] });
  };
  const dialog = (which: Asked) => ({ opened: asked === which, onClose: () => setAsked(null) });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t("issued.actionsFor", { type })} disabled={!may}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {issued.state === "SUSPENDED" && (
            <Menu.Item onClick={() => setAsked("resume")}>{t("issued.resume")}</Menu.Item>
          )}
          {issued.state === "VALID" && (
            <Menu.Item
              onClick={() => setAsked("suspend")}
              disabled={!issued.suspendable}
              title={issued.suspendable ? undefined : t("issued.notSuspendable")}
            >
              {t("issued.suspend")}
            </Menu.Item>
          )}
          <Menu.Item color="red" onClick={() => setAsked("revoke")}>
            {t("issued.revoke")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ReasonDialog
        {...dialog("revoke")}
        title={t("issued.revokeTitle", { type })}
        verb={t("issued.revoke")}
        destructive
        reasonHint={t("issued.reasonHint")}
        act={(reason) =>
          after(answer(api.POST("/api/v1/issued-credentials/{id}/revoke", { params, body: { reason } })))
        }
      >
        <Text>{t("issued.revokeText")}</Text>
      </ReasonDialog>
      <ReasonDialog
        {...dialog("suspend")}
        title={t("issued.suspendTitle", { type })}
        verb={t("issued.suspend")}
        reasonHint={t("issued.reasonHint")}
        act={(reason) =>
          after(answer(api.POST("/api/v1/issued-credentials/{id}/suspend", { params, body: { reason } })))
        }
      >
        <Text>{t("issued.suspendText")}</Text>
      </ReasonDialog>
      <ConfirmDialog
        {...dialog("resume")}
        title={t("issued.resumeTitle", { type })}
        verb={t("issued.resume")}
        act={() => after(answer(api.POST("/api/v1/issued-credentials/{id}/resume", { params, body: {} })))}
      >
        {t("issued.resumeText")}
      </ConfirmDialog>
    </>
  );
}
