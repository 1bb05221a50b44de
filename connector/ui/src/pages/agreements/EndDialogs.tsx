import { Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { ReasonDialog } from "@/components/Dialogs";
import { usePartnerNames } from "@/components/Partner";
import { say } from "@/components/say";
import type { Agreement } from "./agreement";
import { survivors } from "./reading";

interface EndProps {
  agreement: Agreement;
  opened: boolean;
  onClose: () => void;
}

/** Ends it for ourselves. */
export function RetireDialog({ agreement, ...dialog }: EndProps) {
  return <EndDialog {...dialog} agreement={agreement} how="retire" />;
}

/** Ends it for both. */
export function TerminateDialog({ agreement, ...dialog }: EndProps) {
  return <EndDialog {...dialog} agreement={agreement} how="terminate" />;
}

function EndDialog({ agreement, how, ...dialog }: EndProps & { how: "retire" | "terminate" }) {
  const { t } = useTranslation("agreements");
  const client = useQueryClient();
  const name = usePartnerNames().get(agreement.partner) ?? agreement.partner;
  const act = async (reason: string) => {
    const params = { path: { id: agreement.id } };
    await (how === "retire"
      ? answer(api.POST("/api/v1/agreements/{id}/retire", { params, body: { reason } }))
      : answer(api.POST("/api/v1/agreements/{id}/terminate", { params, body: { reason } })));
    await client.invalidateQueries({ queryKey: ["agreements"] });
    say.done(t(`${how}.done`));
  };
  return (
    <ReasonDialog
      {...dialog}
      title={t(`${how}.title`)}
      verb={t(`${how}.verb`)}
      reasonHint={t(`${how}.reasonHint`, { name })}
      act={act}
      destructive
    >
      <Stack gap="sm">
        <Text>{t(`${how}.what`, { name })}</Text>
        <Text>{t(`${how}.after.${agreement.role === "consumer" ? "consumer" : "provider"}`, { name })}</Text>
        {survivors(agreement.survivingDuties).length > 0 && <Text>{t("terminate.survives")}</Text>}
        <Text c="dimmed">{t(`${how}.other`)}</Text>
      </Stack>
    </ReasonDialog>
  );
}
