// What the first page costs: everything that index.html and the home page load, compressed as it is sent.
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const DIST = new URL("../dist/", import.meta.url).pathname;
const BUDGET = 300_000;
const HOME = "src/pages/home/HomePage.tsx";

const manifest = JSON.parse(await readFile(join(DIST, ".vite/manifest.json"), "utf8"));
const html = await readFile(join(DIST, "index.html"), "utf8");
const files = new Set(["index.html", ...[...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1])]);

function follow(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return;
  seen.add(key);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const next of chunk.imports ?? []) follow(next, seen);
}
follow("index.html");
if (!manifest[HOME])
  throw new Error(`the build has no chunk of ${HOME}: name the home page there, or mend scripts/budget.mjs`);
follow(HOME);
// The words of the shell and of the home page, in the longer language, and the one font that is always used.
for (const [key, chunk] of Object.entries(manifest)) {
  if (/src\/(app|pages\/home)\/locale\.de\.json$/.test(key)) files.add(chunk.file);
  if (/design\/inter\.woff2$/.test(key)) files.add(chunk.file);
}

const size = async (file) => {
  for (const name of [`${file}.br`, file]) {
    const found = await stat(join(DIST, name)).catch(() => null);
    if (found) return found.size;
  }
  throw new Error(`${file} is not in the build`);
};
const sizes = await Promise.all([...files].map(async (file) => [file, await size(file)]));
sizes.sort((a, b) => b[1] - a[1]);
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
if (process.env.VERBOSE || total > BUDGET)
  for (const [file, bytes] of sizes) console.log(String(bytes).padStart(8), file);
console.log(
  `first page: ${(total / 1000).toFixed(0)} kB compressed in ${sizes.length} files, budget ${BUDGET / 1000} kB`,
);
await rm(join(DIST, ".vite"), { recursive: true, force: true });
if (total > BUDGET) process.exit(1);
