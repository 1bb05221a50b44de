import { Progress as Bar, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconDownload, IconEye, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import { Bytes, Rate } from "@/components/Bytes";
import { CodeBlock } from "@/components/CodeBlock";
import { Facts } from "@/components/Facts";
import { bytes as bytesText } from "@/components/figures";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { When } from "@/components/When";
import classes from "./Data.module.css";
import { download, type Moved, preview } from "./data";
import { Preview } from "./Preview";
import type { Transfer } from "./pending";

/** Looking at the data and fetching it, here in the browser. */
export function Data({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const { pid, state, format } = transfer;
  const pushed = format.endsWith("PUSH");
  const received = useReceived(transfer);
  const [below, setBelow] = useState("");
  const looking = useMutation({ mutationFn: () => preview(pid, below) });
  const unless = pushed
    ? received
      ? received.deletedAt
        ? t("data.isDeleted")
        : null
      : t("data.notReceived")
    : state === "STARTED"
      ? null
      : t("data.notRunning");
  return (
    <Stack gap="md">
      {pushed && received && <ReceivedFacts received={received} />}
      {!pushed && (
        <TextInput
          label={t("data.below")}
          description={t("data.belowHint")}
          placeholder="SN-20412"
          value={below}
          onChange={(event) => setBelow(event.currentTarget.value)}
          maw={420}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <Group gap="sm">
        <Permitted
          permission="negotiate"
          variant="default"
          unless={unless}
          leftSection={<IconEye size={16} aria-hidden="true" />}
          onClick={() => looking.mutate()}
          loading={looking.isPending}
        >
          {t("data.preview")}
        </Permitted>
        <Downloading pid={pid} below={below} unless={unless} />
      </Group>
      <Text size="sm" c="dimmed" maw={720}>
        {unless ?? (pushed ? t("data.fromInbox") : t("data.each"))}
      </Text>
      {looking.error && <Refusal problem={looking.error} retry={() => looking.mutate()} compact />}
      {looking.data && <Preview beginning={looking.data} />}
      {!pushed && state === "STARTED" && (
        <details className={classes.programs}>
          <summary>{t("data.programs")}</summary>
          <CodeBlock text={`symbolon fetch --output FILE ${pid}`} label={t("data.command")} />
        </details>
      )}
    </Stack>
  );
}

/** What a push has brought into our inbox; null: nothing yet, or it is a pull. */
function useReceived({ pid, format, role, state }: Transfer) {
  const received = useQuery({
    queryKey: ["received", pid, state],
    queryFn: async ({ signal }) => {
      try {
        return await answer(api.GET("/api/v1/received/{pid}", { params: { path: { pid } }, signal }));
      } catch (thrown) {
        if (Problem.from(thrown).status === 404) return null;
        throw thrown;
      }
    },
    enabled: role === "consumer" && format.endsWith("PUSH"),
  });
  return received.data ?? null;
}

function ReceivedFacts({ received }: { received: NonNullable<ReturnType<typeof useReceived>> }) {
  const { t } = useTranslation("transfers");
  const { bytes, receivedAt, deleteAt, deletedAt, because, digest } = received;
  return (
    <Facts
      facts={[
        [t("data.size"), <Bytes key="bytes" count={bytes} />],
        [t("data.receivedAt"), <When key="at" at={receivedAt} as="absolute" />],
        [
          t("data.deletion"),
          deletedAt ? (
            <span key="deleted">
              {t("data.deleted")} <When at={deletedAt} as="absolute" />
            </span>
          ) : deleteAt ? (
            <When key="deletion" at={deleteAt} as="absolute" />
          ) : (
            t("data.kept")
          ),
        ],
        [t("data.because"), because && <code key="because">{because}</code>],
        [t("data.digest"), digest && <code key="digest">{digest}</code>],
      ]}
    />
  );
}

interface Rated extends Moved {
  perSecond: number | null;
}

/** The button, and while data comes its progress with a way to stop it. */
function Downloading({ pid, below, unless }: { pid: string; below: string; unless: string | null }) {
  const { t, i18n } = useTranslation("transfers");
  const client = useQueryClient();
  const [moved, setMoved] = useState<Rated | null>(null);
  const stop = useRef<AbortController>(null);
  const fetching = useMutation({
    mutationFn: async () => {
      const control = new AbortController();
      stop.current = control;
      const begun = performance.now();
      let told = 0;
      return await download(
        pid,
        below,
        ({ bytes, total }) => {
          const now = performance.now();
          // Ten times a second is as often as anybody can read it.
          if (now - told < 100 && bytes !== total) return;
          told = now;
          const seconds = (now - begun) / 1000;
          setMoved({ bytes, total, perSecond: seconds > 0.3 ? bytes / seconds : null });
        },
        control.signal,
      );
    },
    onSettled: () => {
      stop.current = null;
      setMoved(null);
      void client.invalidateQueries({ queryKey: ["transfers"] });
    },
  });
  // Who goes away while data comes does not want it any more.
  useEffect(() => () => stop.current?.abort(), []);
  const language = i18n.resolvedLanguage ?? "en";
  const cancelled = fetching.error instanceof DOMException && fetching.error.name === "AbortError";
  return (
    <>
      <Permitted
        permission="negotiate"
        unless={unless}
        leftSection={<IconDownload size={16} aria-hidden="true" />}
        onClick={() => fetching.mutate()}
        loading={fetching.isPending}
      >
        {t("data.download")}
      </Permitted>
      {fetching.isPending && (
        <div className={classes.progress}>
          <Bar
            value={moved?.total ? (100 * moved.bytes) / moved.total : 100}
            animated={!moved?.total}
            striped={!moved?.total}
            size="sm"
            aria-label={t("data.progress")}
          />
          <span className={classes.figures}>
            <span>
              <Bytes count={moved?.bytes ?? 0} />
              {moved?.total != null && (
                <>
                  {" "}
                  {t("flow.of")} <Bytes count={moved.total} />
                </>
              )}
            </span>
            {moved?.perSecond != null && <Rate bytesPerSecond={moved.perSecond} />}
            <Button
              size="compact-xs"
              variant="subtle"
              leftSection={<IconX size={12} aria-hidden="true" />}
              onClick={() => stop.current?.abort()}
            >
              {t("data.cancel")}
            </Button>
          </span>
        </div>
      )}
      <div className={classes.outcome} role="status">
        {fetching.data && t("data.done", { name: fetching.data.name, size: bytesText(fetching.data.bytes, language) })}
        {cancelled && t("data.cancelled")}
      </div>
      {fetching.error && !cancelled && (
        <div className={classes.whole}>
          <Refusal problem={told(fetching.error, t)} retry={() => fetching.mutate()} compact />
        </div>
      )}
    </>
  );
}

/** What went wrong on this side of the connector, in words of the page. */
function told(
  thrown: Error,
  t: (key: "data.brokeOff" | "data.brokeOffHint" | "data.noSpace" | "data.noSpaceHint") => string,
): Problem {
  const problem = Problem.from(thrown);
  if (problem.code === "download.broke-off")
    return new Problem(-1, problem.code, t("data.brokeOff"), "", null, t("data.brokeOffHint"));
  if (problem.code === "download.no-space")
    return new Problem(-1, problem.code, t("data.noSpace"), "", null, t("data.noSpaceHint"));
  return problem;
}
