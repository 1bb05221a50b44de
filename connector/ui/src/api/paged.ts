import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keepRows } from "./queries";

/** A slice of a list, as every list of the API answers. */
export interface Slice<T> {
  items: readonly T[];
  next?: string | null;
}

/**
 * A list of the API that is read on as one scrolls. What it returns fits `DataTable`:
 * `const list = useList(["assets", "list"], (after, signal) => answer(api.GET("/api/v1/assets", { params: { query: { after } }, signal })))`.
 */
export function useList<T>(
  queryKey: QueryKey,
  read: (after: string | undefined, signal: AbortSignal) => Promise<Slice<T>>,
  enabled = true,
) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Slice<T>) => last.next ?? undefined,
    enabled,
    ...keepRows,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return {
    rows,
    loading: query.isPending && enabled,
    error: query.error,
    retry: () => void query.refetch(),
    more: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}
