import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import classes from "./PartsNav.module.css";

const PARTS = [
  ["directory", "/partners"],
  ["dataspaces", "/dataspaces"],
  ["identity", "/identity"],
] as const;

/** The three parts of this area. */
export function PartsNav() {
  const { t } = useTranslation("partners");
  return (
    <nav aria-label={t("parts.label")}>
      <ul className={classes.parts}>
        {PARTS.map(([part, to]) => (
          <li key={part}>
            <Link to={to} activeOptions={{ exact: true, includeSearch: false }}>
              {t(`parts.${part}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
