import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./FacetList.module.css";

export interface Facet {
  value: string;
  label: string;
  count: number;
}

interface FacetListProps {
  /** What is narrowed: "Format". */
  title: string;
  facets: readonly Facet[];
  chosen: readonly string[];
  onChange: (chosen: string[] | undefined) => void;
  /** How many are shown at first. */
  most?: number;
}

/** The values of one facet with how many there are of each. What is chosen stays visible, also with none. */
export function FacetList({ title, facets, chosen, onChange, most = 8 }: FacetListProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const missing = chosen.filter((value) => !facets.some((facet) => facet.value === value));
  const known = [...facets, ...missing.map((value) => ({ value, label: value, count: 0 }))];
  if (known.length === 0) return null;
  const shown = all ? known : known.filter(({ value }, index) => index < most || chosen.includes(value));
  const toggle = (value: string) => {
    const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
    onChange(next.length > 0 ? next : undefined);
  };
  return (
    <fieldset className={classes.facet}>
      <legend>{title}</legend>
      {shown.map(({ value, label, count }) => (
        <div key={value} className={classes.line}>
          <Checkbox size="xs" label={label} checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span className={classes.count}>{count}</span>
        </div>
      ))}
      {known.length > shown.length && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>
          {t("facets.more", { count: known.length - shown.length })}
        </button>
      )}
    </fieldset>
  );
}
