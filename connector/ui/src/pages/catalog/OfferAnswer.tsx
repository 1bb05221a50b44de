import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePermitted } from "@/api/session";
import { ButtonLink } from "@/components/Links";
import { Permitted } from "@/components/Permitted";
import { State } from "@/components/State";
import { Told } from "@/components/Told";
import classes from "./Catalog.module.css";
import { NegotiateDialog } from "./NegotiateDialog";
import type { KeptDataset, KeptOffer } from "./pending";
import type { Which } from "./queries";

interface OfferAnswerProps {
  found: KeptDataset;
  offered: KeptOffer;
  which: Which;
}

/** Would I qualify, what is missing and how to get it, and what can be done. */
export function OfferAnswer({ found, offered, which }: OfferAnswerProps) {
  const { t } = useTranslation("catalog");
  const [open, setOpen] = useState(false);
  const may = usePermitted("negotiate");
  const { qualifies, reasons, unreadable } = offered;
  const { partner, dataset, address } = which;
  const offer = String(offered.offer["@id"] ?? "");
  return (
    <section className={classes.answer} data-qualifies={qualifies} aria-label={t("answer.label")}>
      <State state={qualifies} word={<strong>{t(`qualifies.${qualifies}`)}</strong>} />
      {!address && <p>{t(`answer.${qualifies}`)}</p>}
      {address && <p>{t("answer.stranger")}</p>}
      {reasons.length > 0 && (
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>
              <Told sentence={reason} />
            </li>
          ))}
        </ul>
      )}
      <div className={classes.buttons}>
        <Permitted
          permission="negotiate"
          variant={qualifies === "no" ? "default" : "filled"}
          unless={unreadable && t("offer.unreadable", { why: unreadable })}
          onClick={() => setOpen(true)}
        >
          {t("answer.negotiate")}
        </Permitted>
        {may ? (
          <ButtonLink
            variant="default"
            to="/catalog/$partner/$dataset/propose"
            params={{ partner, dataset }}
            search={{ offer, address }}
          >
            {t("answer.propose")}
          </ButtonLink>
        ) : (
          <Permitted permission="negotiate" variant="default">
            {t("answer.propose")}
          </Permitted>
        )}
        {qualifies === "no" && (
          <ButtonLink variant="subtle" to="/partners">
            {t("answer.credentials")}
          </ButtonLink>
        )}
      </div>
      <NegotiateDialog opened={open} onClose={() => setOpen(false)} found={found} offered={offered} which={which} />
    </section>
  );
}
