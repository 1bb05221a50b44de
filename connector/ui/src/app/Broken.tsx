import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { Page } from "@/components/Page";
import { Refusal } from "@/components/Refusal";

/** Instead of a page that could not be shown. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  const retry = () => {
    queries.reset();
    reset();
    void router.invalidate();
  };
  return (
    <Page title={t("broken.title")}>
      <Refusal problem={Problem.from(error)} retry={retry} />
    </Page>
  );
}
