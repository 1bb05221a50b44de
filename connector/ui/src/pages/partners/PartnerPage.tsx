import { Group, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { ConfirmDialog } from "@/components/Dialogs";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { ButtonLink, TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { When } from "@/components/When";
import { ClaimsList } from "./Claims";
import { datasetsOf } from "./elsewhere";
import { PartnerDialog } from "./PartnerDialog";
import { PartnerProcesses } from "./PartnerProcesses";
import { PartnerQueue } from "./PartnerQueue";
import { Presented } from "./Presented";
import { Reachability } from "./Reachability";
import { useOutbox } from "./reading";

const route = getRouteApi("/app/partners/$id");

export function PartnerPage() {
  const { t } = useTranslation("partners");
  const { id } = route.useParams();
  const partner = useQuery({
    queryKey: ["partners", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/partners/{id}", { params: { path: { id } }, signal })),
  });
  const crumbs = [
    <TextLink key="all" to="/partners" size="sm">
      {t("title")}
    </TextLink>,
  ];
  return (
    <Page
      title={partner.data?.name ?? t("partner.title")}
      crumbs={crumbs}
      actions={partner.data && <PartnerActions partner={partner.data} />}
    >
      {partner.isPending && <Loading lines={8} />}
      {partner.error && <Refusal problem={partner.error} retry={() => void partner.refetch()} />}
      {partner.data && <Content partner={partner.data} />}
    </Page>
  );
}

function Content({ partner }: { partner: Schema["Partner"] }) {
  const { t } = useTranslation("partners");
  const outbox = useOutbox().get(partner.id);
  return (
    <>
      <Facts
        columns={2}
        facts={[
          [t("partner.id"), <Id key="id" id={partner.id} whole what={t("partner.id")} />],
          [t("partner.reachable"), <Reachability key="reachable" outbox={outbox} />],
          [t("partner.address"), <Id key="address" id={partner.dspAddress} whole what={t("partner.address")} />],
          [t("partner.since"), <When key="since" at={partner.createdAt} as="brief" />],
        ]}
      />
      <Section title={t("presented.title")}>
        <Presented partner={partner.id} />
      </Section>
      <Section title={t("claims.title")}>
        <Text c="dimmed" mb="sm" maw={720}>
          {t("claims.meaning")}
        </Text>
        {Object.keys(partner.claims).length > 0 ? <ClaimsList claims={partner.claims} /> : <p>{t("claims.none")}</p>}
      </Section>
      <PartnerProcesses partner={partner.id} />
      {outbox && <PartnerQueue outbox={outbox} />}
    </>
  );
}

function PartnerActions({ partner }: { partner: Schema["Partner"] }) {
  const { t } = useTranslation("partners");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<"edit" | "remove" | null>(null);
  const close = () => setAsked(null);
  const remove = async () => {
    await answer(api.DELETE("/api/v1/partners/{id}", { params: { path: { id: partner.id } } }));
    await navigate({ to: "/partners" });
    client.removeQueries({ queryKey: ["partners", partner.id] });
    await client.invalidateQueries({ queryKey: ["partners"] });
  };
  return (
    <Group gap="sm">
      <ButtonLink {...datasetsOf(partner.id)} variant="default">
        {t("partner.catalogue")}
      </ButtonLink>
      <Permitted permission="administer" variant="default" onClick={() => setAsked("edit")}>
        {t("partner.edit")}
      </Permitted>
      <Permitted permission="administer" variant="default" onClick={() => setAsked("remove")}>
        {t("partner.remove")}
      </Permitted>
      <PartnerDialog opened={asked === "edit"} onClose={close} partner={partner} />
      <ConfirmDialog
        opened={asked === "remove"}
        onClose={close}
        title={t("partner.removeTitle", { name: partner.name })}
        verb={t("partner.remove")}
        destructive
        act={remove}
      >
        {t("partner.removeText")}
      </ConfirmDialog>
    </Group>
  );
}
