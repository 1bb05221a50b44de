import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useExplained } from "@/api/explained";
import { CodeBlock } from "@/components/CodeBlock";
import { ConfirmDialog } from "@/components/Dialogs";
import { Id } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { ButtonLink, TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { PolicyTree } from "@/components/PolicyTree";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { say } from "@/components/say";
import { UrlTabs } from "@/components/UrlTabs";
import { Findings } from "./Findings";

const route = getRouteApi("/app/publish/policies/$id");

/** A stored policy: in sentences, as a tree, as it was written. */
export function PolicyPage() {
  const { t } = useTranslation(["publish", "app"]);
  const { id } = route.useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const policy = useQuery({
    queryKey: ["policies", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/policies/{id}", { params: { path: { id } }, signal })),
  });
  const explained = useExplained({ id });
  const remove = async () => {
    await answer(api.DELETE("/api/v1/policies/{id}", { params: { path: { id } } }));
    say.done(t("policy.removed", { id }));
    await navigate({ to: "/publish", search: { tab: "policies" } });
    await client.invalidateQueries({ queryKey: ["policies"] });
  };
  const actions = (
    <>
      <Permitted permission="administer" variant="default" onClick={() => setRemoving(true)}>
        {t("remove")}
      </Permitted>
      <ButtonLink to="/publish/workbench" search={{ policy: id }}>
        {t("policy.try")}
      </ButtonLink>
    </>
  );
  const crumbs = [
    <TextLink key="publish" to="/publish" search={{ tab: "policies" }}>
      {t("policies.title")}
    </TextLink>,
  ];
  return (
    <Page title={<Id id={id} whole />} documentTitle={id} crumbs={crumbs} actions={actions}>
      {policy.error && <Refusal problem={policy.error} retry={() => void policy.refetch()} />}
      {policy.isPending && <Loading lines={6} />}
      {policy.data && (
        <UrlTabs
          label={t("policy.views")}
          tabs={[
            {
              value: "words",
              label: t("policy.words"),
              content: (
                <>
                  <PolicyWords terms={policy.data.terms} explained={explained.data} />
                  <Findings findings={explained.data?.findings ?? []} />
                </>
              ),
            },
            {
              value: "tree",
              label: t("policy.tree"),
              content: explained.data && <PolicyTree explained={explained.data} />,
            },
            {
              value: "json",
              label: "JSON-LD",
              content: <JsonView value={policy.data.policy} label={id} file={`${id}.json`} />,
            },
            {
              value: "turtle",
              label: "Turtle",
              content: <CodeBlock text={explained.data?.turtle ?? ""} label={id} file={`${id}.ttl`} />,
            },
          ]}
        />
      )}
      <ConfirmDialog
        opened={removing}
        onClose={() => setRemoving(false)}
        title={t("policy.removeTitle", { id })}
        verb={t("remove")}
        destructive
        act={remove}
      >
        {t("policy.removeText")}
      </ConfirmDialog>
    </Page>
  );
}
