import type { LinkProps } from "@tanstack/react-router";

// Pages of other areas, named by their address.
function to(address: string, more: object = {}): LinkProps {
  return { to: address, ...more } as unknown as LinkProps;
}

export const elsewhere = {
  negotiations: () => to("/negotiations", { search: { box: "us" } }),
  transfers: () => to("/transfers", { search: { box: "waiting" } }),
  held: () => to("/operations", { search: { tab: "monitor" } }),
  credentialOffers: () => to("/identity", { search: { tab: "offers" } }),
  credential: (id: string) => to("/identity/credentials/$id", { params: { id } }),
  policies: () => to("/publish"),
  agreement: (id: string) => to("/agreements/$id", { params: { id } }),
  partner: (id: string) => to("/partners/$id", { params: { id } }),
};
