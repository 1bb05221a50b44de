import { mkdir } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import { test as base, type ConsoleMessage, expect, type Page } from "@playwright/test";
import type { Connector } from "./connector.ts";
import { People } from "./people.ts";
import { found, type World } from "./world.ts";

export type { Connector, World };
export { expect };

interface WorkerFixtures {
  /** Two connectors in one dataspace; the same for all tests of a worker. */
  world: World;
  people: People;
}

/**
 * `test("…", async ({ world, people }) => { const page = await people.as(world.oem, "approver"); … })`. A test that changes what
 * others of its file rely on makes connectors of its own with `Connector.start`.
 */
export const test = base.extend<object, WorkerFixtures>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what is asked for from the pattern.
    async ({}, use) => {
      const world = await found();
      await use(world);
      await Promise.all([world.oem.stop(), world.supplier.stop()]);
    },
    { scope: "worker", timeout: 120_000 },
  ],
  people: [
    async ({ browser }, use) => {
      const people = new People(browser);
      await use(people);
      people.end();
    },
    { scope: "worker" },
  ],
});

/** Fails when axe finds something serious or critical on the page as it is. */
export async function accessible(page: Page): Promise<void> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => `    ${html}`).join("\n")}`,
  );
  expect(told, "axe").toEqual([]);
}

const SHOTS = "screenshots";
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

/**
 * Looks at the page in both themes and on a phone: writes `screenshots/<name>.<theme>.<size>.png`, runs axe on each, and fails when
 * the page is wider than the phone.
 */
export async function shown(page: Page, name: string): Promise<void> {
  await mkdir(SHOTS, { recursive: true });
  const before = page.viewportSize();
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: `${SHOTS}/${name}.${theme}.${size}.png`, fullPage: true, animations: "disabled" });
      await accessible(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, `${name} on a ${size} is as wide as the window`).toBeLessThanOrEqual(viewport.width);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (before) await page.setViewportSize(before);
}

/** Collects what the browser complains about: errors of scripts, what the content security policy forbade. */
export function complaints(page: Page): string[] {
  const found: string[] = [];
  const ignored = /Failed to load resource/;
  page.on("pageerror", (error) => found.push(String(error)));
  page.on("console", (message: ConsoleMessage) => {
    if (message.type() === "error" && !ignored.test(message.text())) found.push(message.text());
  });
  return found;
}

/** Requests that left the origin. */
export function strangers(page: Page, connector: Connector): string[] {
  const found: string[] = [];
  const own = new URL(connector.ui).host;
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.host !== own) found.push(request.url());
  });
  return found;
}
