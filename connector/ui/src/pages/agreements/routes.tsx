import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";
import { flag, oneOf, text } from "@/app/search";
import { ROLES, STATES } from "./agreement";

export const TABS = ["terms", "use", "proof", "rdf"] as const;
export const FORMS = ["graph", "statements", "turtle", "nquads", "trig"] as const;

interface ListSearch {
  q?: string;
  state?: (typeof STATES)[number];
  role?: (typeof ROLES)[number];
  partner?: string;
}

interface OneSearch {
  tab?: (typeof TABS)[number];
  form?: (typeof FORMS)[number];
  /** Of the RDF: also what was not signed. */
  all?: true;
}

export const agreementsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/agreements",
    validateSearch: (given: Record<string, unknown>): ListSearch => ({
      q: text(given.q),
      state: oneOf(given.state, STATES),
      role: oneOf(given.role, ROLES),
      partner: text(given.partner),
    }),
    component: lazyRouteComponent(() => import("./AgreementsPage"), "AgreementsPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/agreements/$id",
    validateSearch: (given: Record<string, unknown>): OneSearch => ({
      tab: oneOf(given.tab, TABS),
      form: oneOf(given.form, FORMS),
      all: flag(given.all),
    }),
    component: lazyRouteComponent(() => import("./AgreementPage"), "AgreementPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/agreements/$id/review",
    component: lazyRouteComponent(() => import("./ReviewPage"), "ReviewPage"),
  }),
] as const;
