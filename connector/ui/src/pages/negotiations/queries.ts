import { useQuery } from "@tanstack/react-query";
import { answer, api, ask, type Schema } from "@/api/client";
import { useList } from "@/api/paged";
import type { Box } from "./boxes";

export type Negotiation = Schema["Negotiation"];
export type Message = Schema["Message"];

export function useBoxes() {
  return useQuery({
    queryKey: ["negotiations", "boxes"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/negotiations/boxes", { signal })),
  });
}

export interface Wanted {
  box: Box;
  q?: string;
  partner?: string;
}

export function useNegotiations({ box, q, partner }: Wanted) {
  const wanted = { box: box === "all" ? undefined : box, q, partner };
  return useList<Negotiation>(["negotiations", "list", wanted], (after, signal) => {
    const query = { ...wanted, after, limit: 100 };
    return answer(api.GET("/api/v1/negotiations", { params: { query }, signal }));
  });
}

export function useNegotiation(pid: string) {
  return useQuery({
    queryKey: ["negotiations", pid],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/negotiations/{pid}", { params: { path: { pid } }, signal })),
  });
}

export function useMessages(pid: string) {
  return useQuery({
    queryKey: ["negotiations", pid, "messages"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/negotiations/{pid}/messages", { params: { path: { pid } }, signal })),
  });
}

/**
 * What is published at the moment under the offer that a negotiation began with; null: nothing that can be seen from here. As
 * provider from our own catalogue as the partner sees it, as consumer from what the partner published when its catalogue was
 * read last.
 */
export function usePublished(negotiation: Negotiation | undefined) {
  return useQuery({
    queryKey: [negotiation?.role === "provider" ? "offers" : "catalogs", "published", negotiation?.pid],
    queryFn: async ({ signal }) => {
      if (!negotiation) return null;
      const { role, partner, asset, offerId } = negotiation;
      const policies = role === "provider" ? await own(partner, asset, signal) : await theirs(partner, asset, signal);
      return policies.find((one) => one["@id"] === offerId) ?? null;
    },
    enabled: negotiation !== undefined,
    // That it cannot be had is no fault of the page.
    retry: false,
  });
}

type Policy = Record<string, unknown>;

async function own(partner: string, asset: string, signal: AbortSignal): Promise<Policy[]> {
  const body = { partner, q: asset, limit: 50, offset: 0 };
  const { visible } = await answer(api.POST("/api/v1/catalog/preview", { body, signal }));
  return policiesOf(visible.find((one) => one.asset === asset)?.dataset);
}

async function theirs(partner: string, dataset: string, signal: AbortSignal): Promise<Policy[]> {
  const kept = await ask<{ document: Policy }>("GET", "/catalogs/dataset", { query: { partner, dataset }, signal });
  return policiesOf(kept.document);
}

/** The offers of a dataset, which they are about although a catalogue does not repeat it. */
function policiesOf(dataset: Policy | undefined): Policy[] {
  const all = dataset?.hasPolicy;
  const offers = (Array.isArray(all) ? all : [all]).filter(
    (one): one is Policy => typeof one === "object" && one !== null,
  );
  return offers.map((offer) => ({ target: dataset?.["@id"], ...offer }));
}

/** Whether what is known of the partner satisfies the terms on the table now: what an approval would rest on. */
export function useTried(negotiation: Negotiation) {
  const { offer, partner, asset, dataspace, role, state } = negotiation;
  return useQuery({
    queryKey: ["policies", "tried", partner, dataspace, asset, offer],
    queryFn: ({ signal }) => {
      const body = { of: { policy: offer }, partner, asset, dataspace };
      return answer(api.POST("/api/v1/policies/dry-run", { body, signal }));
    },
    enabled: role === "provider" && (state === "REQUESTED" || state === "ACCEPTED"),
    retry: false,
  });
}

/** The name of the dataset, where it is known. */
export function useTitle(negotiation: Negotiation | undefined): string | null {
  const { data } = useQuery({
    queryKey: [
      negotiation?.role === "provider" ? "assets" : "catalogs",
      "title",
      negotiation?.partner,
      negotiation?.asset,
    ],
    queryFn: async ({ signal }) => {
      if (!negotiation) return null;
      const { role, partner, asset } = negotiation;
      if (role === "consumer") {
        const query = { partner, dataset: asset };
        return (await ask<{ title: string }>("GET", "/catalogs/dataset", { query, signal })).title;
      }
      const params = { path: { id: asset } };
      const { properties } = await answer(api.GET("/api/v1/assets/{id}", { params, signal }));
      return titleOf(properties);
    },
    enabled: negotiation !== undefined,
    retry: false,
    staleTime: 5 * 60_000,
  });
  return data && data !== negotiation?.asset ? data : null;
}

function titleOf(properties: Record<string, unknown>): string | null {
  const names = ["name", "title", "dct:title", "http://purl.org/dc/terms/title", "https://w3id.org/edc/v0.0.1/ns/name"];
  const found = names.map((name) => properties[name]).find((value) => typeof value === "string" && value !== "");
  return typeof found === "string" ? found : null;
}
