import { Button, Stack } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { spaced } from "@/policy/words";
import { FACETS } from "./pending";
import { countQuery, type Filters } from "./queries";

/** Nothing fits: which filter to let go, and what that would find. */
export function NothingFound({ filters, set }: { filters: Filters; set: (next: Partial<Filters>) => void }) {
  const { t } = useTranslation("catalog");
  const given = [...(filters.q ? (["q"] as const) : []), ...FACETS.filter((name) => filters[name])];
  const counts = useQueries({ queries: given.map((name) => countQuery({ ...filters, [name]: undefined })) });
  if (given.length === 0) return <Empty title={t("none.title")}>{t("none.text")}</Empty>;
  const words = (name: (typeof given)[number]) => {
    if (name === "q") return `“${filters.q}”`;
    const values = filters[name]?.map((one) => (name === "qualifies" ? t(`qualifies.${one as "yes"}`) : spaced(one)));
    return `${t(`facets.${name}`)}: ${values?.join(", ")}`;
  };
  const choices = given.map((name, index) => ({ name, count: counts[index]?.data }));
  const useful = choices.filter(({ count }) => count !== 0);
  return (
    <Empty title={t("nothing.title")}>
      <Stack gap="sm" align="flex-start">
        <span>{useful.length > 0 ? t("nothing.relax") : t("nothing.all")}</span>
        {useful.map(({ name, count }) => (
          <Button key={name} variant="default" size="xs" onClick={() => set({ [name]: undefined })}>
            {t("nothing.without", { what: words(name) })}
            {count !== undefined && ` (${count})`}
          </Button>
        ))}
        {given.length > 1 && (
          <Button
            variant="subtle"
            size="xs"
            onClick={() => set({ q: undefined, ...Object.fromEntries(FACETS.map((name) => [name, undefined])) })}
          >
            {t("clear")}
          </Button>
        )}
      </Stack>
    </Empty>
  );
}
