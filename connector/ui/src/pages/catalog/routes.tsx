import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";

export const catalogRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/catalog",
    component: lazyRouteComponent(() => import("./CatalogPage"), "CatalogPage"),
  }),
] as const;
