import { complaints, expect, shown, strangers, test } from "./fixtures.ts";

test("the shell leads everywhere, by click and by key", async ({ world, people }) => {
  const page = await people.as(world.oem);
  const [complained, left] = [complaints(page), strangers(page, world.oem)];
  await page.goto("/");
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  const navigation = page.getByRole("navigation", { name: "Navigation" });
  for (const area of [
    "Catalogue",
    "Negotiations",
    "Agreements",
    "Transfers",
    "Publish",
    "Partners",
    "Operations",
    "Home",
  ]) {
    await navigation.getByRole("link", { name: area }).click();
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toBeFocused();
    await expect(navigation.getByRole("link", { name: area })).toHaveAttribute("aria-current", "page");
    await expect(page).toHaveTitle(new RegExp(world.oem.name));
  }
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await expect(page).toHaveURL(/\/negotiations$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  expect(complained).toEqual([]);
  expect(left).toEqual([]);
  await page.context().close();
});

test("the language is kept", async ({ world, people }) => {
  const page = await people.as(world.oem);
  await page.goto("/profile");
  await page.getByRole("radiogroup", { name: "Language" }).getByText("Deutsch").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Profil");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Profil");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.context().close();
});

test("an address that leads nowhere says so", async ({ world, people }) => {
  const page = await people.as(world.oem);
  await page.goto("/no/such/page");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
  await shown(page, "not-found");
  await page.context().close();
});

test("the profile", async ({ world, people }) => {
  const page = await people.as(world.oem);
  await page.goto("/profile");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await shown(page, "profile");
  await page.context().close();
});

test("on a phone the navigation is a drawer", async ({ world, people }) => {
  const page = await people.as(world.oem, "admin", { viewport: { width: 360, height: 740 } });
  await page.goto("/");
  await page.getByRole("button", { name: "Navigation" }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Transfers" }).click();
  await expect(page).toHaveURL(/\/transfers$/);
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.context().close();
});

test("a connector that does not answer is said to be away, and found again", async ({ world, people }) => {
  const page = await people.as(world.oem);
  await page.goto("/");
  const sign = page.getByRole("status").filter({ hasText: /live/i });
  await expect(sign).toHaveText("Live");
  await world.oem.kill();
  await expect(sign).toHaveText("Not live");
  await world.oem.serve();
  await expect(sign).toHaveText("Live", { timeout: 30_000 });
  await page.context().close();
});
