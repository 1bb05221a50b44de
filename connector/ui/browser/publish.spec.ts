import { accessible, expect, shown, test } from "./fixtures.ts";

test("what is offered, by offers, assets and policies", async ({ world, people }) => {
  const page = await people.as(world.supplier);
  await page.goto("/publish");
  await expect(page.getByRole("link", { name: "shift" })).toBeVisible();
  await shown(page, "publish-1-offers");
  await page.getByRole("tab", { name: "Assets" }).click();
  await page.getByRole("link", { name: "Spindle speed, one shift" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Spindle speed, one shift");
  await shown(page, "publish-2-asset");
  await page.goto("/publish?tab=policies");
  await page.getByRole("link", { name: "members-liable" }).click();
  await expect(page.getByText("by contract only").first()).toBeVisible();
  await shown(page, "publish-3-policy");
  for (const tab of ["As a tree", "JSON-LD", "Turtle"]) {
    await page.getByRole("tab", { name: tab }).click();
    await accessible(page);
  }
  await page.goto("/publish/offers/press");
  await expect(page.getByText("by a person")).toBeVisible();
  await shown(page, "publish-4-offer");
  await page.context().close();
});

test("the catalogue as a partner sees it, and why the rest is hidden", async ({ world, people }) => {
  const page = await people.as(world.supplier);
  await page.goto("/publish?tab=preview");
  await expect(page.getByRole("heading", { name: /are hidden/ })).toBeVisible();
  await page.getByRole("textbox", { name: "Seen by" }).click();
  await page.getByRole("option", { name: world.oem.name }).click();
  await expect(page.getByRole("heading", { name: "4 datasets are seen" })).toBeVisible();
  await expect(page).toHaveURL(/partner=/);
  await shown(page, "publish-5-preview");
  await page.context().close();
});

test("data is published by one form, tried first, and a partner finds it", async ({ world, people }) => {
  const page = await people.as(world.supplier);
  const path = await world.supplier.file("torque.csv", "second,torque_nm\n0,41\n1,42\n");
  await page.goto("/publish");
  await page.getByRole("link", { name: "Publish data" }).click();
  await page.getByRole("textbox", { name: "Path" }).fill(path);
  await page.getByRole("button", { name: "Check the source" }).click();
  await expect(page.getByRole("status").filter({ hasText: /bytes|B/ })).toBeVisible();
  await page.getByRole("textbox", { name: "Name" }).fill("Torque of spindle 4");
  await page.getByRole("textbox", { name: "Dataset id" }).fill("torque");
  const [access, usage] = [page.getByLabel("Template").nth(0), page.getByLabel("Template").nth(1)];
  const first = async (choice: typeof access) => {
    const options = choice.locator("option");
    await expect(options).not.toHaveCount(1);
    await choice.selectOption({ index: 1 });
  };
  await first(access);
  await first(usage);
  await page.getByRole("button", { name: "Try without publishing" }).click();
  await expect(page.getByText("This can be published")).toBeVisible();
  await shown(page, "publish-6-form");
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await expect(page).toHaveURL(/\/publish\/offers\//);
  const { catalog } = await world.oem.management.post("catalog", { partner: world.supplier.participant });
  const ids = catalog.dataset.map((one: { "@id": string }) => one["@id"]);
  expect(ids).toContain("torque");
  await page.context().close();
});

test("a policy is put together, read, tried against claims and stored", async ({ world, people }) => {
  const page = await people.as(world.supplier);
  await page.goto("/publish/workbench");
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.getByRole("textbox", { name: "What" }).fill("member");
  await page
    .getByRole("option", { name: /member/i })
    .first()
    .click();
  await page.getByRole("textbox", { name: "Value" }).fill("active");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Decide" }).click();
  await expect(page.getByText("Denied")).toBeVisible();
  await page.getByRole("textbox", { name: "Suppose besides" }).fill("Membership=active");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Decide" }).click();
  await expect(page.getByText("Permitted", { exact: true })).toBeVisible();
  await shown(page, "publish-7-workbench");
  await page.getByRole("textbox", { name: "Id" }).fill("members");
  await page.getByRole("button", { name: "Store the policy" }).click();
  await expect(page).toHaveURL(/\/publish\/policies\/members/);
  await page.context().close();
});

test("what is no policy says what is wrong with it", async ({ world, people }) => {
  const page = await people.as(world.supplier);
  await page.goto("/publish/workbench");
  await page.getByText("As text").click();
  const text = page.getByRole("textbox", { name: "Policy" });
  await text.fill("{ nonsense");
  await expect(page.getByText("This is no JSON")).toBeVisible();
  await text.fill(
    '{"@type": "Set", "permission": [{"action": "use", "constraint": [{"leftOperand": "weather", "operator": "eq", "rightOperand": "fine"}]}]}',
  );
  await expect(page.getByText("not understood").first()).toBeVisible();
  await page.context().close();
});
