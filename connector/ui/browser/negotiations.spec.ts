import type { Page } from "@playwright/test";
import { complaints, expect, shown, strangers, test, type World } from "./fixtures.ts";
import { know } from "./many.ts";
import { conclude, negotiate } from "./world.ts";

test.beforeAll(({ world }) => know(world.oem, world.supplier));

/** The supplier's process id of a negotiation that the OEM began. */
async function theirs({ supplier }: World, consumerPid: string): Promise<string> {
  const { items } = await supplier.management.get("negotiations?limit=200");
  const found = items.find((one: { consumerPid: string }) => one.consumerPid === consumerPid);
  if (!found) throw new Error(`the supplier does not know ${consumerPid}`);
  return found.pid;
}

/** Begins a negotiation that waits for a person of the supplier; the OEM's and the supplier's process ids. */
async function waiting(world: World): Promise<[string, string]> {
  const pid = await negotiate(world, "press-curve");
  await delivered(world, pid);
  return [pid, await theirs(world, pid)];
}

/** The request has been taken by the supplier. */
async function delivered({ oem, supplier }: World, pid: string): Promise<void> {
  await expect(async () => {
    const { items } = await oem.management.get(`negotiations/${encodeURIComponent(pid)}/messages`);
    expect(items[0].status, `by ${supplier.name}`).toBe("delivered");
  }).toPass();
}

const at = (pid: string) => `/negotiations/${encodeURIComponent(pid)}`;
const step = (page: Page) => page.getByRole("list", { name: "How far it has come" }).locator('li[aria-current="step"]');

test("a request is approved from the inbox, and both sides see it come into force", async ({ world, people }) => {
  const [pid, other] = await waiting(world);
  const [oem, supplier] = await Promise.all([people.as(world.oem), people.as(world.supplier)]);
  const [complained, left] = [complaints(supplier), strangers(supplier, world.supplier)];
  await oem.goto(at(pid));
  await expect(step(oem)).toContainText(world.supplier.name);
  await expect(oem.getByText("It is the partner’s turn.")).toBeVisible();

  await supplier.goto("/negotiations");
  await expect(supplier.getByRole("tab", { name: /Waiting for us/ })).toHaveAttribute("aria-selected", "true");
  await shown(supplier, "negotiations-inbox");
  await supplier
    .getByRole("row", { name: /You have to decide/ })
    .first()
    .getByRole("link")
    .click();
  await expect(supplier).toHaveURL(new RegExp(`${encodeURIComponent(other)}|negotiations/`));
  await supplier.goto(at(other));
  await expect(supplier.getByRole("heading", { name: /You have to decide on the request/ })).toBeVisible();
  await expect(supplier.getByText("The terms are those that are published.")).toBeVisible();
  await expect(supplier.getByText(/satisfies these terms now/)).toBeVisible();
  await shown(supplier, "negotiation-waiting");
  await supplier.getByRole("button", { name: "Approve", exact: true }).click();
  const dialog = supplier.getByRole("dialog", { name: "Approve the request?" });
  await expect(dialog).toContainText("Nothing in it binds by contract only");
  await dialog.getByRole("button", { name: "Approve", exact: true }).click();

  for (const page of [supplier, oem]) {
    await expect(page.getByText("Both sides have signed.")).toBeVisible();
    await expect(page.getByRole("link", { name: "To the agreement" })).toBeVisible();
    await expect(page.getByRole("list", { name: "Messages of this negotiation" })).toContainText("Conclusion");
  }
  await shown(oem, "negotiation-done");
  expect(complained).toEqual([]);
  expect(left).toEqual([]);
  await Promise.all([oem.context().close(), supplier.context().close()]);
});

test("why a negotiation failed is understood from its page", async ({ world, people }) => {
  const pid = await negotiate(world, "cutting-force");
  await world.oem.management.happened("negotiation.ended", pid);
  const page = await people.as(world.oem);
  await page.goto("/negotiations?box=failed");
  const row = page.getByRole("row", { name: /cutting-force/ }).first();
  await expect(row).toContainText("did:web:hirngespinst.example");
  await row.getByRole("link").click();
  const failure = page.getByRole("region", { name: `Ended by ${world.supplier.name}` });
  await expect(failure).toContainText("must be did:web:hirngespinst.example");
  await expect(failure).toContainText("permission[0].constraint[1]");
  await expect(failure).toContainText(`a rule of ${world.supplier.name}`);
  await expect(failure).toContainText("policy.denied");
  await expect(failure).toContainText("our credentials did not prove");
  await expect(failure.getByRole("link", { name: "To the dataset" })).toBeVisible();
  await page.getByText("The message", { exact: true }).last().click();
  await expect(page.getByRole("region", { name: "ContractNegotiationTerminationMessage" })).toContainText("reason");
  await shown(page, "negotiation-failed");
  await failure.getByRole("link", { name: "To the dataset" }).click();
  await expect(page).toHaveURL(/\/catalog\/.*\/cutting-force/);
  await page.context().close();
});

test("a request is rejected with a reason, which the other side reads", async ({ world, people }) => {
  const [pid, other] = await waiting(world);
  const [oem, supplier] = await Promise.all([people.as(world.oem), people.as(world.supplier)]);
  await oem.goto(at(pid));
  await supplier.goto(at(other));
  await supplier.getByRole("button", { name: "Reject" }).click();
  const dialog = supplier.getByRole("dialog", { name: "Reject these terms?" });
  await expect(dialog.getByRole("button", { name: "Reject" })).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Reason" }).fill("The press is being rebuilt until May.");
  await dialog.getByRole("button", { name: "Reject" }).click();
  await expect(supplier.getByRole("region", { name: "Ended by us" })).toContainText("The press is being rebuilt");
  const failure = oem.getByRole("region", { name: `Ended by ${world.supplier.name}` });
  await expect(failure).toContainText("The press is being rebuilt until May.");
  await expect(failure).toContainText("Read the reason, then propose others");
  await Promise.all([oem.context().close(), supplier.context().close()]);
});

test("the inbox follows what happens, is searched, and walked by keys", async ({ world, people }) => {
  await conclude(world, "spindle-speed");
  const page = await people.as(world.oem);
  await page.goto("/negotiations?box=partner");
  const [pid, other] = await waiting(world);
  const rows = page.getByRole("table").getByRole("row");
  const tab = page.getByRole("tab", { name: /Waiting for them/ });
  await expect(rows.filter({ hasText: "press-curve" }).first()).toBeVisible();
  await expect(tab).toContainText(/\d/);
  const before = Number((await tab.textContent())?.match(/\d+/)?.[0]);
  await world.supplier.management.post(`negotiations/${encodeURIComponent(other)}/reject`, { reason: "not now" });
  await world.oem.management.happened("negotiation.ended", pid);
  await expect(tab).toContainText(String(before - 1));

  await page.getByRole("tab", { name: "All" }).click();
  await page.keyboard.press("Escape");
  await page.locator("h1").focus();
  await page.keyboard.press("/");
  await page.keyboard.type("spindle-speed");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=spindle-speed/);
  await expect(rows.filter({ hasText: "press-curve" })).toHaveCount(0);
  await page.getByRole("table").getByRole("link").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("list", { name: "How far it has come" })).toContainText("In force");
  await page.goBack();
  await expect(page).toHaveURL(/box=all&q=spindle-speed|q=spindle-speed&box=all/);

  await page.goto("/negotiations?box=all&q=there%20is%20no%20such%20thing");
  await expect(page.getByText("No negotiation fits")).toBeVisible();
  await page.getByRole("button", { name: "Clear the search" }).last().click();
  await expect(rows.first()).toBeVisible();
  await page.context().close();
});

test("what did not reach the partner is told, and gets there once it is back", async ({ world, people }) => {
  const [, other] = await waiting(world);
  const page = await people.as(world.supplier);
  await page.goto(at(other));
  const approve = page.getByRole("button", { name: "Approve", exact: true });
  await expect(approve).toBeVisible();
  await world.oem.kill();
  await approve.click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
  const lost = page.getByRole("region", { name: "What to do now" });
  await expect(lost).toContainText(`${world.oem.name} has not received our last message.`);
  await expect(lost).toContainText("is tried again by itself");
  await shown(page, "negotiation-unreachable");
  await world.oem.serve();
  await expect(page.getByText("Both sides have signed.")).toBeVisible({ timeout: 60_000 });
  await page.context().close();
});

test("a negotiation that does not exist is refused with a way back", async ({ world, people }) => {
  const page = await people.as(world.oem);
  await page.goto("/negotiations/urn%3Auuid%3Anothing");
  await expect(page.getByRole("alert")).toContainText("Try again");
  await page.getByRole("link", { name: "Negotiations" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Negotiations");
  await page.context().close();
});

test("in German, on a phone, step by step", async ({ world, people }) => {
  const [, other] = await waiting(world);
  const page = await people.as(world.supplier, "admin", { locale: "de-DE", viewport: { width: 360, height: 740 } });
  await page.goto(at(other));
  await expect(page.getByRole("heading", { name: /Sie müssen über die Anfrage/ })).toBeVisible();
  await page.getByRole("button", { name: "Ablehnen" }).click();
  const dialog = page.getByRole("dialog", { name: "Diese Bedingungen ablehnen?" });
  await dialog.getByRole("textbox").fill("Kein Bedarf.");
  await dialog.getByRole("button", { name: "Ablehnen" }).click();
  await expect(page.getByRole("region", { name: "Von uns beendet" })).toContainText("Kein Bedarf.");
  await page.context().close();
});
