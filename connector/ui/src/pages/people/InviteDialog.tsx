import { Button, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import type { Role, User } from "@/api/pending";
import { CodeBlock } from "@/components/CodeBlock";
import { absolute } from "@/components/figures";
import { Refusal } from "@/components/Refusal";

export interface Link {
  user: User;
  link: string;
}

const ROLES: readonly Role[] = ["viewer", "negotiator", "approver", "auditor", "admin"];

/** Which role, with what it may. */
export function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation(["people", "app"]);
  return (
    <Radio.Group label={t("users.role")} value={value} onChange={(role) => onChange(role as Role)}>
      <Stack gap="sm" mt="xs">
        {ROLES.map((role) => (
          <Radio key={role} value={role} label={t(`app:roles.${role}`)} description={t(`roleMeans.${role}`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

interface InviteDialogProps {
  opened: boolean;
  onClose: () => void;
  onLink: (link: Link) => void;
}

export function InviteDialog({ opened, onClose, onLink }: InviteDialogProps) {
  const { t } = useTranslation(["people", "app"]);
  const client = useQueryClient();
  const form = useForm<{ name: string; role: Role }>({ initialValues: { name: "", role: "viewer" } });
  const inviting = useMutation({
    mutationFn: (body: { name: string; role: Role }) => ask<Link>("POST", "/users", { body }),
    onSuccess: (link) => {
      void client.invalidateQueries({ queryKey: ["users"] });
      close();
      onLink(link);
    },
  });
  const close = () => {
    form.reset();
    inviting.reset();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("users.invite")}
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <form onSubmit={form.onSubmit(({ name, role }) => inviting.mutate({ name: name.trim(), role }))}>
        <Stack>
          <TextInput
            label={t("users.name")}
            description={t("users.nameHint")}
            required
            data-autofocus
            {...form.getInputProps("name")}
          />
          <RoleChoice value={form.values.role} onChange={(role) => form.setFieldValue("role", role)} />
          {inviting.error && <Refusal problem={inviting.error} compact />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("app:dialogs.cancel")}
            </Button>
            <Button type="submit" loading={inviting.isPending}>
              {t("users.invite")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Shows a link, once. It does not close by a click beside it. */
export function LinkDialog({ link, onClose }: { link: Link | null; onClose: () => void }) {
  const { t, i18n } = useTranslation(["people", "app"]);
  const name = link?.user.name ?? "";
  const end = link?.user.linkExpiresAt;
  const until = end ? absolute(new Date(end), i18n.resolvedLanguage ?? "en") : null;
  return (
    <Modal
      opened={link !== null}
      onClose={onClose}
      title={t("users.linkTitle", { name })}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <Stack>
        <Text>{until ? t("users.linkText", { name, until }) : t("users.linkTextOpen", { name })}</Text>
        <CodeBlock text={link?.link ?? ""} label={t("users.linkTitle", { name })} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("users.done")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
