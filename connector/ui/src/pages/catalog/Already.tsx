import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { TextLink } from "@/components/Links";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { useWaiting } from "../negotiations/waiting";
import classes from "./Catalog.module.css";

/** How many are shown. */
const MOST = 3;

/** What has been negotiated about this dataset before: nobody needs the same contract twice. */
export function Already({ partner, dataset }: { partner: string; dataset: string }) {
  const { t } = useTranslation("catalog");
  const waiting = useWaiting();
  const { data } = useQuery({
    queryKey: ["negotiations", "about", partner, dataset],
    queryFn: async ({ signal }) => {
      const query = { partner, role: "consumer", limit: 200 };
      const { items } = await answer(api.GET("/api/v1/negotiations", { params: { query }, signal }));
      return items.filter(({ asset }) => asset === dataset);
    },
  });
  const alive = data?.filter(({ state }) => state !== "TERMINATED") ?? [];
  if (alive.length === 0) return null;
  return (
    <section className={classes.already} aria-label={t("already.title")}>
      <h2 className={classes.small}>{t("already.title")}</h2>
      <ul>
        {alive.slice(0, MOST).map((one) => (
          <li key={one.pid}>
            <TextLink to="/negotiations/$pid" params={{ pid: one.pid }}>
              {waiting(one)}
            </TextLink>
            <State state={one.state} />
            <When at={one.updatedAt} />
          </li>
        ))}
      </ul>
    </section>
  );
}
