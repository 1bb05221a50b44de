import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Download, Page } from "@playwright/test";
import { complaints, expect, shown, test } from "./fixtures.ts";
import { conclude, transfer } from "./world.ts";

// Each look at a page is eight pictures and four runs of axe.
test.describe.configure({ timeout: 240_000 });

const one = (page: Page, pid: string) => page.goto(`/transfers/${encodeURIComponent(pid)}`);
const digest = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

async function saved(download: Download): Promise<string> {
  return digest(await readFile(await download.path()));
}

test("from an agreement to the data: started, looked at and downloaded by clicks, its bytes equal to the source", async ({
  world,
  people,
}) => {
  const id = await conclude(world);
  const page = await people.as(world.oem);
  const complained = complaints(page);
  await page.goto(`/agreements/${encodeURIComponent(id)}`);
  await page.getByRole("button", { name: "Start a transfer" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("It will be decided on")).toBeVisible();
  await shown(page, "transfers-4-new");
  await dialog.getByRole("button", { name: "Ask for it" }).click();
  await expect(page).toHaveURL(/\/transfers\/urn/);
  await expect(page.locator('[aria-current="step"]')).toHaveText("Started");
  await expect(page.getByRole("timer")).toHaveText(/\d:\d\d/);
  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByRole("region", { name: "Preview" });
  await expect(preview.getByRole("columnheader", { name: "spindle_rpm" })).toBeVisible();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download", exact: true }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("spindle-speed.csv");
  const source = await readFile(join(world.supplier.folder, "home/files/spindle-speed.csv"));
  expect(await saved(file)).toBe(digest(source));
  await expect(page.getByRole("status").filter({ hasText: "spindle-speed.csv is here" })).toBeVisible();
  await shown(page, "transfers-2-pull");
  expect(complained).toEqual([]);
  await page.context().close();
});

test("either side suspends and resumes, and the other browser sees it at once", async ({ world, people }) => {
  const pid = await transfer(world, await conclude(world));
  const { providerPid } = await world.oem.management.get(`transfers/${encodeURIComponent(pid)}`);
  const [ours, theirs] = [await people.as(world.oem), await people.as(world.supplier)];
  await one(ours, pid);
  await one(theirs, providerPid);
  const standsAt = (page: Page) => page.locator('[aria-current="step"]');
  for (const [here, there] of [
    [theirs, ours],
    [ours, theirs],
  ] as const) {
    await here.getByRole("button", { name: "Suspend" }).click();
    await here.getByRole("dialog").getByLabel("Reason").fill("the press is being serviced");
    await here.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await expect(here.getByText("We have suspended it")).toBeVisible();
    await expect(there.getByRole("region", { name: /has suspended it$/ })).toContainText("the press is being serviced");
    await expect(standsAt(there)).toHaveText("Suspended");
    await expect(ours.getByRole("button", { name: "Download", exact: true })).toHaveAttribute("aria-disabled", "true");
    if (here === theirs) await shown(there, "transfers-3-suspended");
    await here.getByRole("button", { name: "Resume" }).click();
    await expect(standsAt(there)).toHaveText("Started");
    await expect(standsAt(here)).toHaveText("Started");
  }
  await Promise.all([ours.context().close(), theirs.context().close()]);
});

test("after the provider has retired the agreement the consumer reads why, and by which rule", async ({
  world,
  people,
}) => {
  const id = await conclude(world);
  const pid = await transfer(world, id);
  const page = await people.as(world.oem);
  await one(page, pid);
  await expect(page.getByRole("button", { name: "Download", exact: true })).toBeEnabled();
  await world.supplier.management.post(`agreements/${encodeURIComponent(id)}/retire`, { reason: "the line was sold" });
  await expect(page.getByRole("region", { name: /has terminated it$/ })).toContainText("the line was sold");
  await page.goto(`/agreements/${encodeURIComponent(id)}`);
  await page.getByRole("button", { name: "Start a transfer" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Ask for it" }).click();
  await expect(page.getByRole("region", { name: /has terminated it$/ })).toContainText("agreement in force");
  await shown(page, "transfers-5-refused");
  await page.context().close();
});

test("what was pushed lies in our inbox, and is downloaded from there", async ({ world, people }) => {
  const pid = await transfer(world, await conclude(world), "HttpData-PUSH");
  await world.oem.management.happened("transfer.completed", pid);
  const page = await people.as(world.oem);
  await one(page, pid);
  await expect(page.locator('[aria-current="step"]')).toHaveText("Completed");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download", exact: true }).click(),
  ]);
  const source = await readFile(join(world.supplier.folder, "home/files/spindle-speed.csv"));
  expect(await saved(file)).toBe(digest(source));
  await page.context().close();
});

test("the list is sorted into boxes, and the provider sees each decision", async ({ world, people }) => {
  const pid = await transfer(world, await conclude(world));
  const access = await world.oem.management.get(`transfers/${encodeURIComponent(pid)}/data-address`);
  const answer = await fetch(access.endpoint, { headers: { Authorization: access.authorization } });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  const page = await people.as(world.supplier);
  await page.goto("/transfers");
  await page.getByRole("radiogroup", { name: "Where transfers stand" }).getByText("Running").click();
  await expect(page).toHaveURL(/box=running/);
  const first = page.getByRole("table", { name: "Transfers" }).getByRole("row").nth(1);
  await expect(first).toContainText("Started");
  await shown(page, "transfers-1-list");
  await first.getByRole("link").click();
  await page.getByRole("tab", { name: "Decisions" }).click();
  await expect(page.getByRole("table", { name: "Data requests" }).getByRole("row").nth(1)).toContainText("Permitted");
  await page.context().close();
});
