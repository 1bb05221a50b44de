import { IconAlertTriangle, IconCircleCheck, IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { TextLink } from "@/components/Links";
import { Partner } from "@/components/Partner";
import { When } from "@/components/When";
import { elsewhere } from "./elsewhere";
import classes from "./HomePage.module.css";

/** Partners that do not answer, and what waits for them. */
export function Unreachable({ partners }: { partners: readonly Schema["UnreachablePartner"][] }) {
  const { t } = useTranslation("home");
  if (partners.length === 0) {
    return (
      <ul className={classes.list}>
        <li>
          <IconCircleCheck size={18} color="var(--good)" aria-hidden="true" />
          <span>{t("unreachable.nobody")}</span>
        </li>
      </ul>
    );
  }
  return (
    <ul className={classes.list}>
      {partners.map(({ partner, name, since, waiting, detail }) => (
        <li key={partner}>
          <IconAlertTriangle size={18} color="var(--bad)" aria-hidden="true" />
          <div className={classes.words}>
            <TextLink {...elsewhere.partner(partner)} inherit>
              <Partner id={partner} name={name} />
            </TextLink>{" "}
            {t("unreachable.since")} <When at={since} />
            <div className={classes.quiet}>
              {t("unreachable.waiting", { count: waiting })} · {detail}
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Agreements that end soon by their own terms. */
export function EndingSoon({ agreements }: { agreements: readonly Schema["EndingAgreement"][] }) {
  const { t } = useTranslation("home");
  return (
    <ul className={classes.list}>
      {agreements.map(({ id, asset, partner, until }) => (
        <li key={id}>
          <IconClock size={18} color="var(--warn)" aria-hidden="true" />
          <span className={classes.words}>
            <TextLink {...elsewhere.agreement(id)} inherit>
              {asset}
            </TextLink>{" "}
            {t("ending.with")} <Partner id={partner} /> · {t("ending.ends")} <When at={until} />
          </span>
        </li>
      ))}
    </ul>
  );
}
