import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useExplained } from "@/api/explained";
import { ConfirmDialog } from "@/components/Dialogs";
import { Facts } from "@/components/Facts";
import { ButtonLink, TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { say } from "@/components/say";
import { When } from "@/components/When";
import { Applies } from "./Applies";

const route = getRouteApi("/app/publish/offers/$id");

/** An offer: what it covers, who sees it, under which terms, and which steps wait for a person. */
export function OfferPage() {
  const { t } = useTranslation("publish");
  const { id } = route.useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const offer = useQuery({
    queryKey: ["offers", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/offers/{id}", { params: { path: { id } }, signal })),
  });
  const found = offer.data;
  const usage = useExplained(found ? { id: found.usagePolicy } : null);
  const access = useExplained(found ? { id: found.accessPolicy } : null);
  const remove = async () => {
    await answer(api.DELETE("/api/v1/offers/{id}", { params: { path: { id } } }));
    say.done(t("offer.removed", { id }));
    await navigate({ to: "/publish" });
    await client.invalidateQueries({ queryKey: ["offers"] });
  };
  const crumbs = [
    <TextLink key="publish" to="/publish">
      {t("title")}
    </TextLink>,
  ];
  const actions = (
    <>
      <Permitted permission="administer" variant="default" onClick={() => setRemoving(true)}>
        {t("offer.withdraw")}
      </Permitted>
      <ButtonLink to="/publish" search={{ tab: "preview" }}>
        {t("offer.preview")}
      </ButtonLink>
    </>
  );
  return (
    <Page title={id} crumbs={crumbs} actions={actions}>
      {offer.error && <Refusal problem={offer.error} retry={() => void offer.refetch()} />}
      {offer.isPending && <Loading lines={6} />}
      {found && (
        <>
          <Facts
            columns={2}
            facts={[
              [t("offers.assets"), <Applies key="assets" selector={found.assets} links />],
              [t("offers.dataspace"), found.dataspace ?? t("offers.outside")],
              [t("automation.steps.answer"), t(`automation.${found.automation.answer ?? "auto"}`)],
              [t("automation.steps.finalize"), t(`automation.${found.automation.finalize ?? "auto"}`)],
              [t("automation.steps.transfer"), t(`automation.${found.automation.transfer ?? "auto"}`)],
              [t("asset.updated"), <When key="updated" at={found.updatedAt} />],
            ]}
          />
          <Section title={t("new.access")} actions={<PolicyLink id={found.accessPolicy} />}>
            {access.error && <Refusal problem={access.error} compact />}
            {access.data ? <PolicyWords terms={access.data} explained={access.data} /> : <Loading lines={2} />}
          </Section>
          <Section title={t("new.usage")} actions={<PolicyLink id={found.usagePolicy} />}>
            <PolicyWords terms={found.terms} explained={usage.data} />
          </Section>
        </>
      )}
      <ConfirmDialog
        opened={removing}
        onClose={() => setRemoving(false)}
        title={t("offer.withdrawTitle", { id })}
        verb={t("offer.withdraw")}
        destructive
        act={remove}
      >
        {t("offer.withdrawText")}
      </ConfirmDialog>
    </Page>
  );
}

function PolicyLink({ id }: { id: string }) {
  return (
    <TextLink to="/publish/policies/$id" params={{ id }}>
      {id}
    </TextLink>
  );
}
