import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { Section } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { When } from "@/components/When";
import { scopeWords, short } from "./reading";

/** Whom a dataspace believes, what it demands and presents, and by which rules its policies are written. */
export function Trust({ dataspace }: { dataspace: Schema["Dataspace"] }) {
  const { t } = useTranslation("partners");
  const { issuers, requiredScopes, presentedScopes, profile, directory, claims, issuing } = dataspace;
  const columns = useMemo<Column<Schema["TrustedIssuer"]>[]>(
    () => [
      { id: "issuer", header: t("credentials.issuer"), cell: ({ did }) => <Partner id={did} withId copy /> },
      { id: "types", header: t("trust.about"), cell: ({ types }) => types?.join(", ") ?? t("trust.anything") },
    ],
    [t],
  );
  return (
    <>
      <Facts
        facts={[
          [t("dataspaces.id"), <Id key="id" id={dataspace.id} what={t("dataspaces.id")} />],
          [t("dataspaces.demands"), <Scopes key="demands" scopes={requiredScopes} none={t("trust.demandsNothing")} />],
          [t("trust.presents"), <Scopes key="presents" scopes={presentedScopes} none={t("dataspaces.nothing")} />],
          [
            t("dataspaces.profile"),
            profile ? <Id key="profile" id={profile} what={t("dataspaces.profile")} /> : t("trust.noProfile"),
          ],
          [t("trust.directory"), directory],
          [t("trust.admission"), issuing && t(`trust.admissions.${issuing.admission}`)],
          [t("trust.issues"), issuing?.types.map(({ type }) => type).join(", ")],
          [
            t("trust.claims"),
            claims.length > 0 &&
              claims.map(({ type, member, operand }) => `${type} › ${member} → ${short(operand)}`).join("; "),
          ],
          [t("dataspaces.since"), <When key="since" at={dataspace.createdAt} as="brief" />],
        ]}
      />
      <Section title={t("trust.title")}>
        <DataTable
          label={t("trust.title")}
          columns={columns}
          rows={issuers}
          rowKey={({ did }) => did}
          empty={<p>{t("trust.nobody")}</p>}
        />
      </Section>
      <Section title={t("trust.raw")}>
        <JsonView value={dataspace} label={dataspace.name} file={`${dataspace.id}.json`} open={1} />
      </Section>
    </>
  );
}

function Scopes({ scopes, none }: { scopes: readonly string[]; none: string }) {
  if (scopes.length === 0) return none;
  return scopes.map((scope, at) => (
    <span key={scope} title={scope}>
      {at > 0 && ", "}
      {scopeWords(scope)}
    </span>
  ));
}
