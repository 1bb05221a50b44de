import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { UrlTabs } from "@/components/UrlTabs";
import { Credentials } from "./Credentials";
import { Keys } from "./Keys";
import { CredentialOffers } from "./Offers";
import { PartsNav } from "./PartsNav";
import { CredentialRequests } from "./Requests";

export function IdentityPage() {
  const { t } = useTranslation("partners");
  return (
    <Page title={t("identity.title")} description={t("identity.description")}>
      <PartsNav />
      <UrlTabs
        label={t("identity.title")}
        tabs={[
          { value: "keys", label: t("identity.keys"), content: <Keys /> },
          { value: "credentials", label: t("identity.credentials"), content: <Credentials /> },
          { value: "offers", label: t("identity.offers"), content: <CredentialOffers /> },
          { value: "requests", label: t("identity.requests"), content: <CredentialRequests /> },
        ]}
      />
    </Page>
  );
}
