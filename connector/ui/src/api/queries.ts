import { keepPreviousData, QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

/**
 * Query keys begin with the noun of the API in plural, as in the path: `["negotiations", "list", filters]`,
 * `["negotiations", pid]`, `["negotiations", pid, "messages"]`. `live.ts` invalidates by that first word.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The event stream says when something changed; what is shown needs no second look before that.
      staleTime: 30_000,
      refetchOnWindowFocus: true,
      retry: (failures, thrown) => failures < 2 && worthRetrying(Problem.from(thrown)),
      throwOnError: false,
    },
    mutations: { retry: false },
  },
});

function worthRetrying({ status }: Problem): boolean {
  return status === 0 || status === 502 || status === 503 || status === 504;
}

/** For lists whose filters change: the old rows stay until the new ones are there. */
export const keepRows = { placeholderData: keepPreviousData } as const;
