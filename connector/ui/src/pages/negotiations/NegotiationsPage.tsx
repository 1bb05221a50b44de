import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";

export function NegotiationsPage() {
  const { t } = useTranslation("negotiations");
  return (
    <Page title={t("title")}>
      <div />
    </Page>
  );
}
