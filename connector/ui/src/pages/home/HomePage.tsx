import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useSession } from "@/api/session";
import { Bytes, Count } from "@/components/Bytes";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Refusal } from "@/components/Refusal";
import { Stat, Stats } from "@/components/Stat";
import { FirstSteps } from "./FirstSteps";
import classes from "./HomePage.module.css";
import { EndingSoon, Unreachable } from "./Soon";
import { WaitsForMe } from "./WaitsForMe";

const Traffic = lazy(() => import("./Traffic").then((module) => ({ default: module.Traffic })));

export function HomePage() {
  const { t } = useTranslation("home");
  const { connector } = useSession();
  const summary = useQuery({
    queryKey: ["summary"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/summary", { signal })),
  });
  return (
    <Page title={connector.name} documentTitle={t("title")} description={t("description")}>
      {summary.isPending && <Loading lines={8} />}
      {summary.error && <Refusal problem={summary.error} retry={() => void summary.refetch()} />}
      {summary.data && <Content summary={summary.data} />}
    </Page>
  );
}

function Content({ summary }: { summary: Schema["Summary"] }) {
  const { t } = useTranslation("home");
  const { running, agreements, partners, day } = summary;
  return (
    <>
      {agreements.inForce === 0 && <FirstSteps />}
      <div className={classes.columns}>
        <Section title={t("waits.title")}>
          <WaitsForMe waiting={summary.waiting} />
        </Section>
        <Section title={t("unreachable.title")}>
          <Unreachable partners={partners.unreachable} />
        </Section>
      </div>
      <Section title={t("numbers.title")}>
        <Stats>
          <Stat label={t("numbers.negotiations")} value={<Count value={running.negotiations} />} />
          <Stat
            label={t("numbers.transfers")}
            value={<Count value={running.transfers} />}
            note={running.pushes > 0 ? t("numbers.pushes", { count: running.pushes }) : undefined}
          />
          <Stat label={t("numbers.agreements")} value={<Count value={agreements.inForce} />} />
          <Stat label={t("numbers.partners")} value={<Count value={partners.known} />} />
          <Stat
            label={t("numbers.requests")}
            value={<Count value={day.permitted} />}
            note={day.refused > 0 ? t("numbers.refused", { count: day.refused }) : undefined}
          />
          <Stat label={t("numbers.bytes")} value={<Bytes count={day.bytes} />} />
        </Stats>
      </Section>
      {agreements.endingSoon.length > 0 && (
        <Section title={t("ending.title")}>
          <EndingSoon agreements={agreements.endingSoon} />
        </Section>
      )}
      <Suspense fallback={<Loading lines={6} />}>
        <Traffic />
      </Suspense>
    </>
  );
}
