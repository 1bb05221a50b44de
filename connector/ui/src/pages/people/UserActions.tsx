import { ActionIcon, Button, Group, Menu, Modal, Stack } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, path } from "@/api/client";
import type { Role, User } from "@/api/pending";
import { usePermitted } from "@/api/session";
import { ConfirmDialog } from "@/components/Dialogs";
import { Refusal } from "@/components/Refusal";
import { type Link, RoleChoice } from "./InviteDialog";

type Asked = "role" | "link" | "disable" | "remove";

/** What an administrator can do with a user. */
export function UserActions({ user, onLink }: { user: User; onLink: (link: Link) => void }) {
  const { t } = useTranslation(["people", "app"]);
  const may = usePermitted("administer");
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { name, role } = user;
  const after = async <T,>(answer: Promise<T>) => {
    const value = await answer;
    await client.invalidateQueries({ queryKey: ["users"] });
    return value;
  };
  const put = (disabled: boolean) => after(ask("PUT", path`/users/${name}`, { body: { role, disabled } }));
  const enabling = useMutation({ mutationFn: () => put(false) });
  const dialog = (which: Asked) => ({ opened: asked === which, onClose: () => setAsked(null) });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t("users.actionsFor", { name })} disabled={!may}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsked("role")}>{t("users.change")}</Menu.Item>
          {user.kind === "local" && <Menu.Item onClick={() => setAsked("link")}>{t("users.newLink")}</Menu.Item>}
          {user.state === "disabled" ? (
            <Menu.Item onClick={() => enabling.mutate()}>{t("users.enable")}</Menu.Item>
          ) : (
            <Menu.Item onClick={() => setAsked("disable")}>{t("users.disable")}</Menu.Item>
          )}
          <Menu.Item color="red" onClick={() => setAsked("remove")}>
            {t("users.remove")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RoleDialog key={`${role} ${asked}`} user={user} {...dialog("role")} />
      <ConfirmDialog
        {...dialog("link")}
        title={t("users.newLinkTitle", { name })}
        verb={t("users.newLink")}
        act={async () => onLink(await after(ask<Link>("POST", path`/users/${name}/link`)))}
      >
        {t("users.newLinkText", { name })}
      </ConfirmDialog>
      <ConfirmDialog
        {...dialog("disable")}
        title={t("users.disableTitle", { name })}
        verb={t("users.disable")}
        destructive
        act={() => put(true)}
      >
        {t("users.disableText", { name })}
      </ConfirmDialog>
      <ConfirmDialog
        {...dialog("remove")}
        title={t("users.removeTitle", { name })}
        verb={t("users.remove")}
        destructive
        act={() => after(ask("DELETE", path`/users/${name}`))}
      >
        {t("users.removeText", { name })}
      </ConfirmDialog>
    </>
  );
}

function RoleDialog({ user, opened, onClose }: { user: User; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(["people", "app"]);
  const client = useQueryClient();
  const [role, setRole] = useState<Role>(user.role);
  const saving = useMutation({
    mutationFn: () => ask("PUT", path`/users/${user.name}`, { body: { role, disabled: user.state === "disabled" } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["users"] });
      onClose();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={user.name} closeButtonProps={{ "aria-label": t("app:close") }}>
      <Stack>
        <RoleChoice value={role} onChange={setRole} />
        {saving.error && <Refusal problem={saving.error} compact />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app:dialogs.cancel")}
          </Button>
          <Button onClick={() => saving.mutate()} loading={saving.isPending} disabled={role === user.role}>
            {t("users.save")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
