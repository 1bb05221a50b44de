import { IconClock } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/Links";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { Sign, State } from "@/components/State";
import { When } from "@/components/When";
import classes from "./Catalog.module.css";
import type { KeptCatalog } from "./pending";
import { readAgain, useKept } from "./queries";

/** How old what is searched is, and whose catalogue could not be read. */
export function Freshness() {
  const { t } = useTranslation("catalog");
  const client = useQueryClient();
  const { data: kept } = useKept();
  const reading = useMutation({ mutationFn: (partners?: string[]) => readAgain(client, partners) });
  if (!kept || kept.length === 0) return null;
  const away = kept.filter(({ state }) => state === "unreachable");
  const underWay = kept.filter(({ state }) => state === "reading" || state === "never");
  const oldest = kept
    .map(({ readAt }) => readAt)
    .filter((at): at is string => at !== null)
    .sort()[0];
  return (
    <div className={classes.freshness}>
      <span>
        {t("fresh.partners", { count: kept.length })}
        {oldest && (
          <>
            {" · "}
            {t("fresh.read")} <When at={oldest} />
          </>
        )}
      </span>
      {underWay.length > 0 && (
        <Sign tone="run" icon={IconClock}>
          {t("fresh.reading", { count: underWay.length })}
        </Sign>
      )}
      {away.length > 0 && <Away away={away} />}
      <Permitted
        permission="negotiate"
        size="compact-sm"
        variant="subtle"
        loading={reading.isPending}
        onClick={() => reading.mutate(away.length > 0 ? away.map(({ partner }) => partner) : undefined)}
      >
        {away.length > 0 ? t("fresh.again", { count: away.length }) : t("fresh.all")}
      </Permitted>
      {reading.error && <Refusal problem={reading.error} compact />}
    </div>
  );
}

function Away({ away }: { away: readonly KeptCatalog[] }) {
  const { t } = useTranslation("catalog");
  const names = away
    .slice(0, 3)
    .map(({ name }) => name)
    .join(", ");
  return (
    <span className={classes.away}>
      <State
        state="unreachable"
        word={
          <span className={classes.wraps}>
            {away.length > 3 ? t("fresh.awayMore", { names, count: away.length - 3 }) : t("fresh.away", { names })}{" "}
            <TextLink to="/catalog/partners" size="sm">
              {t("fresh.why")}
            </TextLink>
          </span>
        }
      />
    </span>
  );
}
