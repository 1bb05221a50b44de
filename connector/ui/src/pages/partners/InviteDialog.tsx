import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { CodeBlock } from "@/components/CodeBlock";
import { Copy } from "@/components/Copy";
import { absolute } from "@/components/figures";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { NumberChoice, type Numbered, numberOf } from "./NumberChoice";

type Created = Schema["CreatedInvitation"];

interface Given extends Numbered {
  name: string;
  days: string;
}

/** The button that invites a company, and what it opens. */
export function Invite({ dataspace }: { dataspace: string }) {
  const { t } = useTranslation(["partners", "app"]);
  const [opened, setOpened] = useState(false);
  const [created, setCreated] = useState<Created | null>(null);
  return (
    <>
      <Permitted permission="administer" onClick={() => setOpened(true)}>
        {t("invite.title")}
      </Permitted>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={t("invite.title")}
        closeButtonProps={{ "aria-label": t("app:close") }}
      >
        <Form
          dataspace={dataspace}
          onClose={() => setOpened(false)}
          onCreated={(invitation) => {
            setOpened(false);
            setCreated(invitation);
          }}
        />
      </Modal>
      <CreatedDialog created={created} onClose={() => setCreated(null)} />
    </>
  );
}

interface FormProps {
  dataspace: string;
  onClose: () => void;
  onCreated: (created: Created) => void;
}

function Form({ dataspace, onClose, onCreated }: FormProps) {
  const { t } = useTranslation(["partners", "app"]);
  const client = useQueryClient();
  const form = useForm<Given>({ initialValues: { name: "", numbering: "auto", bpn: "", days: "7" } });
  const inviting = useMutation({
    mutationFn: ({ name, days, ...numbered }: Given) => {
      const expiresInSeconds = Number(days) * 86_400;
      const body = { dataspace, name: name.trim(), bpn: numberOf(numbered), expiresInSeconds };
      return answer(api.POST("/api/v1/invitations", { body }));
    },
    onSuccess: (created) => {
      void client.invalidateQueries({ queryKey: ["invitations"] });
      onCreated(created);
    },
  });
  return (
    <form onSubmit={form.onSubmit((given) => inviting.mutate(given))}>
      <Stack>
        <TextInput
          label={t("invite.company")}
          description={t("invite.companyHint")}
          required
          data-autofocus
          {...form.getInputProps("name")}
        />
        <NumberChoice label={t("invite.number")} form={form} />
        <Select
          label={t("invite.counts")}
          data={["1", "7", "30"].map((days) => ({ value: days, label: t("invite.days", { count: Number(days) }) }))}
          {...form.getInputProps("days")}
        />
        {inviting.error && <Refusal problem={inviting.error} compact />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app:dialogs.cancel")}
          </Button>
          <Button type="submit" loading={inviting.isPending}>
            {t("invite.verb")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The invitation itself, shown once. It does not close by a click beside it. */
function CreatedDialog({ created, onClose }: { created: Created | null; onClose: () => void }) {
  const { t, i18n } = useTranslation(["partners", "app"]);
  const until = created ? absolute(new Date(created.expiresAt), i18n.resolvedLanguage ?? "en") : "";
  const title = t("invite.createdTitle", { name: created?.name ?? "" });
  return (
    <Modal
      opened={created !== null}
      onClose={onClose}
      title={title}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <Stack>
        <Text>{t("invite.created", { until })}</Text>
        <Text fw={600}>{t("invite.secret")}</Text>
        <CodeBlock text={created?.invitation ?? ""} label={t("invite.text")} file="invitation.txt" height="10rem" />
        <Group justify="flex-end">
          <Copy text={created?.invitation ?? ""} what={t("invite.text")} words />
          <Button onClick={onClose}>{t("invite.done")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
