import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import { Problem } from "@/api/problem";
import { type Column, DataTable } from "@/components/DataTable";
import { Empty } from "@/components/Empty";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { State } from "@/components/State";
import { say } from "@/components/say";
import { When } from "@/components/When";
import { DataspaceName } from "./DataspaceName";

type Request = Schema["CredentialRequest"];

/** What this connector asked issuers for, and how far that got. */
export function CredentialRequests() {
  const { t } = useTranslation("partners");
  const list = useList<Request>(["credential-requests", "list"], (after, signal) =>
    answer(api.GET("/api/v1/credential-requests", { params: { query: { after } }, signal })),
  );
  const columns = useMemo<Column<Request>[]>(
    () => [
      {
        id: "what",
        header: t("requests.what"),
        cell: ({ credentials }) => <strong>{credentials.map(({ type }) => type).join(", ")}</strong>,
      },
      { id: "state", header: t("credentials.state"), cell: (request) => <RequestState request={request} /> },
      { id: "issuer", header: t("credentials.issuer"), cell: ({ issuer }) => <Partner id={issuer} withId /> },
      {
        id: "dataspace",
        header: t("requests.dataspace"),
        cell: ({ dataspace }) => (dataspace ? <DataspaceName id={dataspace} /> : "–"),
      },
      { id: "asked", header: t("requests.asked"), cell: ({ createdAt }) => <When at={createdAt} /> },
      {
        id: "actions",
        header: <span className="visually-hidden">{t("requests.actions")}</span>,
        cell: (request) => over(request) || <Ask request={request} />,
        align: "end",
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("identity.requests")}
      columns={columns}
      rowKey={({ id }) => id}
      empty={<Empty title={t("requests.empty.title")}>{t("requests.empty.text")}</Empty>}
      {...list}
    />
  );
}

export function over({ state }: Request): boolean {
  return state === "ISSUED" || state === "REJECTED";
}

/** How far a request got, and why not further. */
export function RequestState({ request: { state, reason } }: { request: Request }) {
  const { t } = useTranslation("partners");
  return (
    <>
      <State
        state={state}
        word={state === "CREATED" ? t("requests.created") : undefined}
        tone={state === "CREATED" ? "run" : undefined}
      />
      {reason && <div style={{ color: "var(--text-quiet)" }}>{reason}</div>}
    </>
  );
}

function Ask({ request }: { request: Request }) {
  const { t } = useTranslation("partners");
  const client = useQueryClient();
  const asking = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/credential-requests/{id}/refresh", { params: { path: { id: request.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["credential-requests"] }),
    onError: (thrown) => say.refused(Problem.from(thrown)),
  });
  return (
    <Permitted
      permission="administer"
      size="xs"
      variant="default"
      loading={asking.isPending}
      onClick={() => asking.mutate()}
    >
      {t("requests.refresh")}
    </Permitted>
  );
}
