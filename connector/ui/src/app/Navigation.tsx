import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { AREAS, within } from "./areas";
import classes from "./Navigation.module.css";

export function Navigation() {
  const { t } = useTranslation();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const groups = Map.groupBy(AREAS, ({ group }) => group);
  return (
    <ul className={classes.groups}>
      {[...groups].map(([group, areas]) => (
        <li key={group}>
          <ul className={classes.group}>
            {areas.map(({ area, to, icon: Icon }) => (
              <li key={area}>
                <Link
                  to={to}
                  className={classes.link}
                  activeOptions={{ exact: to === "/", includeSearch: false }}
                  aria-current={within(area, pathname) ? "page" : undefined}
                >
                  <Icon size={18} stroke={1.6} aria-hidden="true" />
                  {t(`areas.${area}`)}
                </Link>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
