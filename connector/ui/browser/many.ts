import type { Connector } from "./connector.ts";
import { odrl, terms } from "./world.ts";

/** Datasets that everybody may see. */
export async function publishMany(provider: Connector, many: number): Promise<void> {
  const { post } = provider.management;
  const path = await provider.file("lot.csv", "lot,bore\n1,42.007\n");
  await post("policies", { id: "everybody", policy: odrl() });
  await post("policies", { id: "until", policy: odrl(terms.until("2035-12-31T23:00:00Z")) });
  const asset = (index: number) => ({
    id: `lot-${index}`,
    properties: {
      name: `Measurement ${String(index).padStart(5, "0")}`,
      description: `Bore and roundness of lot ${index}, line ${index % 7}.`,
    },
    source: { type: "File", path, mediaType: "text/csv" },
  });
  for (let from = 0; from < many; from += 500) {
    await post(
      "assets",
      Array.from({ length: Math.min(500, many - from) }, (_, index) => asset(from + index)),
    );
  }
  await post("offers", { id: "all", assets: { all: true }, accessPolicy: "everybody", usagePolicy: "until" });
}

/** Registers the provider as a partner, outside any dataspace. */
export async function know(reader: Connector, provider: Connector): Promise<void> {
  const { dspAddress } = await provider.management.get("info");
  const id = encodeURIComponent(provider.participant);
  await reader.management.put(`partners/${id}`, { name: provider.name, dspAddress });
}
