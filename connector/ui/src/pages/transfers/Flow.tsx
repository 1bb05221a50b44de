import { Progress as Bar } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, path } from "@/api/client";
import { Bytes, Count, Rate } from "@/components/Bytes";
import { Refusal } from "@/components/Refusal";
import { Stat, Stats } from "@/components/Stat";
import { When } from "@/components/When";
import { countdown } from "./countdown";
import type { Progress, Transfer } from "./pending";

/** How far it is, and how fast. Asked each second while it runs and somebody looks. */
export function useProgress({ pid, state }: Pick<Transfer, "pid" | "state">) {
  return useQuery({
    queryKey: ["transfers", pid, "progress"],
    queryFn: ({ signal }) => ask<Progress>("GET", path`/transfers/${pid}/progress`, { signal }),
    refetchInterval: state === "STARTED" ? 1000 : false,
    retry: false,
  });
}

export function Flow({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const progress = useProgress(transfer);
  const { state, lastDataAt, role } = transfer;
  const now = progress.data;
  const bytes = now?.bytes ?? transfer.bytes;
  const total = now?.total ?? null;
  const token = now?.tokenExpiresAt ?? transfer.tokenExpiresAt;
  return (
    <section aria-label={t("flow.label")}>
      <Stats>
        <Stat
          label={t(role === "consumer" ? "flow.received" : "flow.given")}
          value={<Bytes count={bytes} />}
          note={
            total !== null && total > 0 ? (
              <>
                {t("flow.of")} <Bytes count={total} />
              </>
            ) : undefined
          }
        />
        <Stat
          label={t("flow.rate")}
          value={now?.underWay ? <Rate bytesPerSecond={now.bytesPerSecond} /> : "–"}
          note={now?.underWay ? t("flow.underWay") : t("flow.still")}
        />
        <Stat
          label={t("flow.requests")}
          value={<Count value={now?.requests ?? transfer.dataRequests} />}
          note={
            lastDataAt ? (
              <>
                {t("flow.last")} <When at={lastDataAt} />
              </>
            ) : undefined
          }
        />
        {role === "consumer" && state === "STARTED" && transfer.format.endsWith("PULL") && (
          <Stat
            label={t("flow.token")}
            value={token ? <Countdown to={token} /> : "–"}
            note={token ? t("flow.renewed") : t("flow.noToken")}
          />
        )}
      </Stats>
      {now?.underWay && total !== null && total > 0 && (
        <Bar value={(100 * bytes) / total} mt="sm" size="sm" aria-label={t("flow.label")} />
      )}
      {progress.error && <Refusal problem={progress.error} retry={progress.refetch} compact />}
    </section>
  );
}

/** What is left, second by second. */
function Countdown({ to }: { to: string }) {
  const { t } = useTranslation("transfers");
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = countdown(to, now);
  return (
    <time dateTime={to} role="timer">
      {left ?? t("flow.expired")}
    </time>
  );
}
