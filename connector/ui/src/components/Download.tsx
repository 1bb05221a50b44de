import { ActionIcon, Tooltip } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Lets the browser save something that the page already has. */
export function save(content: BlobPart, file: string, mediaType: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: mediaType }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The button for it. */
export function Download({ text, file, mediaType }: { text: string; file: string; mediaType: string }) {
  const { t } = useTranslation();
  const label = t("download", { file });
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        aria-label={label}
        onClick={() => save(text, file, mediaType)}
      >
        <IconDownload size={14} />
      </ActionIcon>
    </Tooltip>
  );
}
