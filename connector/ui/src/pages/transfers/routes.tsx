import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";

export const transfersRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/transfers",
    component: lazyRouteComponent(() => import("./TransfersPage"), "TransfersPage"),
  }),
] as const;
