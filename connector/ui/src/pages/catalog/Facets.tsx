import { useTranslation } from "react-i18next";
import { FacetList } from "@/components/FacetList";
import { spaced } from "@/policy/words";
import { FACETS, type FacetName, type FacetValue } from "./pending";

interface FacetsProps {
  facets: Record<FacetName, FacetValue[]>;
  chosen: { [name in FacetName]?: string[] };
  onChange: (name: FacetName, values: string[] | undefined) => void;
}

/** What a search can be narrowed by; would I qualify first. */
export function Facets({ facets, chosen, onChange }: FacetsProps) {
  const { t } = useTranslation("catalog");
  const order: FacetName[] = ["qualifies", ...FACETS.filter((name) => name !== "qualifies")];
  const labelled = (name: FacetName) =>
    facets[name].map((facet) => {
      if (name === "qualifies") return { ...facet, label: t(`qualifies.${facet.value as "yes"}`) };
      return name === "term" ? { ...facet, label: spaced(facet.label) } : facet;
    });
  return order.map((name) => (
    <FacetList
      key={name}
      title={t(`facets.${name}`)}
      facets={labelled(name)}
      chosen={chosen[name] ?? []}
      onChange={(values) => onChange(name, values)}
    />
  ));
}
