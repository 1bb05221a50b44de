import type { Schema } from "@/api/client";

/** What people call an asset: its name or title, else its id. */
export function assetName({ id, properties }: Pick<Schema["Asset"], "id" | "properties">): string {
  const given = properties as Record<string, unknown>;
  for (const member of ["name", "title", "dct:title", "http://purl.org/dc/terms/title"]) {
    const value = given[member];
    if (typeof value === "string" && value !== "") return value;
  }
  return id;
}

/** The assets that an offer names one by one; null where it selects by a rule. */
export function namedAssets(selector: Schema["Selector"]): string[] | null {
  return "ids" in selector ? (selector.ids as string[]) : null;
}

/** Where the data of an asset comes from, in a line. */
export function sourceLine(source: Schema["DataSource"]): string {
  return source.type === "File" ? source.path : source.baseUrl;
}
