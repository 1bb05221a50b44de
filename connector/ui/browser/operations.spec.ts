import { complaints, expect, shown, test } from "./fixtures.ts";
import { conclude, transfer } from "./world.ts";

const TABS = ["latency", "monitor", "events", "webhooks"] as const;

test("each part of operations in both themes and on a phone", async ({ world, people }) => {
  test.setTimeout(300_000);
  await transfer(world, await conclude(world));
  const page = await people.as(world.supplier);
  const complained = complaints(page);
  await page.goto("/operations");
  await expect(page.getByText("Nothing waits to be sent.")).toBeVisible();
  await shown(page, "operations-1-outbox");
  for (const [at, tab] of TABS.entries()) {
    await page.goto(`/operations?tab=${tab}`);
    await expect(page.getByRole("tabpanel")).toBeVisible();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0, { timeout: 30_000 });
    await shown(page, `operations-${at + 2}-${tab}`);
  }
  expect(complained).toEqual([]);
  await page.context().close();
});

test("a webhook is added, its key shown once, and removed", async ({ world, people }) => {
  test.slow();
  const page = await people.as(world.oem);
  await page.goto("/operations?tab=webhooks");
  await page.getByRole("button", { name: "Add a webhook" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill("http://127.0.0.1:9/hook");
  await dialog.getByRole("button", { name: "Add a webhook" }).click();
  await expect(dialog.locator("pre")).toHaveText(/\S{16,}/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("http://127.0.0.1:9/hook")).toBeVisible();
  await page.getByRole("button", { name: "Remove" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("No webhooks.")).toBeVisible();
  await page.context().close();
});

test("the graph is asked, and a mistake is shown where it is", async ({ world, people }) => {
  test.slow();
  await conclude(world);
  const page = await people.as(world.oem);
  await page.goto("/operations/sparql");
  const query = page.getByLabel("Query");
  await query.press("Control+Enter");
  await expect(page.getByRole("table", { name: "Answer" })).toContainText(world.supplier.participant);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as CSV" }).click();
  expect((await download).suggestedFilename()).toBe("answer.csv");
  await shown(page, "operations-7-sparql");
  await query.fill("SELECT ?s WHERE {\n  ?s nonsense ?o\n}");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("alert").last()).toBeVisible();
  await page.context().close();
});
