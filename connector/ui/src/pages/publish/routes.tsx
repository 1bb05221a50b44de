import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";
import { oneOf, text } from "@/app/search";

export const TABS = ["offers", "assets", "policies", "preview"] as const;

export const publishRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/publish",
    validateSearch: (given: Record<string, unknown>): { tab?: (typeof TABS)[number]; partner?: string } => ({
      tab: oneOf(given.tab, TABS),
      partner: text(given.partner),
    }),
    component: lazyRouteComponent(() => import("./PublishPage"), "PublishPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/publish/new",
    component: lazyRouteComponent(() => import("./NewPublicationPage"), "NewPublicationPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/publish/offers/$id",
    component: lazyRouteComponent(() => import("./OfferPage"), "OfferPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/publish/assets/$id",
    component: lazyRouteComponent(() => import("./AssetPage"), "AssetPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/publish/policies/$id",
    component: lazyRouteComponent(() => import("./PolicyPage"), "PolicyPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/publish/workbench",
    validateSearch: (given: Record<string, unknown>): { policy?: string } => ({ policy: text(given.policy) }),
    component: lazyRouteComponent(() => import("./WorkbenchPage"), "WorkbenchPage"),
  }),
] as const;
