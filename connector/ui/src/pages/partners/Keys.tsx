import { NumberInput, Stack, Text } from "@mantine/core";
import { IconArchive, IconCircleCheck } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { ConfirmDialog } from "@/components/Dialogs";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { Sign } from "@/components/State";
import { say } from "@/components/say";
import { When } from "@/components/When";

/** Who we are to others, and what proves it. */
export function Keys() {
  const { t } = useTranslation("partners");
  const info = useQuery({
    queryKey: ["info"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/info", { signal })),
  });
  const keys = useQuery({
    queryKey: ["keys"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/keys", { signal })),
  });
  const document = useQuery({
    queryKey: ["keys", "document"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/did", { signal })),
  });
  const failed = info.error ?? keys.error;
  if (failed) return <Refusal problem={failed} retry={() => void Promise.all([info.refetch(), keys.refetch()])} />;
  if (!info.data || !keys.data) return <Loading lines={8} />;
  const { name, participantId, did, dspAddress } = info.data;
  return (
    <>
      <Facts
        facts={[
          [t("identity.name"), name],
          ["DID", <Id key="did" id={did} whole what="DID" />],
          [
            t("identity.participant"),
            participantId !== did && <Id key="participant" id={participantId} whole what={t("identity.participant")} />,
          ],
          [t("partner.address"), <Id key="address" id={dspAddress} whole what={t("partner.address")} />],
        ]}
      />
      <Section title={t("keys.title")} actions={<Rotate />}>
        <KeyTable label={t("keys.title")} keys={keys.data.keys} />
      </Section>
      {keys.data.retired.length > 0 && (
        <Section title={t("keys.retired")}>
          <Text c="dimmed" mb="sm">
            {t("keys.retiredText")}
          </Text>
          <KeyTable label={t("keys.retired")} keys={keys.data.retired} />
        </Section>
      )}
      <Section title={t("keys.document")}>
        {document.error && <Refusal problem={document.error} retry={() => void document.refetch()} />}
        {document.data && <JsonView value={document.data} label={t("keys.document")} file="did.json" open={1} />}
      </Section>
    </>
  );
}

function KeyTable({ label, keys }: { label: string; keys: readonly Schema["Key"][] }) {
  const { t } = useTranslation("partners");
  const columns = useMemo<Column<Schema["Key"]>[]>(
    () => [
      {
        id: "id",
        header: t("keys.key"),
        cell: ({ id }) => <Id id={`#${id.split("#").at(-1)}`} what={t("keys.key")} />,
      },
      { id: "algorithm", header: t("keys.algorithm"), cell: ({ algorithm }) => algorithm },
      {
        id: "signs",
        header: t("keys.signs"),
        cell: ({ relationships }) =>
          relationships
            .map(signed)
            .map((what) => t(`keys.relationships.${what}`))
            .join(", "),
      },
      { id: "kept", header: t("keys.kept"), cell: ({ inVault }) => (inVault ? t("keys.vault") : t("keys.file")) },
      { id: "made", header: t("keys.made"), cell: ({ createdAt }) => <When at={createdAt} /> },
      {
        id: "state",
        header: t("keys.state"),
        cell: ({ signsUntil, published, publishedUntil }) => (
          <>
            <Sign tone={signsUntil ? "quiet" : "good"} icon={signsUntil ? IconArchive : IconCircleCheck}>
              {signsUntil ? t("keys.signedUntil") : t("keys.signsNow")}
            </Sign>{" "}
            {signsUntil && <When at={signsUntil} as="brief" />}
            {publishedUntil && published && (
              <Text c="dimmed" size="sm">
                {t("keys.publishedUntil")} <When at={publishedUntil} as="brief" />
              </Text>
            )}
          </>
        ),
      },
    ],
    [t],
  );
  return <DataTable label={label} columns={columns} rows={keys} rowKey={({ id }) => id} />;
}

const SIGNED = ["authentication", "assertionMethod", "capabilityInvocation"] as const;

function signed(relationship: string): (typeof SIGNED)[number] {
  return SIGNED.find((each) => each === relationship) ?? "assertionMethod";
}

function Rotate() {
  const { t } = useTranslation("partners");
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [days, setDays] = useState<number | string>(365);
  const rotate = async () => {
    const overlapSeconds = Math.round(Number(days) * 86_400);
    await answer(api.POST("/api/v1/keys/rotate", { body: { overlapSeconds } }));
    await client.invalidateQueries({ queryKey: ["keys"] });
    say.done(t("keys.rotated"));
  };
  return (
    <>
      <Permitted permission="administer" variant="default" onClick={() => setAsked(true)}>
        {t("keys.rotate")}
      </Permitted>
      <ConfirmDialog
        opened={asked}
        onClose={() => setAsked(false)}
        title={t("keys.rotateTitle")}
        verb={t("keys.rotate")}
        act={rotate}
      >
        <Stack>
          <Text>{t("keys.rotateText")}</Text>
          <NumberInput
            label={t("keys.overlap")}
            description={t("keys.overlapHint")}
            value={days}
            onChange={setDays}
            min={0}
            max={3650}
            allowDecimal={false}
            required
          />
        </Stack>
      </ConfirmDialog>
    </>
  );
}
