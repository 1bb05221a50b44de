import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { type Connector, complaints, expect, shown, strangers, test } from "./fixtures.ts";
import { conclude, found, transfer } from "./world.ts";

// Each look at a page is eight pictures and four runs of axe.
test.describe.configure({ timeout: 240_000 });

const one = (page: Page, id: string, tab = "") =>
  page.goto(`/agreements/${encodeURIComponent(id)}${tab && `?tab=${tab}`}`);

test("an agreement says first what may be done, and until when", async ({ world, people }) => {
  const id = await conclude(world, "wear-report");
  await conclude(world);
  const page = await people.as(world.oem);
  const [complained, left] = [complaints(page), strangers(page, world.oem)];
  await page.goto("/agreements");
  const table = page.getByRole("table", { name: "Agreements" });
  await expect(table.getByRole("row").nth(2)).toBeVisible();
  await shown(page, "agreements-1-list");
  await page.getByRole("searchbox").fill("wear");
  await expect(page).toHaveURL(/q=wear/);
  await expect(table.getByRole("row")).toHaveCount(2);
  await table.getByRole("link", { name: "wear-report" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("wear-report");
  await expect(page.getByText(/^We may use wear-report until \d+ (Dec|Jan) 203[56]\.$/)).toBeVisible();
  await expect(page.getByText("By contract only").first()).toBeVisible();
  await expect(page.getByText("1 binds by contract only.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Both halves fit" })).toBeVisible();
  await shown(page, "agreements-2-terms");
  await one(page, id, "rdf");
  await expect(page.getByText("odrl:Agreement")).toBeVisible();
  await shown(page, "agreements-5-graph");
  await page.getByText("Statements", { exact: true }).click();
  await expect(page.getByRole("table", { name: "Statements" })).toContainText("odrl:permission");
  await page.getByText("Turtle", { exact: true }).click();
  await expect(page.getByRole("figure")).toContainText("a odrl:Agreement");
  expect(complained).toEqual([]);
  expect(left).toEqual([]);
  await page.context().close();
});

test("both halves are verified live, and an auditor can verify the export without us", async ({ world, people }) => {
  const id = await conclude(world);
  const page = await people.as(world.supplier);
  await one(page, id, "proof");
  await expect(page.getByRole("heading", { name: "Both halves fit" })).toBeVisible();
  await expect(page.getByText("The consumer's signature by")).toBeVisible();
  await expect(page.getByText("MembershipCredential").first()).toBeVisible();
  await shown(page, "agreements-4-proof");
  await page.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the file" }).click(),
  ]);
  const path = join(world.oem.folder, file.suggestedFilename());
  await file.saveAs(path);
  expect(await world.oem.command("verify", "--both", path)).toContain("fit");
  const changed = (await readFile(path, "utf8")).replaceAll("2035-12-31", "2099-12-31");
  await writeFile(path, changed);
  await expect(world.oem.command("verify", path)).rejects.toThrow(/changed after signing/);
  await page.context().close();
});

test("a half that was tampered with does not fit, and the page says why", async ({ people }) => {
  const own = await found();
  try {
    const id = await conclude(own);
    await own.oem.kill();
    await tamper(own.oem, "2035-12-31T23:00:00Z", "2099-12-31T23:00:00Z");
    await own.oem.serve();
    const page = await people.as(own.oem);
    await one(page, id, "proof");
    await expect(page.getByRole("heading", { name: "The halves do not fit" })).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole("alert")).toContainText("was changed after signing");
    await shown(page, "agreements-4-proof-broken");
    await page.context().close();
  } finally {
    await Promise.all([own.oem.stop(), own.supplier.stop()]);
  }
});

test("to retire stops data on our side, with the rule in the record", async ({ world, people }) => {
  const id = await conclude(world);
  const pid = await transfer(world, id);
  const address = await world.oem.management.get(`transfers/${encodeURIComponent(pid)}/data-address`);
  const page = await people.as(world.supplier, "approver");
  await one(page, id);
  await expect(page.getByText(/^Nirgendwo Motors may use spindle-speed until/)).toBeVisible();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Retire for us" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("terminate it instead");
  await shown(page, "agreements-6-retire");
  await dialog.getByLabel("Reason").fill("the press was sold");
  await dialog.getByRole("button", { name: "Retire for us" }).click();
  await expect(page.getByText("We have retired it")).toBeVisible();
  await expect(page.getByText("may no longer use spindle-speed")).toBeVisible();
  const refused = await fetch(address.endpoint, { headers: { Authorization: address.authorization } });
  expect(refused.status).toBe(403);
  await page.getByRole("tab", { name: /What ran/ }).click();
  const requests = page.getByRole("table", { name: "Data requests" });
  await expect(requests.getByRole("row").filter({ hasText: "Refused" })).toContainText("the press was sold");
  await expect(requests.getByRole("row").filter({ hasText: "Refused" })).toContainText("agreement in force");
  await shown(page, "agreements-3-use");
  const other = await people.as(world.oem);
  await one(other, id);
  await expect(other.getByText(/releases nothing under it any more$/)).toBeVisible();
  await Promise.all([page.context().close(), other.context().close()]);
});

test("to terminate ends it for both, and the other browser sees it", async ({ world, people }) => {
  const id = await conclude(world);
  const [ours, theirs] = [await people.as(world.oem, "approver"), await people.as(world.supplier)];
  await one(theirs, id);
  await expect(theirs.getByText(/may use spindle-speed until/)).toBeVisible();
  await one(ours, id);
  await ours.getByRole("button", { name: "More actions" }).click();
  await ours.getByRole("menuitem", { name: "Terminate for both" }).click();
  await ours.getByRole("dialog").getByLabel("Reason").fill("we build no brakes any more");
  await ours.getByRole("dialog").getByRole("button", { name: "Terminate for both" }).click();
  await expect(ours.getByText("We have terminated it for both")).toBeVisible();
  await expect(theirs.getByText(/has terminated it for both$/)).toBeVisible();
  await expect(theirs.getByText("we build no brakes any more")).toBeVisible();
  await Promise.all([ours.context().close(), theirs.context().close()]);
});

test("a viewer sees what only others may do, and why", async ({ world, people }) => {
  const id = await conclude(world);
  const page = await people.as(world.oem, "viewer");
  await one(page, id);
  await expect(page.getByRole("button", { name: "Start a transfer" })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "More actions" }).click();
  await expect(page.getByRole("menuitem", { name: /Retire for us/ })).toContainText("conclude agreements");
  await page.context().close();
});

test("the review sheet is made for paper", async ({ world, people }) => {
  const id = await conclude(world);
  const page = await people.as(world.oem);
  await one(page, id);
  await page.getByRole("link", { name: "Review sheet" }).click();
  await expect(page.getByText(/^Yes, from now on, until 31 December 2035/)).toBeVisible();
  await expect(page.getByText("Both halves fit", { exact: true })).toBeVisible();
  await shown(page, "agreements-7-review");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
  await expect(page.getByRole("navigation", { name: "Navigation" })).toBeHidden();
  await expect(page.getByText("Reviewed by")).toBeVisible();
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
  await page.screenshot({ path: "screenshots/agreements-7-review.print.png", fullPage: true });
  expect((await page.pdf({ format: "A4" })).subarray(0, 4).toString()).toBe("%PDF");
  await page.context().close();
});

/** What somebody with access to the disk does: changes a term in the stored agreement. */
async function tamper({ folder }: Connector, from: string, to: string): Promise<void> {
  const program = `import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
changed = database.execute("UPDATE agreement SET document = replace(document, ?, ?)", sys.argv[2:4]).rowcount
database.commit()
print(changed)`;
  const database = join(folder, "home/data/symbolon.sqlite");
  const { stdout } = await promisify(execFile)("python3", ["-c", program, database, from, to]);
  expect(Number(stdout)).toBeGreaterThan(0);
}
