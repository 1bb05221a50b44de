import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { queryClient } from "@/api/queries";
import { sessionQuery } from "@/api/session";
import { Broken } from "./Broken";
import { Shell } from "./Shell";
import { text } from "./search";

export const rootRoute = createRootRoute({ component: Outlet, errorComponent: Broken });

/** Pages that anybody sees: sign-in and welcome. */
export const publicRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "public",
  component: lazyRouteComponent(() => import("./PublicFrame"), "PublicFrame"),
});

/** Pages that need a session, in the shell. Every area hangs its routes under this one. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session) return;
    const from = location.href === "/" ? undefined : location.href;
    throw redirect({ to: "/sign-in", search: { return: from } });
  },
  component: Shell,
  errorComponent: Broken,
});

export const nowhereRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "$",
  component: lazyRouteComponent(() => import("./NotFound"), "NotFound"),
});

/** Where sign-in leads back to: only into this application. */
export function returnPath(given: unknown): string | undefined {
  const path = text(given);
  return path?.startsWith("/") && !path.startsWith("//") && !path.includes("\\") ? path : undefined;
}
