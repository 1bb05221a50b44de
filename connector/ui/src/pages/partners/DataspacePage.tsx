import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { ConfirmDialog } from "@/components/Dialogs";
import { TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { UrlTabs } from "@/components/UrlTabs";
import { Invitations } from "./Invitations";
import { Issued } from "./Issued";
import { Members } from "./Members";
import { Trust } from "./Trust";

const route = getRouteApi("/app/dataspaces/$id");

export function DataspacePage() {
  const { t } = useTranslation("partners");
  const { id } = route.useParams();
  const dataspace = useQuery({
    queryKey: ["dataspaces", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/dataspaces/{id}", { params: { path: { id } }, signal })),
  });
  const crumbs = [
    <TextLink key="all" to="/dataspaces" size="sm">
      {t("dataspaces.title")}
    </TextLink>,
  ];
  const { data } = dataspace;
  return (
    <Page
      title={data?.name ?? t("dataspaces.one")}
      description={data && (data.issuing ? t("dataspaces.weIssue") : t("dataspaces.weBelong"))}
      crumbs={crumbs}
      actions={data && <Leave dataspace={data} />}
    >
      {dataspace.isPending && <Loading lines={8} />}
      {dataspace.error && <Refusal problem={dataspace.error} retry={() => void dataspace.refetch()} />}
      {data && !data.issuing && <Trust dataspace={data} />}
      {data?.issuing && (
        <UrlTabs
          label={data.name}
          tabs={[
            { value: "trust", label: t("dataspaces.trust"), content: <Trust dataspace={data} /> },
            { value: "members", label: t("members.title"), content: <Members dataspace={data} /> },
            { value: "invitations", label: t("invitations.title"), content: <Invitations dataspace={id} /> },
            { value: "issued", label: t("issued.title"), content: <Issued dataspace={id} /> },
          ]}
        />
      )}
    </Page>
  );
}

function Leave({ dataspace }: { dataspace: Schema["Dataspace"] }) {
  const { t } = useTranslation("partners");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const leave = async () => {
    await answer(api.DELETE("/api/v1/dataspaces/{id}", { params: { path: { id: dataspace.id } } }));
    await navigate({ to: "/dataspaces" });
    client.removeQueries({ queryKey: ["dataspaces", dataspace.id] });
    await client.invalidateQueries({ queryKey: ["dataspaces"] });
  };
  return (
    <>
      <Permitted permission="administer" variant="default" onClick={() => setAsked(true)}>
        {t("dataspaces.leave")}
      </Permitted>
      <ConfirmDialog
        opened={asked}
        onClose={() => setAsked(false)}
        title={t("dataspaces.leaveTitle", { name: dataspace.name })}
        verb={t("dataspaces.leave")}
        destructive
        act={leave}
      >
        {t("dataspaces.leaveText")}
      </ConfirmDialog>
    </>
  );
}
