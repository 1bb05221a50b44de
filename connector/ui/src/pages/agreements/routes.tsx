import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";

export const agreementsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/agreements",
    component: lazyRouteComponent(() => import("./AgreementsPage"), "AgreementsPage"),
  }),
] as const;
