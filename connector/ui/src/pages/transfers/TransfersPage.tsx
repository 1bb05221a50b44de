import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";

export function TransfersPage() {
  const { t } = useTranslation("transfers");
  return (
    <Page title={t("title")}>
      <div />
    </Page>
  );
}
