import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api, type Schema } from "./client";

/** A policy explained: sentences, tree, who decides each term. It asks only, although it is a POST. */
export function explainedQuery(of: Schema["WhichPolicy"] | null) {
  return queryOptions({
    queryKey: ["policies", "explained", of],
    queryFn: ({ signal }) => {
      if (!of) throw new Error("no policy");
      return answer(api.POST("/api/v1/policies/explain", { body: { of }, signal }));
    },
    enabled: of !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useExplained(of: Schema["WhichPolicy"] | null) {
  return useQuery(explainedQuery(of));
}
