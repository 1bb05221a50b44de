import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";
import { oneOf } from "@/app/search";

/** How far back traffic is shown, in hours. */
export const SPANS = ["24", "168", "720"] as const;
export type Span = (typeof SPANS)[number];

export const homeRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/",
    validateSearch: (given: Record<string, unknown>): { hours?: Span } => ({ hours: oneOf(given.hours, SPANS) }),
    component: lazyRouteComponent(() => import("./HomePage"), "HomePage"),
  }),
] as const;
