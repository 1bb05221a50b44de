// Runs what tests the UI, and ends with one line that counts: browser: 41 passed, 0 failed
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const only = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "symbolon-browser-"));
const run = (command, args, env = {}) =>
  spawnSync("npx", ["--no-install", command, ...args], { stdio: "inherit", env: { ...process.env, ...env } });
const report = async (file) => JSON.parse(await readFile(join(folder, file), "utf8").catch(() => "null"));

let passed = 0;
let failed = 0;
run("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${join(folder, "unit.json")}`]);
const unit = await report("unit.json");
passed += unit?.numPassedTests ?? 0;
// A file that cannot be loaded has no tests that could fail.
failed += unit ? Math.max(unit.numFailedTests, unit.numFailedTestSuites > 0 ? 1 : 0) : 1;
const json = { PLAYWRIGHT_JSON_OUTPUT_NAME: join(folder, "browser.json") };
run("playwright", ["test", "--reporter=list,json", ...only], json);
const browser = await report("browser.json");
passed += browser?.stats.expected ?? 0;
failed += browser ? browser.stats.unexpected + browser.stats.flaky + browser.errors.length : 1;
await rm(folder, { recursive: true, force: true });
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
