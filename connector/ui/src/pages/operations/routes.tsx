import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";

export const operationsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/operations",
    component: lazyRouteComponent(() => import("./OperationsPage"), "OperationsPage"),
  }),
] as const;
