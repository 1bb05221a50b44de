import type { LinkProps } from "@tanstack/react-router";

// Pages of other areas, named by their address.
function to(address: string, more: object): LinkProps {
  return { to: address, ...more } as unknown as LinkProps;
}

export const agreement = (id: string) => to("/agreements/$id", { params: { id } });
export const negotiation = (pid: string) => to("/negotiations/$pid", { params: { pid } });
export const agreementsWith = (partner: string) => to("/agreements", { search: { partner } });
export const negotiationsWith = (partner: string) => to("/negotiations", { search: { partner } });
export const datasetsOf = (partner: string) => to("/catalog", { search: { partner: [partner] } });
