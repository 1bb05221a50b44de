import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";
import { count, oneOf, text } from "@/app/search";
import { BOXES, type Box } from "./boxes";

type Given = Record<string, unknown>;

interface Listed {
  box?: Box;
  q?: string;
  partner?: string;
}

interface Shown {
  /** Numbers of the terms that are laid side by side. */
  before?: number;
  after?: number;
  read?: "tree" | "json";
}

export const negotiationsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/negotiations",
    validateSearch: (given: Given): Listed => ({
      box: oneOf(given.box, BOXES),
      q: text(given.q),
      partner: text(given.partner),
    }),
    component: lazyRouteComponent(() => import("./NegotiationsPage"), "NegotiationsPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/negotiations/$pid",
    validateSearch: (given: Given): Shown => ({
      before: count(given.before),
      after: count(given.after),
      read: oneOf(given.read, ["tree", "json"]),
    }),
    component: lazyRouteComponent(() => import("./NegotiationPage"), "NegotiationPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/negotiations/$pid/other-terms",
    component: lazyRouteComponent(() => import("./OtherTermsPage"), "OtherTermsPage"),
  }),
] as const;
