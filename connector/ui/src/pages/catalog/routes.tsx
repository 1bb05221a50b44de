import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";
import { list, oneOf, text } from "@/app/search";
import type { Filters } from "./queries";
import { SORTS } from "./sorts";

type Given = Record<string, unknown>;

/** Which offer, and whom to ask if the partner is in no directory. */
interface Offered {
  offer?: string;
  address?: string;
}

/** How its terms are shown, and which offer stands beside it. */
interface Shown extends Offered {
  read?: "tree" | "json" | "compare";
  beside?: string;
}

const offered = (given: Given): Offered => ({ offer: text(given.offer), address: text(given.address) });

export const catalogRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/catalog",
    validateSearch: (given: Given): Filters => ({
      q: text(given.q),
      partner: list(given.partner),
      type: list(given.type),
      format: list(given.format),
      term: list(given.term),
      qualifies: list(given.qualifies),
      sort: oneOf(given.sort, SORTS),
    }),
    component: lazyRouteComponent(() => import("./CatalogPage"), "CatalogPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/catalog/partners",
    component: lazyRouteComponent(() => import("./KeptPage"), "KeptPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/catalog/ask",
    validateSearch: (given: Given): { id?: string; address?: string } => ({
      id: text(given.id),
      address: text(given.address),
    }),
    component: lazyRouteComponent(() => import("./AskPage"), "AskPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/catalog/$partner/$dataset",
    validateSearch: (given: Given): Shown => ({
      ...offered(given),
      read: oneOf(given.read, ["tree", "json", "compare"]),
      beside: text(given.beside),
    }),
    component: lazyRouteComponent(() => import("./DatasetPage"), "DatasetPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/catalog/$partner/$dataset/propose",
    validateSearch: offered,
    component: lazyRouteComponent(() => import("./ProposePage"), "ProposePage"),
  }),
] as const;
