import { Button, Group, Modal, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { usePermitted } from "@/api/session";
import { CodeBlock } from "@/components/CodeBlock";
import { type Column, DataTable } from "@/components/DataTable";
import { ConfirmDialog } from "@/components/Dialogs";
import { Empty } from "@/components/Empty";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { Sign } from "@/components/State";
import { When } from "@/components/When";

type Webhook = Schema["Webhook"];

/** Who is told of what happens, and whether telling works. */
export function Webhooks() {
  const { t } = useTranslation("operations");
  const may = usePermitted("administer");
  const [adding, setAdding] = useState(false);
  const [added, setAdded] = useState<Webhook | null>(null);
  const list = useList<Webhook>(
    ["webhooks", "list"],
    (_, signal) => answer(api.GET("/api/v1/webhooks", { signal })),
    may,
  );
  const columns = useMemo<Column<Webhook>[]>(
    () => [
      { id: "url", header: t("webhooks.url"), cell: ({ url }) => <strong>{url}</strong> },
      { id: "kinds", header: t("webhooks.kinds"), cell: ({ kinds }) => kinds.join(", ") || t("webhooks.all") },
      {
        id: "state",
        header: t("webhooks.state"),
        cell: ({ failure }) => (
          <>
            <Sign tone={failure ? "bad" : "good"} icon={failure ? IconAlertTriangle : IconCircleCheck}>
              {failure ? t("webhooks.fails") : t("webhooks.works")}
            </Sign>
            {failure && <div style={{ color: "var(--text-quiet)" }}>{failure}</div>}
          </>
        ),
      },
      {
        id: "since",
        header: t("webhooks.since"),
        cell: ({ createdAt }) => <When at={createdAt} as="day" />,
        card: "hide",
      },
      {
        id: "actions",
        header: <span className="visually-hidden">{t("outbox.actions")}</span>,
        cell: (webhook) => <Remove webhook={webhook} />,
        align: "end",
      },
    ],
    [t],
  );
  const add = (
    <Permitted permission="administer" onClick={() => setAdding(true)}>
      {t("webhooks.add")}
    </Permitted>
  );
  if (!may) return <Empty title={t("webhooks.not")} action={add} />;
  return (
    <>
      <Group justify="space-between" mb="md">
        <Text c="dimmed">{t("webhooks.text")}</Text>
        {add}
      </Group>
      <DataTable
        label={t("webhooks.title")}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<Empty title={t("webhooks.empty")} />}
        {...list}
      />
      <AddDialog opened={adding} onClose={() => setAdding(false)} onAdded={setAdded} />
      <SecretDialog added={added} onClose={() => setAdded(null)} />
    </>
  );
}

interface AddProps {
  opened: boolean;
  onClose: () => void;
  onAdded: (webhook: Webhook) => void;
}

function AddDialog({ opened, onClose, onAdded }: AddProps) {
  const { t } = useTranslation(["operations", "app"]);
  const client = useQueryClient();
  const form = useForm({ initialValues: { url: "", kinds: [] as string[] } });
  const adding = useMutation({
    mutationFn: (body: { url: string; kinds: string[] }) => answer(api.POST("/api/v1/webhooks", { body })),
    onSuccess: (webhook) => {
      void client.invalidateQueries({ queryKey: ["webhooks"] });
      form.reset();
      onClose();
      onAdded(webhook);
    },
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("webhooks.add")}
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <form onSubmit={form.onSubmit((given) => adding.mutate(given))}>
        <Stack>
          <TextInput label={t("webhooks.url")} type="url" required data-autofocus {...form.getInputProps("url")} />
          <TagsInput
            label={t("webhooks.kinds")}
            description={t("webhooks.kindsHint")}
            data={["negotiation.*", "agreement.*", "transfer.*", "credential.*", "partner.*", "outbox.*"]}
            {...form.getInputProps("kinds")}
          />
          {adding.error && <Refusal problem={adding.error} compact />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app:dialogs.cancel")}
            </Button>
            <Button type="submit" loading={adding.isPending}>
              {t("webhooks.add")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function SecretDialog({ added, onClose }: { added: Webhook | null; onClose: () => void }) {
  const { t } = useTranslation(["operations", "app"]);
  return (
    <Modal
      opened={added !== null}
      onClose={onClose}
      title={t("webhooks.secret")}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <Stack>
        <Text>{t("webhooks.secretText")}</Text>
        <CodeBlock text={added?.secret ?? ""} label={t("webhooks.secret")} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("webhooks.done")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Remove({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation("operations");
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const remove = async () => {
    await answer(api.DELETE("/api/v1/webhooks/{id}", { params: { path: { id: webhook.id } } }));
    await client.invalidateQueries({ queryKey: ["webhooks"] });
  };
  return (
    <>
      <Permitted permission="administer" size="xs" variant="default" onClick={() => setAsked(true)}>
        {t("webhooks.remove")}
      </Permitted>
      <ConfirmDialog
        opened={asked}
        onClose={() => setAsked(false)}
        title={t("webhooks.removeTitle", { url: webhook.url })}
        verb={t("webhooks.remove")}
        destructive
        act={remove}
      >
        {t("webhooks.removeText")}
      </ConfirmDialog>
    </>
  );
}
