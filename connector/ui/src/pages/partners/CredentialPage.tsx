import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { ConfirmDialog } from "@/components/Dialogs";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { When } from "@/components/When";
import { Validity } from "./Credentials";
import { valueText } from "./reading";

const route = getRouteApi("/app/identity/credentials/$id");

/** One credential of ours. */
export function CredentialPage() {
  const { t } = useTranslation("partners");
  const { id } = route.useParams();
  const held = useQuery({
    queryKey: ["credentials", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/credentials/{id}", { params: { path: { id } }, signal })),
  });
  const crumbs = [
    <TextLink key="identity" to="/identity" search={{ tab: "credentials" }} size="sm">
      {t("identity.credentials")}
    </TextLink>,
  ];
  return (
    <Page
      title={held.data?.type ?? t("credentials.one")}
      crumbs={crumbs}
      actions={held.data && <Forget held={held.data} />}
    >
      {held.isPending && <Loading lines={8} />}
      {held.error && <Refusal problem={held.error} retry={() => void held.refetch()} />}
      {held.data && <Content held={held.data} />}
    </Page>
  );
}

function Content({ held }: { held: Schema["HeldCredential"] }) {
  const { t } = useTranslation("partners");
  return (
    <>
      <Facts
        columns={2}
        facts={[
          [t("credentials.state"), <Validity key="state" held={held} />],
          [t("credentials.issuer"), <Partner key="issuer" id={held.issuer} withId copy />],
          [t("credentials.from"), <When key="from" at={held.validFrom} as="absolute" />],
          [
            t("credentials.until"),
            <When key="until" at={held.validUntil} as="absolute" none={t("credentials.forEver")} />,
          ],
          [t("credentials.received"), <When key="received" at={held.receivedAt} as="absolute" />],
          [t("credentials.format"), held.format],
          ["ID", held.credentialId && <Id key="id" id={held.credentialId} what="ID" />],
          [t("credentials.types"), held.types.join(", ")],
        ]}
      />
      <Section title={t("credentials.says")}>
        <Facts facts={Object.entries(held.subject as object).map(([name, value]) => [name, valueText(value)])} />
      </Section>
      <Section title={t("credentials.raw")}>
        <JsonView value={held} label={held.type} file={`${held.type}.json`} open={1} />
      </Section>
    </>
  );
}

function Forget({ held }: { held: Schema["HeldCredential"] }) {
  const { t } = useTranslation("partners");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const forget = async () => {
    await answer(api.DELETE("/api/v1/credentials/{id}", { params: { path: { id: held.id } } }));
    await navigate({ to: "/identity", search: { tab: "credentials" } });
    client.removeQueries({ queryKey: ["credentials", held.id] });
    await client.invalidateQueries({ queryKey: ["credentials"] });
  };
  return (
    <>
      <Permitted permission="administer" variant="default" onClick={() => setAsked(true)}>
        {t("credentials.forget")}
      </Permitted>
      <ConfirmDialog
        opened={asked}
        onClose={() => setAsked(false)}
        title={t("credentials.forgetTitle", { type: held.type })}
        verb={t("credentials.forget")}
        destructive
        act={forget}
      >
        {t("credentials.forgetText")}
      </ConfirmDialog>
    </>
  );
}
