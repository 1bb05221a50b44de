import { Burger, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { goLive } from "@/api/live";
import { queryClient } from "@/api/queries";
import { useSession } from "@/api/session";
import { Loading } from "@/components/Loading";
import { Mark } from "@/design/Mark";
import { AccountMenu } from "./AccountMenu";
import { LiveSign } from "./LiveSign";
import { Navigation } from "./Navigation";
import classes from "./Shell.module.css";
import { ShortcutsDialog, useGoShortcuts } from "./shortcuts";

const NavigationDrawer = lazy(() =>
  import("./NavigationDrawer").then((module) => ({ default: module.NavigationDrawer })),
);

/** What stands around every page: navigation, the connector's name, how the event stream stands, the account. */
export function Shell() {
  const { t } = useTranslation();
  const { connector } = useSession();
  const [open, drawer] = useDisclosure(false);
  const [asked, setAsked] = useState(false);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => goLive(queryClient), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when one has gone somewhere.
  useEffect(() => drawer.close(), [pathname]);
  useGoShortcuts();

  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        {t("shell.skip")}
      </a>
      <header className={classes.header}>
        <Burger
          className={classes.burger}
          size="sm"
          opened={open}
          onClick={() => {
            setAsked(true);
            drawer.toggle();
          }}
          aria-label={t("shell.navigation")}
        />
        <UnstyledButton component="a" href="/" className={classes.brand} aria-label={t("shell.home")}>
          <Mark size={22} />
          <span className={classes.product}>Symbolon</span>
        </UnstyledButton>
        <span className={classes.connector} title={connector.participantId}>
          {connector.name}
        </span>
        <LiveSign />
        <AccountMenu />
      </header>
      <nav className={classes.side} aria-label={t("shell.navigation")}>
        <Navigation />
      </nav>
      {asked && (
        <Suspense>
          <NavigationDrawer title={connector.name} opened={open} onClose={drawer.close} />
        </Suspense>
      )}
      <main id="main" className={classes.main} tabIndex={-1}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
      <ShortcutsDialog />
    </div>
  );
}
