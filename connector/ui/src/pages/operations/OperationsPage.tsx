import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";

export function OperationsPage() {
  const { t } = useTranslation("operations");
  return (
    <Page title={t("title")}>
      <div />
    </Page>
  );
}
