import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/Links";
import { Page } from "@/components/Page";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("notFound.title")}>
      <Text>{t("notFound.sentence")}</Text>
      <Text mt="md">
        <TextLink to="/">{t("notFound.home")}</TextLink>
      </Text>
    </Page>
  );
}
