import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";
import { oneOf, text } from "@/app/search";

export const TABS = ["outbox", "latency", "monitor", "events", "logs", "webhooks"] as const;
export const LEVELS = ["error", "warn", "info", "debug", "trace"] as const;

interface OperationsSearch {
  tab?: (typeof TABS)[number];
  q?: string;
  from?: string;
  until?: string;
  level?: (typeof LEVELS)[number];
}

export const operationsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/operations",
    validateSearch: (given: Record<string, unknown>): OperationsSearch => ({
      tab: oneOf(given.tab, TABS),
      q: text(given.q),
      from: text(given.from),
      until: text(given.until),
      level: oneOf(given.level, LEVELS),
    }),
    component: lazyRouteComponent(() => import("./OperationsPage"), "OperationsPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/operations/sparql",
    validateSearch: (given: Record<string, unknown>): { question?: string } => ({ question: text(given.question) }),
    component: lazyRouteComponent(() => import("./SparqlPage"), "SparqlPage"),
  }),
] as const;
