import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema, send } from "@/api/client";
import { Facts } from "@/components/Facts";
import { ButtonLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Sign } from "@/components/State";
import { UrlTabs } from "@/components/UrlTabs";
import { EventLog } from "./EventLog";
import { Monitor } from "./Monitor";
import { Outbox } from "./Outbox";
import { ProcessLog } from "./ProcessLog";
import { Webhooks } from "./Webhooks";

const Latency = lazy(() => import("./Latency").then((module) => ({ default: module.LatencyTab })));

export function OperationsPage() {
  const { t } = useTranslation("operations");
  const latency = (
    <Suspense fallback={<Loading lines={8} />}>
      <Latency />
    </Suspense>
  );
  return (
    <Page
      title={t("title")}
      description={t("description")}
      actions={
        <ButtonLink to="/operations/sparql" variant="default">
          {t("sparql.title")}
        </ButtonLink>
      }
    >
      <Health />
      <div style={{ height: "1.25rem" }} />
      <UrlTabs
        label={t("title")}
        tabs={[
          { value: "outbox", label: t("outbox.title"), content: <Outbox /> },
          { value: "latency", label: t("latency.title"), content: latency },
          { value: "monitor", label: t("monitor.title"), content: <Monitor /> },
          { value: "events", label: t("events.title"), content: <EventLog /> },
          { value: "logs", label: t("logs.title"), content: <ProcessLog /> },
          { value: "webhooks", label: t("webhooks.title"), content: <Webhooks /> },
        ]}
      />
    </Page>
  );
}

/** Whether the connector is well, and how it runs. */
function Health() {
  const { t } = useTranslation("operations");
  const info = useQuery({
    queryKey: ["info"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/info", { signal })),
  });
  const health = useQuery({
    queryKey: ["info", "health"],
    queryFn: async ({ signal }): Promise<Schema["Health"]> => {
      const answered = await send(new Request("/health/ready", { headers: { Accept: "application/json" }, signal }));
      return answered.json();
    },
    retry: false,
    refetchInterval: 30_000,
  });
  const up = health.data?.status === "up";
  const known = health.data !== undefined || health.error !== null;
  return (
    <Facts
      columns={2}
      facts={[
        [
          t("health.title"),
          known && (
            <Sign key="health" tone={up ? "good" : "bad"} icon={up ? IconCircleCheck : IconAlertTriangle}>
              {up ? t("health.up") : (health.data?.reason ?? health.error?.message ?? t("health.down"))}
            </Sign>
          ),
        ],
        [t("health.version"), info.data?.version],
        [t("health.durability"), info.data && t(info.data.durability === "full" ? "health.full" : "health.relaxed")],
        [t("health.address"), info.data?.publicUrl],
      ]}
    />
  );
}
