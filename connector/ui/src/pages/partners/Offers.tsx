import { Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { type Column, DataTable } from "@/components/DataTable";
import { ConfirmDialog } from "@/components/Dialogs";
import { Empty } from "@/components/Empty";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { State } from "@/components/State";
import { When } from "@/components/When";

type Offer = Schema["CredentialOffer"];

/** Credentials that issuers offer us. */
export function CredentialOffers() {
  const { t } = useTranslation("partners");
  const list = useList<Offer>(["credential-offers", "list"], (after, signal) =>
    answer(api.GET("/api/v1/credential-offers", { params: { query: { after } }, signal })),
  );
  const columns = useMemo<Column<Offer>[]>(
    () => [
      { id: "what", header: t("offers.what"), cell: (offer) => <strong>{offered(offer)}</strong> },
      { id: "issuer", header: t("credentials.issuer"), cell: ({ issuer }) => <Partner id={issuer} withId /> },
      {
        id: "state",
        header: t("credentials.state"),
        cell: ({ state }) => <State state={state} word={t(`offers.states.${known(state)}`)} />,
      },
      { id: "received", header: t("credentials.received"), cell: ({ receivedAt }) => <When at={receivedAt} /> },
      {
        id: "actions",
        header: <span className="visually-hidden">{t("offers.actions")}</span>,
        cell: (offer) => known(offer.state) === "RECEIVED" && <Answer offer={offer} />,
        align: "end",
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("identity.offers")}
      columns={columns}
      rowKey={({ id }) => id}
      empty={<Empty title={t("offers.empty.title")}>{t("offers.empty.text")}</Empty>}
      {...list}
    />
  );
}

const STATES = ["RECEIVED", "ACCEPTED", "DECLINED"] as const;

function known(state: string): (typeof STATES)[number] {
  return STATES.find((each) => each === state) ?? "RECEIVED";
}

/** DCP lets an offer name credentials by type or by id. */
function offered({ credentials }: Offer): string {
  const words = credentials.map((each) => {
    const { credentialType, id } = each as { credentialType?: unknown; id?: unknown };
    return typeof credentialType === "string" ? credentialType : String(id ?? "?");
  });
  return words.join(", ");
}

function Answer({ offer }: { offer: Offer }) {
  const { t } = useTranslation("partners");
  const client = useQueryClient();
  const [asked, setAsked] = useState<"accept" | "decline" | null>(null);
  const params = { path: { id: offer.id } };
  const after = async (answered: Promise<unknown>) => {
    await answered;
    await Promise.all(
      ["credential-offers", "credential-requests", "summary"].map((noun) =>
        client.invalidateQueries({ queryKey: [noun] }),
      ),
    );
  };
  const dialog = (which: "accept" | "decline") => ({ opened: asked === which, onClose: () => setAsked(null) });
  return (
    <Group gap="sm" justify="flex-end" wrap="nowrap">
      <Permitted permission="administer" size="xs" onClick={() => setAsked("accept")}>
        {t("offers.accept")}
      </Permitted>
      <Permitted permission="administer" size="xs" variant="default" onClick={() => setAsked("decline")}>
        {t("offers.decline")}
      </Permitted>
      <ConfirmDialog
        {...dialog("accept")}
        title={t("offers.acceptTitle", { what: offered(offer) })}
        verb={t("offers.accept")}
        act={() => after(answer(api.POST("/api/v1/credential-offers/{id}/accept", { params })))}
      >
        {t("offers.acceptText", { issuer: offer.issuer })}
      </ConfirmDialog>
      <ConfirmDialog
        {...dialog("decline")}
        title={t("offers.declineTitle", { what: offered(offer) })}
        verb={t("offers.decline")}
        destructive
        act={() => after(answer(api.POST("/api/v1/credential-offers/{id}/decline", { params })))}
      >
        {t("offers.declineText")}
      </ConfirmDialog>
    </Group>
  );
}
