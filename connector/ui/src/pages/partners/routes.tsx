import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";
import { oneOf, text } from "@/app/search";

export const IDENTITY_TABS = ["keys", "credentials", "offers", "requests"] as const;
export const DATASPACE_TABS = ["trust", "members", "invitations", "issued"] as const;

export const partnersRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/partners",
    validateSearch: (given: Record<string, unknown>): { q?: string } => ({ q: text(given.q) }),
    component: lazyRouteComponent(() => import("./PartnersPage"), "PartnersPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/partners/$id",
    component: lazyRouteComponent(() => import("./PartnerPage"), "PartnerPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/identity",
    validateSearch: (given: Record<string, unknown>): { tab?: (typeof IDENTITY_TABS)[number] } => ({
      tab: oneOf(given.tab, IDENTITY_TABS),
    }),
    component: lazyRouteComponent(() => import("./IdentityPage"), "IdentityPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/identity/credentials/$id",
    component: lazyRouteComponent(() => import("./CredentialPage"), "CredentialPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/dataspaces",
    component: lazyRouteComponent(() => import("./DataspacesPage"), "DataspacesPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/dataspaces/$id",
    validateSearch: (given: Record<string, unknown>): { tab?: (typeof DATASPACE_TABS)[number] } => ({
      tab: oneOf(given.tab, DATASPACE_TABS),
    }),
    component: lazyRouteComponent(() => import("./DataspacePage"), "DataspacePage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/join",
    component: lazyRouteComponent(() => import("./JoinPage"), "JoinPage"),
  }),
] as const;
