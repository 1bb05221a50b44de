import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { CodeBlock } from "@/components/CodeBlock";
import { save } from "@/components/Download";
import { Refusal } from "@/components/Refusal";
import type { Agreement } from "./agreement";

interface ExportProps {
  agreement: Agreement;
  opened: boolean;
  onClose: () => void;
}

/** One file with everything that proves the agreement, and how somebody else checks it. */
export function ExportDialog({ agreement, opened, onClose }: ExportProps) {
  const { t } = useTranslation(["agreements", "app"]);
  const { id, asset } = agreement;
  const file = `agreement-${asset.replace(/[^\w.-]+/g, "-").slice(0, 60)}-${id.slice(-12)}.json`;
  const exporting = useMutation({
    mutationFn: () => answer(api.GET("/api/v1/agreements/{id}/export", { params: { path: { id } } })),
    onSuccess: (document) => save(JSON.stringify(document, null, 2), file, "application/json"),
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("export.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <Stack>
        <Text>{t("export.what")}</Text>
        <Text>{t("export.how")}</Text>
        <CodeBlock text={`symbolon verify ${file}`} label={t("export.command")} />
        <Text c="dimmed">{t("export.offline")}</Text>
        {exporting.error && <Refusal problem={exporting.error} compact />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app:close")}
          </Button>
          <Button onClick={() => exporting.mutate()} loading={exporting.isPending} data-autofocus>
            {t("export.save")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
