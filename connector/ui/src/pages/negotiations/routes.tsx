import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";

export const negotiationsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/negotiations",
    component: lazyRouteComponent(() => import("./NegotiationsPage"), "NegotiationsPage"),
  }),
] as const;
