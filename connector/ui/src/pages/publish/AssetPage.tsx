import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { ConfirmDialog } from "@/components/Dialogs";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { say } from "@/components/say";
import { When } from "@/components/When";
import { assetName, sourceLine } from "./names";

const route = getRouteApi("/app/publish/assets/$id");

/** What we have: what partners read of it, what only policies know, and where it comes from. */
export function AssetPage() {
  const { t } = useTranslation("publish");
  const { id } = route.useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const asset = useQuery({
    queryKey: ["assets", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/assets/{id}", { params: { path: { id } }, signal })),
  });
  const remove = async () => {
    await answer(api.DELETE("/api/v1/assets/{id}", { params: { path: { id } } }));
    say.done(t("asset.removed", { id }));
    await navigate({ to: "/publish", search: { tab: "assets" } });
    await client.invalidateQueries({ queryKey: ["assets"] });
  };
  const crumbs = [
    <TextLink key="publish" to="/publish" search={{ tab: "assets" }}>
      {t("assets.title")}
    </TextLink>,
  ];
  const actions = (
    <Permitted permission="administer" variant="default" onClick={() => setRemoving(true)}>
      {t("asset.withdraw")}
    </Permitted>
  );
  const found = asset.data;
  return (
    <Page title={found ? assetName(found) : id} crumbs={crumbs} actions={actions}>
      {asset.error && <Refusal problem={asset.error} retry={() => void asset.refetch()} />}
      {asset.isPending && <Loading lines={6} />}
      {found && (
        <>
          <Facts
            columns={2}
            facts={[
              [t("asset.id"), <Id key="id" id={found.id} whole />],
              [t("asset.source"), <code key="source">{sourceLine(found.source)}</code>],
              [t("asset.formats"), found.formats.join(", ")],
              [t("asset.pathFacts"), found.pathFacts && <code>{found.pathFacts}</code>],
              [t("asset.created"), <When key="created" at={found.createdAt} as="absolute" />],
              [t("asset.updated"), <When key="updated" at={found.updatedAt} />],
            ]}
          />
          <Section title={t("asset.properties")}>
            <JsonView value={found.properties} label={t("asset.properties")} />
          </Section>
          {Object.keys(found.privateProperties).length > 0 && (
            <Section title={t("asset.private")}>
              <JsonView value={found.privateProperties} label={t("asset.private")} />
            </Section>
          )}
          {found.origins.length > 0 && (
            <Section title={t("asset.origins")}>
              <ul>
                {found.origins.map((agreement) => (
                  <li key={agreement}>
                    <Id id={agreement} whole />
                  </li>
                ))}
              </ul>
            </Section>
          )}
        </>
      )}
      <ConfirmDialog
        opened={removing}
        onClose={() => setRemoving(false)}
        title={t("asset.withdrawTitle", { id })}
        verb={t("asset.withdraw")}
        destructive
        act={remove}
      >
        {t("asset.withdrawText")}
      </ConfirmDialog>
    </Page>
  );
}
