import { Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useExplained } from "@/api/explained";
import { ConfirmDialog } from "@/components/Dialogs";
import { Bound } from "../negotiations/course/ActionDialogs";
import { HowFar, useBegin } from "./begin";
import type { KeptDataset, KeptOffer } from "./pending";
import type { Which } from "./queries";

interface NegotiateDialogProps {
  opened: boolean;
  onClose: () => void;
  found: KeptDataset;
  offered: KeptOffer;
  which: Which;
}

/** Says what is about to be asked for and what follows by itself, then asks the partner. */
export function NegotiateDialog({ opened, onClose, found, offered, which }: NegotiateDialogProps) {
  const { t } = useTranslation("catalog");
  const navigate = useNavigate();
  const [verify, setVerify] = useState<"auto" | "hold">("auto");
  const { data: explained } = useExplained(opened ? { policy: offered.offer } : null);
  const begin = useBegin(which);
  const terms = offered.terms ?? explained;
  const name = found.partnerName;
  const act = async () => {
    const { pid } = await begin(offered.offer, verify);
    await navigate({ to: "/negotiations/$pid", params: { pid } });
  };
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t("negotiate.title")}
      verb={t("negotiate.verb", { name })}
      act={act}
    >
      <Stack gap="md">
        <Text>{t("negotiate.text", { title: found.title, name })}</Text>
        {offered.qualifies === "no" && <Text fw={600}>{t("negotiate.no", { name })}</Text>}
        {terms && <Bound terms={terms} />}
        <HowFar value={verify} onChange={setVerify} />
      </Stack>
    </ConfirmDialog>
  );
}
