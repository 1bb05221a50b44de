import { Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask, path } from "@/api/client";
import { ConfirmDialog, ReasonDialog } from "@/components/Dialogs";
import { say } from "@/components/say";
import { Told } from "@/components/Told";
import classes from "../Negotiations.module.css";
import type { Negotiation } from "../queries";
import { usePartnerName } from "../waiting";
import type { ActionName } from "./course";

interface ActionDialogsProps {
  negotiation: Negotiation;
  asked: ActionName | null;
  onClose: () => void;
}

const CONCLUDING = ["accept", "approve", "verify", "finalize"] as const;
const ENDING = ["reject", "terminate"] as const;

/** One dialog for each action that binds or ends. */
export function ActionDialogs({ negotiation, asked, onClose }: ActionDialogsProps) {
  const { t } = useTranslation("negotiations");
  const client = useQueryClient();
  const { pid } = negotiation;
  const name = usePartnerName(negotiation.partner);
  const act = async (action: (typeof CONCLUDING)[number] | (typeof ENDING)[number], reason?: string) => {
    const body = reason === undefined ? undefined : { reason };
    const answered = await ask<Negotiation>("POST", path`/negotiations/${pid}/${action}`, { body });
    client.setQueryData(["negotiations", pid], answered);
    void client.invalidateQueries({ queryKey: ["negotiations"] });
    say.done(t(`confirm.${action}.done`));
  };
  const dialog = (action: (typeof CONCLUDING)[number] | (typeof ENDING)[number]) => ({
    opened: asked === action,
    onClose,
    title: t(`confirm.${action}.title`),
    verb: t(`actions.${action}`),
  });
  return (
    <>
      {CONCLUDING.map((action) => (
        <ConfirmDialog key={action} {...dialog(action)} act={() => act(action)}>
          <Stack gap="md">
            <Text>{t(`confirm.${action}.text`, { name })}</Text>
            <Bound terms={negotiation.terms} />
          </Stack>
        </ConfirmDialog>
      ))}
      {ENDING.map((action) => (
        <ReasonDialog
          key={action}
          {...dialog(action)}
          destructive
          reasonHint={t("confirm.reasonHint", { name })}
          act={(reason) => act(action, reason)}
        >
          <Text>{t(`confirm.${action}.text`, { name })}</Text>
        </ReasonDialog>
      ))}
    </>
  );
}

/** What whoever signs should know: which terms nobody enforces. */
export function Bound({ terms }: { terms: Negotiation["terms"] }) {
  const { t } = useTranslation("negotiations");
  const { contractualOnly, notUnderstood } = terms;
  if (contractualOnly.length + notUnderstood.length === 0) return <Text c="dimmed">{t("confirm.enforced")}</Text>;
  return (
    <>
      <Sentences title={t("confirm.contractual", { count: contractualOnly.length })} sentences={contractualOnly} />
      <Sentences title={t("confirm.unknown", { count: notUnderstood.length })} sentences={notUnderstood} />
    </>
  );
}

function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <div>
      <Text>{title}</Text>
      <ul className={classes.bound}>
        {sentences.map((sentence) => (
          <li key={sentence}>
            <Told sentence={sentence} />
          </li>
        ))}
      </ul>
    </div>
  );
}
