/** The management API as an operator with the administrator's key uses it: what a test prepares, and what it looks up after. */
export interface Happened {
  seq: number;
  kind: string;
  subject: string;
  [member: string]: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of an answer.
type Json = any;

/** What a connector does by itself takes milliseconds; who waits this long has failed. */
const HAPPENS_WITHIN = 30_000;

export class Management {
  constructor(
    /** The listener's root. */
    readonly url: string,
    readonly key: string,
  ) {}

  get = (path: string): Promise<Json> => this.#ask("GET", path);
  post = (path: string, body: unknown = {}): Promise<Json> => this.#ask("POST", path, body);
  put = (path: string, body: unknown): Promise<Json> => this.#ask("PUT", path, body);
  delete = (path: string): Promise<Json> => this.#ask("DELETE", path);

  /** Waits for the first event of this kind about this subject; what happened before the call counts. */
  async happened(kind: string, subject: string): Promise<Happened> {
    const stop = AbortSignal.timeout(HAPPENS_WITHIN);
    const headers = { "X-Api-Key": this.key };
    try {
      const stream = await fetch(`${this.url}/api/v1/events?after=0`, { headers, signal: stop });
      let text = "";
      const decoder = new TextDecoder();
      for await (const piece of stream.body ?? []) {
        text += decoder.decode(piece, { stream: true });
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          const data = block.split("\n").find((line) => line.startsWith("data:"));
          const event: Happened | null = data ? JSON.parse(data.slice(5)) : null;
          if (event?.kind === kind && event.subject === subject) return event;
        }
      }
    } catch (thrown) {
      if (!stop.aborted) throw thrown;
    }
    throw new Error(`${kind} about ${subject} did not happen within ${HAPPENS_WITHIN / 1000} s`);
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Json> {
    const headers: Record<string, string> = { "X-Api-Key": this.key };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const content = body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(`${this.url}/api/v1/${path}`, { method, headers, body: content });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : text;
  }
}
