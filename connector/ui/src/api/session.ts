import { queryOptions, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { ask, setCsrf } from "./client";
import type { Permission, Role, Session, Ways } from "./pending";
import { Problem } from "./problem";

export type { Permission, Role, Session, Ways };

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      const session = await ask<Session>("GET", "/session", { signal });
      setCsrf(session.csrf);
      return session;
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.status === 401) return null;
      throw thrown;
    }
  },
  staleTime: 5 * 60_000,
});

export const waysQuery = queryOptions({
  queryKey: ["session", "ways"],
  queryFn: ({ signal }) => ask<Ways>("GET", "/session/ways", { signal }),
});

/** Who is signed in, on a page that only those see who are. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data) throw new Problem(401, "session.none", "You are not signed in.");
  return data;
}

/** Whether who is signed in may do this; false while that is not known. */
export function usePermitted(permission: Permission): boolean {
  const { data } = useQuery(sessionQuery);
  return data?.permissions.includes(permission) ?? false;
}
