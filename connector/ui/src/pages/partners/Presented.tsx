import { Stack, Text } from "@mantine/core";
import { IconBan, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ask, path } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { Facts } from "@/components/Facts";
import { Loading } from "@/components/Loading";
import { Partner } from "@/components/Partner";
import { Refusal } from "@/components/Refusal";
import { Sign } from "@/components/State";
import { When } from "@/components/When";
import { DataspaceName } from "./DataspaceName";
import type { Presentation, PresentedCredential } from "./pending";
import { Standing } from "./Standing";

/** What a partner presented last: where it belongs to, and each credential with its issuer and its end. */
export function Presented({ partner }: { partner: string }) {
  const { t } = useTranslation("partners");
  const presented = useQuery({
    queryKey: ["partners", partner, "presentation"],
    queryFn: ({ signal }) => ask<Presentation>("GET", path`/partners/${partner}/presentation`, { signal }),
  });
  if (presented.isPending) return <Loading lines={3} />;
  if (presented.error) return <Refusal problem={presented.error} retry={() => void presented.refetch()} />;
  const { verifiedAt, memberships, numbers } = presented.data;
  return (
    <Stack gap="md">
      <Facts
        facts={[
          [t("presented.verified"), verifiedAt && <When key="at" at={verifiedAt} />],
          [t("presented.numbers"), numbers.length > 0 && numbers.join(", ")],
          ...memberships.map(({ dataspace, belongs, why }): [React.ReactNode, React.ReactNode] => [
            <DataspaceName key={dataspace} id={dataspace} />,
            <span key={`${dataspace} belongs`}>
              <Sign tone={belongs ? "good" : "quiet"} icon={belongs ? IconCircleCheck : IconBan}>
                {belongs ? t("presented.belongs") : t("presented.belongsNot")}
              </Sign>
              {why && (
                <Text c="dimmed" size="sm">
                  {why}
                </Text>
              )}
            </span>,
          ]),
        ]}
      />
      <PresentedCredentials presentation={presented.data} />
    </Stack>
  );
}

function PresentedCredentials({ presentation }: { presentation: Presentation }) {
  const { t } = useTranslation("partners");
  const columns = useMemo<Column<PresentedCredential>[]>(
    () => [
      {
        id: "type",
        header: t("credentials.type"),
        cell: ({ types }) => <strong>{types.filter((type) => type !== "VerifiableCredential").join(", ")}</strong>,
      },
      {
        id: "status",
        header: t("credentials.state"),
        cell: ({ status, why }) => (
          <>
            <Standing status={status} />
            {why && (
              <Text c="dimmed" size="sm">
                {why}
              </Text>
            )}
          </>
        ),
      },
      { id: "issuer", header: t("credentials.issuer"), cell: ({ issuer }) => <Partner id={issuer} withId /> },
      {
        id: "until",
        header: t("credentials.until"),
        cell: ({ validUntil }) => <When at={validUntil} none={t("credentials.forEver")} />,
      },
      {
        id: "dataspaces",
        header: t("credentials.counts"),
        cell: ({ dataspaces }) =>
          dataspaces.length === 0
            ? t("presented.nowhere")
            : dataspaces.map((id, at) => (
                <span key={id}>
                  {at > 0 && ", "}
                  <DataspaceName id={id} />
                </span>
              )),
      },
    ],
    [t],
  );
  if (!presentation.verifiedAt) return <Empty title={t("presented.never.title")}>{t("presented.never.text")}</Empty>;
  return (
    <DataTable
      label={t("presented.title")}
      columns={columns}
      rows={presentation.credentials}
      rowKey={({ id, types, issuer }) => `${id} ${types.join()} ${issuer}`}
      empty={<Empty title={t("presented.none")} />}
    />
  );
}
