import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "@playwright/test";
import { type Connector, freePort } from "./connector.ts";

export type Role = "viewer" | "negotiator" | "approver" | "admin" | "auditor";

export const PASSWORD = "a sentence of fictional people";
const FIRST = "ada.admin";

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

/**
 * Who signs in at connectors: one user for each role, made as an administrator makes them. Signed in once by clicks and kept, so
 * that a test begins where it wants to.
 */
export class People {
  readonly #kept = new Map<string, Promise<State>>();
  readonly #previews = new Map<Connector, ChildProcess>();

  constructor(readonly browser: Browser) {}

  /** A browser of its own in which somebody with this role is signed in; close its context at the end. */
  async as(connector: Connector, role: Role = "admin", options: BrowserContextOptions = {}): Promise<Page> {
    const storageState = await this.#signedIn(connector, role);
    const context = await this.browser.newContext({ baseURL: connector.ui, storageState, ...options });
    return context.newPage();
  }

  end(): void {
    for (const child of this.#previews.values()) child.kill();
  }

  #signedIn(connector: Connector, role: Role): Promise<State> {
    const key = `${connector.management.url} ${role}`;
    const kept = this.#kept.get(key) ?? this.#enter(connector, role);
    this.#kept.set(key, kept);
    return kept;
  }

  async #enter(connector: Connector, role: Role): Promise<State> {
    if (!(await this.#served(connector))) return { cookies: [], origins: [] };
    if (role === "admin") return this.#welcome(connector.ui, requireLink(connector), FIRST);
    await this.#signedIn(connector, "admin");
    const name = `${role}.${connector.name.split(" ")[0]?.toLowerCase()}`;
    const { link } = await connector.management.post("users", { name, role });
    return this.#welcome(connector.ui, link, null);
  }

  /** Opens a link as it was given out, and chooses a password. */
  async #welcome(ui: string, link: string, name: string | null): Promise<State> {
    const context = await this.browser.newContext({ baseURL: ui, locale: "en-GB" });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    await page.goto(link);
    if (name) await page.getByLabel("User name").fill(name);
    await page.locator("input[type=password]").fill(PASSWORD);
    await page.getByRole("button", { name: "Set password and sign in" }).click();
    await page.getByRole("button", { name: /^Account:/ }).waitFor();
    const state = await context.storageState();
    await context.close();
    return state;
  }

  /** Whether the connector serves the UI itself. One that does not gets `vite preview` before it, which carries its key. */
  async #served(connector: Connector): Promise<boolean> {
    if (this.#previews.has(connector)) return false;
    const answer = await fetch(connector.management.url, { headers: { Accept: "text/html" } });
    if (answer.ok) return true;
    const port = await freePort();
    const env = {
      ...process.env,
      SYMBOLON_URL: connector.management.url,
      SYMBOLON_KEY_FILE: `${connector.folder}/home/api.key`,
    };
    const child = spawn(
      process.execPath,
      ["node_modules/vite/bin/vite.js", "preview", "--port", String(port), "--strictPort"],
      {
        env,
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    this.#previews.set(connector, child);
    await new Promise<void>((resolve) =>
      createInterface(child.stdout).on("line", (line) => line.includes("Local") && resolve()),
    );
    connector.ui = `http://127.0.0.1:${port}`;
    return false;
  }
}

function requireLink({ name, firstStart }: Connector): string {
  if (!firstStart) throw new Error(`${name} printed no link for its first administrator`);
  return firstStart;
}
