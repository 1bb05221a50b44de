import { createRouter } from "@tanstack/react-router";
import { setOnSignedOut } from "@/api/client";
import { queryClient } from "@/api/queries";
import { sessionQuery } from "@/api/session";
import { Loading } from "@/components/Loading";
import { agreementsRoutes } from "@/pages/agreements/routes";
import { catalogRoutes } from "@/pages/catalog/routes";
import { homeRoutes } from "@/pages/home/routes";
import { negotiationsRoutes } from "@/pages/negotiations/routes";
import { operationsRoutes } from "@/pages/operations/routes";
import { partnersRoutes } from "@/pages/partners/routes";
import { peopleRoutes, strangersRoutes } from "@/pages/people/routes";
import { publishRoutes } from "@/pages/publish/routes";
import { transfersRoutes } from "@/pages/transfers/routes";
import { Broken } from "./Broken";
import { appRoute, nowhereRoute, publicRoute, rootRoute } from "./root";
import { parseSearch, stringifySearch } from "./search";

const tree = rootRoute.addChildren([
  publicRoute.addChildren([...strangersRoutes]),
  appRoute.addChildren([
    ...homeRoutes,
    ...catalogRoutes,
    ...negotiationsRoutes,
    ...agreementsRoutes,
    ...transfersRoutes,
    ...publishRoutes,
    ...partnersRoutes,
    ...operationsRoutes,
    ...peopleRoutes,
    nowhereRoute,
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingComponent: Loading,
  defaultPendingMs: 300,
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

setOnSignedOut(() => {
  const { pathname, href } = router.state.location;
  queryClient.setQueryData(sessionQuery.queryKey, null);
  if (pathname === "/sign-in" || pathname === "/welcome") return;
  void router.navigate({ to: "/sign-in", search: { return: href === "/" ? undefined : href } });
});
