import { Connector } from "./connector.ts";
import { complaints, expect, shown, test } from "./fixtures.ts";
import { DATASPACE } from "./world.ts";

test("a dataspace is founded, a company invited, and joins, by clicks in two browsers", async ({ people }) => {
  test.setTimeout(300_000);
  const [founder, joiner] = await Promise.all([
    Connector.start("Hirngespinst Castings"),
    Connector.start("Wolkenkuckuck Gears"),
  ]);
  try {
    const [ours, theirs] = [await people.as(founder), await people.as(joiner)];
    const complained = [complaints(ours), complaints(theirs)];

    await ours.goto("/dataspaces");
    await ours.getByRole("button", { name: "Found a dataspace" }).first().click();
    const dialog = ours.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Gear & Casting Circle");
    await expect(dialog.getByLabel("Id")).toHaveValue("gear-casting-circle");
    await dialog.getByRole("button", { name: "Found it" }).click();
    await expect(ours.getByRole("heading", { level: 1 })).toHaveText("Gear & Casting Circle");
    await expect(ours).toHaveURL(/\/dataspaces\/gear-casting-circle$/);

    await ours.getByRole("tab", { name: "Members" }).click();
    await ours.getByRole("button", { name: "Invite a company" }).click();
    await dialog.getByLabel("Company").fill("Wolkenkuckuck Gears");
    await dialog.getByRole("button", { name: "Make the invitation" }).click();
    const invitation = await dialog.locator("pre").textContent();
    await dialog.getByRole("button", { name: "Done" }).click();

    await theirs.goto("/join");
    await theirs.getByLabel("Invitation").fill(`${invitation?.slice(0, -8)}AAAAAAAA`);
    await theirs.getByRole("button", { name: "Read it" }).click();
    await expect(theirs.getByRole("alert")).toBeVisible();
    await theirs.getByLabel("Invitation").fill(invitation ?? "");
    await theirs.getByRole("button", { name: "Read it" }).click();
    await expect(theirs.getByRole("heading", { level: 2 })).toHaveText(
      "Hirngespinst Castings invites you to Gear & Casting Circle",
    );
    await expect(theirs.getByText("The invitation’s signature holds")).toBeVisible();
    await shown(theirs, "partners-5-join");
    await theirs.getByRole("button", { name: "Join", exact: true }).click();
    await expect(theirs.getByText("You are a member of Gear & Casting Circle.")).toBeVisible({ timeout: 30_000 });
    await theirs.getByRole("link", { name: "Credentials" }).click();
    await expect(theirs.getByRole("link", { name: "MembershipCredential" })).toBeVisible();

    // The founder sees it without having done anything.
    const member = ours.getByRole("row", { name: /Wolkenkuckuck Gears/ });
    await expect(member).toContainText("Member");
    await member.getByRole("button", { name: "Actions for Wolkenkuckuck Gears" }).click();
    await ours.getByRole("menuitem", { name: "Put out" }).click();
    await dialog.getByRole("button", { name: "Put out" }).click();
    await expect(member).toContainText("Put out");
    await ours.getByRole("tab", { name: "Issued credentials" }).click();
    await expect(ours.getByText("Revoked").first()).toBeVisible();
    expect(complained).toEqual([[], []]);
    await Promise.all([ours.context().close(), theirs.context().close()]);
  } finally {
    await Promise.all([founder.stop(), joiner.stop()]);
  }
});

test("a partner is registered with facts, edited, and removed", async ({ world, people }) => {
  test.slow();
  const page = await people.as(world.supplier);
  await page.goto("/partners");
  await page.getByRole("button", { name: "Register a partner" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Participant id").fill("did:web:hirngespinst.example");
  await dialog.getByLabel("Name").fill("Hirngespinst Castings");
  await dialog.getByLabel("Dataspace Protocol address").fill("not an address");
  await dialog.getByRole("button", { name: "Register a partner" }).click();
  await expect(dialog).toBeVisible();
  await dialog.getByLabel("Dataspace Protocol address").fill("https://hirngespinst.example/dsp/2025-1");
  await dialog.getByRole("button", { name: "Add a fact" }).click();
  await dialog.getByLabel("Operand").fill("https://w3id.org/catenax/2025/9/policy/BusinessPartnerGroup");
  await page.keyboard.press("Escape");
  await dialog.getByLabel("Values").fill("tier-1");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Register a partner" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hirngespinst Castings");
  await expect(page.getByText("tier-1")).toBeVisible();

  await page.getByRole("button", { name: "Edit" }).click();
  await dialog.getByLabel("Name").fill("Hirngespinst Foundry");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hirngespinst Foundry");

  await page.goto("/partners?q=tier-1");
  await expect(page.getByRole("row", { name: /Hirngespinst Foundry/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /Nirgendwo/ })).toBeHidden();
  await page.getByRole("link", { name: /Hirngespinst Foundry/ }).press("Enter");
  await page.getByRole("button", { name: "Remove" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(page).toHaveURL(/\/partners$/);
  await expect(page.getByRole("link", { name: /Nirgendwo/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /Hirngespinst/ })).toBeHidden();
  await page.context().close();
});

test("keys are replaced, and the old ones stay published", async ({ world, people }) => {
  const page = await people.as(world.supplier);
  await page.goto("/identity");
  await page.getByRole("button", { name: "Replace keys" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Replace keys" }).click();
  await expect(page.getByRole("heading", { name: "Keys that no longer sign" })).toBeVisible();
  await expect(page.getByText("Published until").first()).toBeVisible();
  await page.context().close();
});

test("what a viewer may not do is shown with the reason", async ({ world, people }) => {
  const page = await people.as(world.oem, "viewer");
  await page.goto("/partners");
  const register = page.getByRole("button", { name: "Register a partner" });
  // A connector that does not serve the UI has no viewers yet.
  test.skip(world.oem.ui !== world.oem.management.url, "without sessions everybody is an administrator");
  await expect(register).toHaveAttribute("aria-disabled", "true");
  await page.context().close();
});

const PAGES: Record<string, [string, RegExp]> = {
  "partners-3-dataspaces": ["/dataspaces", /^Dataspaces$/],
  "partners-4-dataspace": [`/dataspaces/${DATASPACE}`, /Brake Makers/],
  "partners-4-issued": [`/dataspaces/${DATASPACE}?tab=issued`, /Brake Makers/],
  "partners-4-members": [`/dataspaces/${DATASPACE}?tab=members`, /Brake Makers/],
  "partners-6-identity": ["/identity", /^Our identity$/],
  "partners-7-credentials": ["/identity?tab=credentials", /^Our identity$/],
};

test("each page in both themes and on a phone", async ({ world, people }) => {
  test.setTimeout(300_000);
  const page = await people.as(world.oem);
  for (const [name, [path, title]] of Object.entries(PAGES)) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0, { timeout: 30_000 });
    await shown(page, name);
  }
  await page.context().close();
});

test("the directory and a partner in both themes and on a phone", async ({ world, people }) => {
  test.setTimeout(180_000);
  const page = await people.as(world.supplier);
  await page.goto("/partners");
  await expect(page.getByRole("link", { name: /Nirgendwo/ })).toBeVisible();
  await shown(page, "partners-1-directory");
  await page.getByRole("link", { name: /Nirgendwo/ }).click();
  await expect(page.getByRole("heading", { name: "What it has proved" })).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0, { timeout: 30_000 });
  await shown(page, "partners-2-partner");
  await page.context().close();
});
