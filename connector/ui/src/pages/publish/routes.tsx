import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";

export const publishRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/publish",
    component: lazyRouteComponent(() => import("./PublishPage"), "PublishPage"),
  }),
] as const;
