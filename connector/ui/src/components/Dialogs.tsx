import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "./Refusal";

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, and what cannot be undone. */
  children?: ReactNode;
  /** The word on the button: "Terminate". */
  verb: string;
  /** Red button: something ends by this. */
  destructive?: boolean;
}

/** Asks once more. The dialog stays open until `act` has succeeded, and shows why it was refused. */
export function ConfirmDialog({ act, ...dialog }: DialogProps & { act: () => Promise<unknown> }) {
  return <Asking {...dialog} act={act} ready />;
}

interface ReasonProps extends DialogProps {
  act: (reason: string) => Promise<unknown>;
  /** What is done with it: "The partner reads it." */
  reasonHint?: string;
  /** Without it, an empty reason is refused. */
  optional?: boolean;
}

/** Asks for a reason, then acts. */
export function ReasonDialog({ act, reasonHint, optional = false, children, ...dialog }: ReasonProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const given = reason.trim();
  return (
    <Asking {...dialog} act={() => act(given)} ready={optional || given !== ""} onDone={() => setReason("")}>
      {children}
      <Textarea
        label={optional ? t("dialogs.reasonOptional") : t("dialogs.reason")}
        description={reasonHint}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={2000}
        required={!optional}
        data-autofocus
      />
    </Asking>
  );
}

interface AskingProps extends DialogProps {
  act: () => Promise<unknown>;
  ready: boolean;
  onDone?: () => void;
}

function Asking({ opened, onClose, title, children, verb, destructive, act, ready, onDone }: AskingProps) {
  const { t } = useTranslation();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: () => {
      onDone?.();
      close();
    },
  });
  const close = () => {
    acting.reset();
    onClose();
  };
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (ready && !acting.isPending) acting.mutate();
  };
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      <form onSubmit={submit}>
        <Stack>
          {typeof children === "string" ? <Text>{children}</Text> : children}
          {acting.error && <Refusal problem={acting.error} compact />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("dialogs.cancel")}
            </Button>
            <Button type="submit" color={destructive ? "red" : undefined} loading={acting.isPending} disabled={!ready}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
