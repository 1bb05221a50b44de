import { expect, it } from "vitest";
import { asFound, local, properties } from "./document";

const dataset = {
  "@id": "spindle",
  "@type": "Dataset",
  "dct:title": "Spindle speed",
  "dct:description": { "@value": "One shift", "@language": "en" },
  "dcat:mediaType": "text/csv",
  keyword: ["machining", "spindle"],
  "https://example.org/ns/line": [7, 8],
  nested: { deep: true },
  hasPolicy: [{ "@type": "Offer", "@id": "offer:1" }],
  distribution: [
    { format: "HttpData-PULL", accessService: "service" },
    { format: { "@id": "HttpData-PUSH" }, accessService: { "@id": "service", endpointURL: "http://localhost/dsp" } },
  ],
};

it("a dataset of a stranger is described as a kept one", () => {
  const found = asFound("did:web:a", dataset, new Date("2026-02-03T05:00:00Z"));
  expect(found).toMatchObject({
    title: "Spindle speed",
    description: "One shift",
    keywords: ["machining", "spindle"],
    formats: ["HttpData-PULL", "HttpData-PUSH"],
    qualifies: "unknown",
    offers: [{ offer: { "@id": "offer:1", target: "spindle" } }],
  });
  expect(found.distributions.map(({ dataService }) => dataService)).toEqual([
    { id: "service", endpointUrl: null },
    { id: "service", endpointUrl: "http://localhost/dsp" },
  ]);
});

it("one without a name is called by its id", () => {
  expect(asFound("did:web:a", { "@id": "x" }, new Date(0)).title).toBe("x");
});

it("what the provider says besides is shown by short names", () => {
  expect(properties(dataset)).toEqual([
    ["title", "Spindle speed"],
    ["description", "One shift"],
    ["mediaType", "text/csv"],
    ["keyword", "machining, spindle"],
    ["line", "7, 8"],
  ]);
  expect(local("urn")).toBe("urn");
});
