import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface CopyProps {
  text: string;
  /** What is copied, for screen readers: "participant id". With `words` it is the button's text. */
  what?: string;
  /** A button with words instead of a small sign. */
  words?: boolean;
}

/** Copies text. */
export function Copy({ text, what, words = false }: CopyProps) {
  const { t } = useTranslation();
  const { copied, copy } = useClipboard({ timeout: 1500 });
  const label = copied ? t("copy.done") : what ? t("copy.what", { what }) : t("copy.copy");
  const icon = copied ? <IconCheck size={14} /> : <IconCopy size={14} />;
  if (words) {
    return (
      <Button variant="default" size="xs" leftSection={icon} onClick={() => copy(text)}>
        {label}
      </Button>
    );
  }
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={24} onClick={() => copy(text)} aria-label={label}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
