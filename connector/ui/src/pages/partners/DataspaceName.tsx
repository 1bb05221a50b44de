import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { TextLink } from "@/components/Links";

/** All dataspaces that this connector lives in: few. */
export const dataspacesQuery = {
  queryKey: ["dataspaces", "whole"],
  queryFn: ({ signal }: { signal: AbortSignal }) => answer(api.GET("/api/v1/dataspaces", { signal })),
};

/** The name of a dataspace, as a link to it. */
export function DataspaceName({ id }: { id: string }) {
  const { data } = useQuery(dataspacesQuery);
  const known = data?.items.find((each) => each.id === id);
  if (!known) return <span>{id}</span>;
  return (
    <TextLink to="/dataspaces/$id" params={{ id }} inherit>
      {known.name}
    </TextLink>
  );
}
