import { Autocomplete, Button, Group, SegmentedControl, Stack, Switch, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { bytes } from "@/components/figures";
import { Refusal } from "@/components/Refusal";
import { Sign } from "@/components/State";
import type { SourceCheck, SourceFiles } from "./pending";

/** Where the data comes from, as it is entered. */
export interface SourceDraft {
  kind: "File" | "HttpData";
  path: string;
  mediaType: string;
  baseUrl: string;
  proxyPath: boolean;
  proxyQueryParams: boolean;
}

export const NO_SOURCE: SourceDraft = {
  kind: "File",
  path: "",
  mediaType: "",
  baseUrl: "",
  proxyPath: false,
  proxyQueryParams: false,
};

/** As the API takes it. */
export function asSource({ kind, path, mediaType, baseUrl, proxyPath, proxyQueryParams }: SourceDraft) {
  return kind === "File"
    ? { type: "File" as const, path: path.trim(), mediaType: mediaType.trim() || undefined }
    : { type: "HttpData" as const, baseUrl: baseUrl.trim(), proxyPath, proxyQueryParams };
}

export function SourceFields({ source, onChange }: { source: SourceDraft; onChange: (source: SourceDraft) => void }) {
  const { t, i18n } = useTranslation("publish");
  const set = (change: Partial<SourceDraft>) => onChange({ ...source, ...change });
  const checking = useMutation({
    mutationFn: () => ask<SourceCheck>("POST", "/sources/check", { body: { source: asSource(source) } }),
    onSuccess: ({ mediaType }) => {
      if (source.kind === "File" && mediaType && !source.mediaType) set({ mediaType });
    },
  });
  const given = source.kind === "File" ? source.path : source.baseUrl;
  const found = checking.data;
  return (
    <Stack gap="md" maw={640}>
      <SegmentedControl
        aria-label={t("source.kind")}
        value={source.kind}
        onChange={(kind) => set({ kind: kind as SourceDraft["kind"] })}
        data={(["File", "HttpData"] as const).map((value) => ({ value, label: t(`source.kinds.${value}`) }))}
        style={{ alignSelf: "flex-start" }}
      />
      {source.kind === "File" ? <FileFields source={source} set={set} /> : <HttpFields source={source} set={set} />}
      <Group gap="md">
        <Button
          variant="default"
          onClick={() => checking.mutate()}
          loading={checking.isPending}
          disabled={given.trim() === ""}
        >
          {t("source.check")}
        </Button>
        {found && (
          <span role="status">
            <Sign tone={found.reachable ? "good" : "bad"} icon={found.reachable ? IconCircleCheck : IconAlertTriangle}>
              {found.detail}
            </Sign>
            {found.size !== null && (
              <Text span size="sm" c="dimmed">
                {" "}
                {bytes(found.size, i18n.resolvedLanguage ?? "en")}
              </Text>
            )}
          </span>
        )}
      </Group>
      {checking.error && <Refusal problem={checking.error} compact />}
    </Stack>
  );
}

type Fields = { source: SourceDraft; set: (change: Partial<SourceDraft>) => void };

function FileFields({ source, set }: Fields) {
  const { t } = useTranslation("publish");
  const folder = source.path.includes("/") ? source.path.slice(0, source.path.lastIndexOf("/")) : "";
  const roots = useQuery({
    queryKey: ["sources", "files", null],
    queryFn: ({ signal }) => ask<SourceFiles>("GET", "/sources/files", { signal }),
    retry: false,
  });
  const within = useQuery({
    queryKey: ["sources", "files", folder],
    queryFn: ({ signal }) => ask<SourceFiles>("GET", "/sources/files", { query: { folder }, signal }),
    enabled: folder !== "",
    retry: false,
  });
  const known = [
    ...(roots.data?.folders ?? []).map(({ path }) => `${path}/`),
    ...(within.data?.folders ?? []).map(({ path }) => `${path}/`),
    ...(within.data?.files ?? []).map(({ path }) => path),
  ];
  const choose = (path: string) => {
    const file = within.data?.files.find((one) => one.path === path);
    set({ path, ...(file ? { mediaType: file.mediaType } : {}) });
  };
  return (
    <>
      <Autocomplete
        label={t("source.path")}
        description={t("source.pathHint")}
        data={[...new Set(known)]}
        value={source.path}
        onChange={choose}
        limit={50}
        required
      />
      <TextInput
        label={t("source.mediaType")}
        placeholder="text/csv"
        value={source.mediaType}
        onChange={(event) => set({ mediaType: event.currentTarget.value })}
      />
    </>
  );
}

function HttpFields({ source, set }: Fields) {
  const { t } = useTranslation("publish");
  return (
    <>
      <TextInput
        label={t("source.baseUrl")}
        description={t("source.baseUrlHint")}
        placeholder="https://mes.example/lines/3"
        type="url"
        value={source.baseUrl}
        onChange={(event) => set({ baseUrl: event.currentTarget.value })}
        required
      />
      <Switch
        label={t("source.proxyPath")}
        checked={source.proxyPath}
        onChange={(event) => set({ proxyPath: event.currentTarget.checked })}
      />
      <Switch
        label={t("source.proxyQuery")}
        checked={source.proxyQueryParams}
        onChange={(event) => set({ proxyQueryParams: event.currentTarget.checked })}
      />
    </>
  );
}
