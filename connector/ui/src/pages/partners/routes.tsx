import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";

export const partnersRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/partners",
    component: lazyRouteComponent(() => import("./PartnersPage"), "PartnersPage"),
  }),
] as const;
