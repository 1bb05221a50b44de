import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const CORE = fileURLToPath(new URL("../node_modules/@mantine/core", import.meta.url));
const IMPORT = /import\s*(type\s)?\{([^}]*)\}\s*from\s*"@mantine\/core"/g;
const PLACES = ["components", "utils"].map((place) => join(CORE, "esm", place));
const INSIDE = /from\s*"(?:\.\.\/)+(?:utils\/)?([A-Z]\w*)\/[\w./-]+"/g;

/**
 * A file that imports `Button` from `@mantine/core` gets the styles of `Button` and of what it is made of, in the layer
 * `mantine`, so that what stands in our own CSS wins whatever is loaded first. The whole style sheet is 30 kB compressed.
 */
export function mantineStyles(): Plugin {
  const known = new Map<string, string[]>();
  return {
    name: "symbolon:mantine-styles",
    enforce: "pre",
    transform(code, id) {
      if (!/\/src\/.*\.tsx$/.test(id)) return null;
      const sheets = new Set<string>();
      for (const [, type, names] of code.matchAll(IMPORT)) {
        if (type) continue;
        for (const name of (names ?? "").split(",")) {
          for (const sheet of sheetsOf(name.trim().split(/\s+as\s+/)[0] ?? "", known)) sheets.add(sheet);
        }
      }
      if (sheets.size === 0) return null;
      const imports = [...sheets].map((sheet) => `import "@mantine/core/styles/${sheet}.layer.css";`);
      return { code: `${code}\n${imports.join("\n")}\n`, map: null };
    },
  };
}

/** The style sheets of a component, those of what it is made of first. */
function sheetsOf(component: string, known: Map<string, string[]>): string[] {
  const found = known.get(component);
  if (found) return found;
  known.set(component, []);
  if (!/^[A-Z]\w*$/.test(component)) return [];
  const folder = PLACES.map((place) => join(place, component)).find(existsSync);
  if (!folder) return [];
  const sheets = new Set<string>();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".mjs"))) {
    for (const [, inside] of readFileSync(join(folder, file), "utf8").matchAll(INSIDE)) {
      if (inside && inside !== component) for (const sheet of sheetsOf(inside, known)) sheets.add(sheet);
    }
  }
  // Parts that have a sheet of their own (`RadioIndicator` within `Radio`) stand behind the whole.
  const own = [component, ...files.map((file) => file.split("/")[0] ?? "")];
  for (const sheet of own) if (existsSync(join(CORE, "styles", `${sheet}.layer.css`))) sheets.add(sheet);
  const all = [...sheets];
  known.set(component, all);
  return all;
}
