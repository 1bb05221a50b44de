import {
  IconArrowsExchange,
  IconBuildingFactory2,
  IconCertificate,
  IconFileUpload,
  IconHeartbeat,
  IconHome,
  IconMessages,
  IconSearch,
} from "@tabler/icons-react";

/**
 * The navigation, in order, with the letter that follows `g`. Twins (`w`), observations (`b`) and lineage (`l`) get a line
 * here with their pages.
 */
export const AREAS = [
  { area: "home", to: "/", key: "h", icon: IconHome, group: 0 },
  { area: "catalog", to: "/catalog", key: "c", icon: IconSearch, group: 1 },
  { area: "negotiations", to: "/negotiations", key: "n", icon: IconMessages, group: 1 },
  { area: "agreements", to: "/agreements", key: "a", icon: IconCertificate, group: 1 },
  { area: "transfers", to: "/transfers", key: "t", icon: IconArrowsExchange, group: 1 },
  { area: "publish", to: "/publish", key: "p", icon: IconFileUpload, group: 2 },
  { area: "partners", to: "/partners", key: "r", icon: IconBuildingFactory2, group: 3 },
  { area: "operations", to: "/operations", key: "o", icon: IconHeartbeat, group: 3 },
] as const;

/** Pages that belong to an area without standing below its address. */
const ALSO: Partial<Record<(typeof AREAS)[number]["area"], readonly string[]>> = {
  partners: ["/dataspaces", "/identity", "/join"],
};

/** Whether the page at this address is part of the area. */
export function within(area: (typeof AREAS)[number]["area"], pathname: string): boolean {
  return ALSO[area]?.some((path) => pathname === path || pathname.startsWith(`${path}/`)) ?? false;
}
