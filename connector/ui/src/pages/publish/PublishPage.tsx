import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";

export function PublishPage() {
  const { t } = useTranslation("publish");
  return (
    <Page title={t("title")}>
      <div />
    </Page>
  );
}
