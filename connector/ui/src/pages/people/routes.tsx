import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute, publicRoute, returnPath } from "@/app/root";
import { text } from "@/app/search";

/** Before one is signed in. */
export const strangersRoutes = [
  createRoute({
    getParentRoute: () => publicRoute,
    path: "/sign-in",
    validateSearch: (given: Record<string, unknown>): { return?: string; error?: string } => ({
      return: returnPath(given.return),
      error: text(given.error),
    }),
    component: lazyRouteComponent(() => import("./SignInPage"), "SignInPage"),
  }),
  createRoute({
    getParentRoute: () => publicRoute,
    path: "/welcome",
    component: lazyRouteComponent(() => import("./WelcomePage"), "WelcomePage"),
  }),
] as const;

export const peopleRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: "/profile",
    component: lazyRouteComponent(() => import("./ProfilePage"), "ProfilePage"),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: "/users",
    component: lazyRouteComponent(() => import("./UsersPage"), "UsersPage"),
  }),
] as const;
