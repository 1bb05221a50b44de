import { Button, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { usePermitted } from "@/api/session";
import { ConfirmDialog, ReasonDialog } from "@/components/Dialogs";
import { usePartnerNames } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { say } from "@/components/say";
import type { Transfer } from "./pending";

type Asked = "suspend" | "complete" | "terminate";

/** What can be done with a transfer in its state. */
export function Actions({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const [asked, setAsked] = useState<Asked | null>(null);
  const name = usePartnerNames().get(transfer.partner) ?? transfer.partner;
  const client = useQueryClient();
  const { pid, state, role } = transfer;
  const params = { path: { pid } };
  const after = async (acted: Promise<Schema["Transfer"]>) => {
    const now = await acted;
    client.setQueryData(["transfers", pid], now);
    await client.invalidateQueries({ queryKey: ["transfers"] });
  };
  const start = useMutation({
    mutationFn: () => after(answer(api.POST("/api/v1/transfers/{pid}/start", { params }))),
    onError: say.refused,
  });
  const resume = useMutation({
    mutationFn: () => after(answer(api.POST("/api/v1/transfers/{pid}/resume", { params }))),
    onError: say.refused,
  });
  const dialog = (which: Asked) => ({ opened: asked === which, onClose: () => setAsked(null) });
  if (state === "COMPLETED" || state === "TERMINATED") return null;
  return (
    <>
      {state === "REQUESTED" && role === "provider" && (
        <Permitted permission="negotiate" onClick={() => start.mutate()} loading={start.isPending}>
          {t("act.start")}
        </Permitted>
      )}
      {state === "STARTED" && (
        <Permitted permission="negotiate" variant="default" onClick={() => setAsked("suspend")}>
          {t("act.suspend")}
        </Permitted>
      )}
      {state === "SUSPENDED" && (
        <Permitted permission="negotiate" onClick={() => resume.mutate()} loading={resume.isPending}>
          {t("act.resume")}
        </Permitted>
      )}
      <Ends state={state} onAsk={setAsked} />
      <ReasonDialog
        {...dialog("suspend")}
        title={t("suspend.title")}
        verb={t("act.suspend")}
        reasonHint={t("act.read", { name })}
        act={(reason) => after(answer(api.POST("/api/v1/transfers/{pid}/suspend", { params, body: { reason } })))}
      >
        {t("suspend.what")}
      </ReasonDialog>
      <ConfirmDialog
        {...dialog("complete")}
        title={t("complete.title")}
        verb={t("act.complete")}
        act={() => after(answer(api.POST("/api/v1/transfers/{pid}/complete", { params })))}
      >
        {t("complete.what")}
      </ConfirmDialog>
      <ReasonDialog
        {...dialog("terminate")}
        title={t("terminate.title")}
        verb={t("act.terminate")}
        reasonHint={t("act.read", { name })}
        destructive
        act={(reason) => after(answer(api.POST("/api/v1/transfers/{pid}/terminate", { params, body: { reason } })))}
      >
        {t("terminate.what")}
      </ReasonDialog>
    </>
  );
}

function Ends({ state, onAsk }: { state: string; onAsk: (which: Asked) => void }) {
  const { t } = useTranslation(["transfers", "app"]);
  const may = usePermitted("negotiate");
  if (!may) {
    return (
      <Permitted permission="negotiate" variant="default">
        {t("act.terminate")}
      </Permitted>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" px="xs" aria-label={t("act.more")}>
          <IconDots size={18} aria-hidden="true" />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {state === "STARTED" && <Menu.Item onClick={() => onAsk("complete")}>{t("act.complete")}</Menu.Item>}
        <Menu.Item color="red" onClick={() => onAsk("terminate")}>
          {t("act.terminate")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
