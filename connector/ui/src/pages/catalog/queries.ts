import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api, ask } from "@/api/client";
import { keepRows } from "@/api/queries";
import { asFound } from "./document";
import type { CatalogFound, FacetName, KeptCatalog, KeptDataset } from "./pending";
import type { Sort } from "./sorts";

export type Filters = { q?: string; sort?: Sort } & { [name in FacetName]?: string[] };

/** Datasets that are asked for at once. */
export const SLICE = 100;

/** One slice of what a search finds; the first one is also what tells how many there are. */
export function searchQuery(filters: Filters, slice: number) {
  const query = { ...filters, offset: slice * SLICE, limit: SLICE };
  return queryOptions({
    queryKey: ["catalogs", "search", filters, slice],
    queryFn: ({ signal }) => ask<CatalogFound>("GET", "/catalogs/search", { query, signal }),
  });
}

export function useFound(filters: Filters) {
  return useQuery({ ...searchQuery(filters, 0), ...keepRows });
}

/** How many a search would find. */
export function countQuery(filters: Filters) {
  const query = { ...filters, limit: 1 };
  return queryOptions({
    queryKey: ["catalogs", "count", filters],
    queryFn: async ({ signal }) => (await ask<CatalogFound>("GET", "/catalogs/search", { query, signal })).total,
  });
}

/** How the kept catalogues stand, up to 1,000 of them. */
export function useKept() {
  return useQuery({
    queryKey: ["catalogs", "kept"],
    queryFn: async ({ signal }) => {
      const query = { limit: 1000 };
      return (await ask<{ items: KeptCatalog[] }>("GET", "/catalogs", { query, signal })).items;
    },
  });
}

/** Has catalogues read anew; the event stream tells when that is done. */
export async function readAgain(client: QueryClient, partners?: string[]): Promise<void> {
  await ask("POST", "/catalogs/refresh", { body: { partners } });
  await client.invalidateQueries({ queryKey: ["catalogs", "kept"] });
}

export interface Which {
  partner: string;
  dataset: string;
  /** The connector's address, if it is in no directory. */
  address?: string;
}

/** A dataset with its offers: of a known partner as it is kept, of a stranger asked now. */
export function datasetQuery({ partner, dataset, address }: Which) {
  return queryOptions({
    queryKey: ["catalogs", "dataset", partner, dataset, address ?? null],
    queryFn: ({ signal }) =>
      address ? askStranger({ partner, dataset, address }, signal) : askKept(partner, dataset, false, signal),
  });
}

/** The same, from the partner itself. */
export async function askPartner(client: QueryClient, which: Which): Promise<void> {
  const { partner, dataset, address } = which;
  const found = address ? await askStranger({ partner, dataset, address }) : await askKept(partner, dataset, true);
  client.setQueryData(datasetQuery(which).queryKey, found);
}

function askKept(partner: string, dataset: string, fresh: boolean, signal?: AbortSignal): Promise<KeptDataset> {
  const query = { partner, dataset, fresh: fresh || undefined };
  return ask("GET", "/catalogs/dataset", { query, signal });
}

async function askStranger(which: Required<Which>, signal?: AbortSignal): Promise<KeptDataset> {
  const { partner, dataset, address } = which;
  const body = { counterPartyId: partner, counterPartyAddress: address, dataset };
  const document = await answer(api.POST("/api/v1/catalog/dataset", { body, signal }));
  return asFound(partner, document as Record<string, unknown>, new Date());
}
