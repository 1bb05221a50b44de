import { Select, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { usePartnerNames } from "@/components/Partner";
import { SearchField } from "@/components/SearchField";
import { Told } from "@/components/Told";
import { FirstSentence } from "./Terms";

const ANYBODY = "";

/** Our own catalogue as a partner sees it, and why it does not see the rest. The connector decides it as it does for the partner. */
export function Preview({ partner }: { partner: string | null }) {
  const { t } = useTranslation("publish");
  const navigate = useNavigate();
  const names = usePartnerNames();
  const [q, setQ] = useState("");
  const preview = useQuery({
    queryKey: ["offers", "preview", partner, q],
    queryFn: ({ signal }) => {
      const body = { partner: partner ?? undefined, q: q || undefined, limit: 200 };
      return answer(api.POST("/api/v1/catalog/preview", { body, signal }));
    },
    placeholderData: keepPreviousData,
  });
  const partners = [
    { value: ANYBODY, label: t("preview.anybody") },
    ...[...names].map(([value, label]) => ({ value, label })),
  ];
  const choose = (id: string | null) =>
    void navigate({ to: "/publish", search: { tab: "preview", partner: id || undefined }, replace: true });
  return (
    <Stack gap="lg">
      <Text c="dimmed" maw={720}>
        {t("preview.description")}
      </Text>
      <Stack gap="sm" maw={480}>
        <Select
          label={t("preview.as")}
          data={partners}
          value={partner ?? ANYBODY}
          onChange={choose}
          searchable
          allowDeselect={false}
        />
        <SearchField label={t("preview.search")} value={q} onSearch={(words) => setQ(words ?? "")} />
      </Stack>
      <Seen
        preview={preview.data}
        loading={preview.isPending}
        error={preview.error}
        retry={() => void preview.refetch()}
      />
    </Stack>
  );
}

interface SeenProps {
  preview: Schema["CatalogPreview"] | undefined;
  loading: boolean;
  error: Error | null;
  retry: () => void;
}

function Seen({ preview, ...state }: SeenProps) {
  const { t } = useTranslation("publish");
  const seen = useMemo<Column<Schema["VisibleDataset"]>[]>(
    () => [
      { id: "asset", header: t("preview.asset"), cell: ({ asset }) => <strong>{asset}</strong> },
      {
        id: "terms",
        header: t("preview.terms"),
        cell: ({ offers }) =>
          offers.map(({ dspOffer, terms }) => (
            <div key={dspOffer}>
              <FirstSentence terms={terms} />
            </div>
          )),
      },
    ],
    [t],
  );
  const hidden = useMemo<Column<Schema["HiddenOffer"]>[]>(
    () => [
      { id: "asset", header: t("preview.asset"), cell: ({ asset }) => <strong>{asset}</strong> },
      { id: "offer", header: t("preview.offer"), cell: ({ offer }) => offer },
      { id: "why", header: t("preview.why"), cell: ({ why }) => <Told sentence={why} /> },
    ],
    [t],
  );
  return (
    <>
      <section>
        <h2>{t("preview.visible", { count: preview?.total ?? 0 })}</h2>
        <DataTable
          label={t("preview.visible", { count: preview?.total ?? 0 })}
          columns={seen}
          rows={preview?.visible ?? []}
          rowKey={({ asset }) => asset}
          to={({ asset }) => ({ to: "/publish/assets/$id", params: { id: asset } })}
          empty={<Empty title={t("preview.nothing")}>{t("preview.nothingHint")}</Empty>}
          {...state}
        />
      </section>
      {preview && preview.hidden.length > 0 && (
        <section>
          <h2>{t("preview.hidden", { count: preview.hiddenTotal })}</h2>
          <DataTable
            label={t("preview.hidden", { count: preview.hiddenTotal })}
            columns={hidden}
            rows={preview.hidden}
            rowKey={({ dspOffer }) => dspOffer}
            to={({ offer }) => ({ to: "/publish/offers/$id", params: { id: offer } })}
          />
        </section>
      )}
    </>
  );
}
