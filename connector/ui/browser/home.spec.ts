import { Connector } from "./connector.ts";
import { complaints, expect, shown, test } from "./fixtures.ts";
import { conclude, negotiate } from "./world.ts";

test("a new connector is led through its first steps", async ({ people }) => {
  test.slow();
  const connector = await Connector.start("Hirngespinst Castings");
  try {
    const page = await people.as(connector);
    const complained = complaints(page);
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hirngespinst Castings");
    await expect(page.getByRole("heading", { name: "First steps" })).toBeVisible();
    await expect(page.getByText("Nothing waits for you.")).toBeVisible();
    await shown(page, "home-1-new");
    await connector.command("dataspace", "create", "--id", "castings", "--name", "Castings", "--bpn", "auto");
    const step = page.getByRole("listitem").filter({ hasText: "Join a dataspace, or found one" });
    await expect(step).toContainText("done");
    await step.getByRole("link").click();
    await expect(page).toHaveURL(/\/dataspaces$/);
    expect(complained).toEqual([]);
    await page.context().close();
  } finally {
    await connector.stop();
  }
});

test("what waits comes by itself, and leads to where it is done", async ({ world, people }) => {
  test.slow();
  const page = await people.as(world.supplier);
  await page.goto("/");
  await expect(page.getByText("Nothing waits for you.")).toBeVisible();
  await conclude(world);
  await negotiate(world, "press-curve");
  const link = page.getByRole("link", { name: "1 negotiation waits for our answer" });
  await expect(link).toBeVisible();
  await shown(page, "home-2-waiting");
  await link.click();
  await expect(page).toHaveURL(/\/negotiations\?box=us/);
  await page.context().close();
});

test("who does not answer is named, with what waits", async ({ world, people }) => {
  test.slow();
  const page = await people.as(world.oem);
  await page.goto("/");
  await expect(page.getByText("Everybody that we have sent something to answers.")).toBeVisible();
  const pid = await negotiate(world, "press-curve");
  await world.oem.management.happened("negotiation.requested", pid);
  await world.supplier.kill();
  await world.oem.management.post(`negotiations/${encodeURIComponent(pid)}/terminate`, { reason: "no longer needed" });
  await expect(page.getByText("1 message waits")).toBeVisible({ timeout: 20_000 });
  await world.supplier.serve();
  await page.context().close();
});
