import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";

export function CatalogPage() {
  const { t } = useTranslation("catalog");
  return (
    <Page title={t("title")}>
      <div />
    </Page>
  );
}
