import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/app/root";
import { flag, oneOf, text } from "@/app/search";
import { BOXES, type Box } from "./pending";

export const TABS = ["messages", "decisions", "raw"] as const;

interface ListSearch {
  box?: Box;
  q?: string;
  role?: "consumer" | "provider";
  /** The dialog for a new one is open. */
  new?: true;
}

export const transfersRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/transfers",
    validateSearch: (given: Record<string, unknown>): ListSearch => ({
      box: oneOf(given.box, BOXES),
      q: text(given.q),
      role: oneOf(given.role, ["consumer", "provider"]),
      new: flag(given.new),
    }),
    component: lazyRouteComponent(() => import("./TransfersPage"), "TransfersPage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/transfers/$pid",
    validateSearch: (given: Record<string, unknown>): { tab?: (typeof TABS)[number] } => ({
      tab: oneOf(given.tab, TABS),
    }),
    component: lazyRouteComponent(() => import("./TransferPage"), "TransferPage"),
  }),
] as const;
