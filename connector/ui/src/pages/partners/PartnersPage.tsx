import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";

export function PartnersPage() {
  const { t } = useTranslation("partners");
  return (
    <Page title={t("title")}>
      <div />
    </Page>
  );
}
