import { describe, expect, it } from "vitest";
import { assetName, namedAssets, sourceLine } from "./names";

describe("what people call things", () => {
  it("takes a name, then a title, then the id", () => {
    expect(assetName({ id: "a", properties: { name: "Spindle", title: "T" } as never })).toBe("Spindle");
    expect(assetName({ id: "a", properties: { "dct:title": "T" } as never })).toBe("T");
    expect(assetName({ id: "a", properties: { name: "" } as never })).toBe("a");
  });
  it("knows selectors by their kind", () => {
    expect(namedAssets({ ids: ["a"] })).toEqual(["a"]);
    expect(namedAssets({ all: true })).toBeNull();
  });
  it("says where data comes from", () => {
    expect(sourceLine({ type: "File", path: "/data/a.csv" })).toBe("/data/a.csv");
    expect(sourceLine({ type: "HttpData", baseUrl: "https://mes.example/" } as never)).toBe("https://mes.example/");
  });
});
