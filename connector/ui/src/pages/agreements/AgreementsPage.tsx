import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";

export function AgreementsPage() {
  const { t } = useTranslation("agreements");
  return (
    <Page title={t("title")}>
      <div />
    </Page>
  );
}
