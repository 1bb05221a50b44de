import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Management } from "./management.ts";

const run = promisify(execFile);
const READY_WITHIN = 60_000;

/** The binary under test. */
export function binary(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/symbolon/target");
  return process.env.SYMBOLON_BIN ?? join(target, "release/symbolon");
}

export interface Options {
  /** Further members of the configuration: `{ "catalogs.every_s": "0" }`. */
  members?: Record<string, string>;
}

/** A connector as a process of its own, in a folder of its own, on free ports. */
export class Connector {
  /** The link that the server printed at its start because nobody can sign in yet. */
  firstStart: string | null = null;
  participant = "";
  readonly #children: ChildProcess[] = [];

  private constructor(
    readonly name: string,
    readonly folder: string,
    readonly management: Management,
    /** Where the UI is. */
    public ui: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async start(name: string, { members = {} }: Options = {}): Promise<Connector> {
    const folder = await mkdtemp(join(tmpdir(), `symbolon-ui-${name.replace(/\W/g, "-")}-`));
    const home = join(folder, "home");
    const [open, managed] = [await freePort(), await freePort()];
    const ports = ["--public-port", String(open), "--management-port", String(managed)];
    await run(binary(), ["init", "--dir", home, "--name", name, "--loopback", "--did", "web", ...ports]);
    const key = (await readFile(join(home, "api.key"), "utf8")).trim();
    const url = `http://127.0.0.1:${managed}`;
    const all = { "storage.durability": "relaxed", ...members };
    const variables = Object.entries(all).map(([member, value]) => [variable(member), value]);
    const environment = { ...process.env, ...Object.fromEntries(variables) };
    const connector = new Connector(name, folder, new Management(url, key), url, environment);
    try {
      await connector.serve();
    } catch (thrown) {
      await connector.stop();
      throw thrown;
    }
    return connector;
  }

  /** Starts the process, also again after `kill`. */
  async serve(): Promise<void> {
    const log = createWriteStream(join(this.folder, "log"), { flags: "a" });
    const child = spawn(binary(), ["serve", "--config", join(this.folder, "home/symbolon.toml")], {
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.push(child);
    child.stderr.pipe(log);
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.name} is not ready`)), READY_WITHIN);
      child.once("error", reject);
      child.once("exit", async (code) => reject(new Error(`${this.name} ended with ${code}\n${await this.log()}`)));
      createInterface(child.stdout).on("line", (line) => {
        log.write(`${line}\n`);
        // `open:` stands behind `ready:`; the server has printed both when it answers.
        const link = /^open: (\S+)/.exec(line)?.[1];
        if (link) this.firstStart = link;
        if (line.startsWith("ready:")) {
          clearTimeout(late);
          resolve();
        }
      });
    });
    this.participant = (await this.management.get("info")).participantId;
  }

  /** Runs a command of the binary as its operator. */
  async command(...words: string[]): Promise<string> {
    const env = {
      ...this.environment,
      SYMBOLON_URL: this.management.url,
      SYMBOLON_KEY_FILE: join(this.folder, "home/api.key"),
    };
    const { stdout } = await run(binary(), words, { env });
    return stdout;
  }

  /** Writes a file into the folder that may be published from. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, "home/files", name);
    await writeFile(path, content);
    return path;
  }

  /** Ends the process as a power failure would; `serve` starts it again. */
  async kill(): Promise<void> {
    await Promise.all(this.#children.splice(0).map(end));
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async log(): Promise<string> {
    const text = await readFile(join(this.folder, "log"), "utf8").catch(() => "");
    return text.split("\n").slice(-60).join("\n");
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.removeAllListeners("exit");
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

/** `storage.durability` is `SYMBOLON__STORAGE__DURABILITY`. */
function variable(member: string): string {
  return `SYMBOLON__${member.replaceAll(".", "__").toUpperCase()}`;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
