import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Where something will be: as many lines as it will have, so that nothing jumps. */
export function Loading({ lines = 6, height = 18 }: { lines?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-busy="true">
      <span className="visually-hidden">{t("loading")}</span>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={height} width={`${90 - ((line * 37) % 45)}%`} radius="sm" />
      ))}
    </Stack>
  );
}
