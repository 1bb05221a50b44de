import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { Copy } from "./Copy";
import { shortened } from "./Id";
import classes from "./Partner.module.css";

/** Names of partners by id. Read once, and again when the directory changes. */
export function usePartnerNames(): ReadonlyMap<string, string> {
  const { data } = useQuery({
    queryKey: ["partners", "names"],
    queryFn: async ({ signal }) => {
      const names = new Map<string, string>();
      let after: string | undefined;
      do {
        const query = { limit: 1000, after };
        const page = await answer(api.GET("/api/v1/partners", { params: { query }, signal }));
        for (const { id, name } of page.items) names.set(id, name);
        after = page.next ?? undefined;
      } while (after && names.size < MOST_NAMES);
      return names;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? NOBODY;
}

const NOBODY: ReadonlyMap<string, string> = new Map();
/** Beyond that the rest is shown by id. */
const MOST_NAMES = 20_000;

interface PartnerProps {
  id: string;
  /** Where the answer of the API has it; otherwise it is looked up in the directory. */
  name?: string | null;
  /** The id in a second line. */
  withId?: boolean;
  copy?: boolean;
}

/** A partner: the name that the directory has, and the id, shortened. */
export function Partner({ id, name, withId = false, copy = false }: PartnerProps) {
  const names = usePartnerNames();
  const known = name ?? names.get(id);
  return (
    <span className={classes.partner} title={id}>
      <span className={known ? undefined : classes.id}>{known ?? shortened(id)}</span>
      {known && withId && <span className={classes.id}>{shortened(id)}</span>}
      {copy && <Copy text={id} what="participant id" />}
    </span>
  );
}
