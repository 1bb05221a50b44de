import type { components } from "./schema";

export type Finding = components["schemas"]["Finding"];
type Document = components["schemas"]["Problem"];

/** A refusal or failure of the connector (RFC 9457), or of the way to it. What `Refusal` shows. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    /** The HTTP status; 0: the connector was not reached. */
    readonly status: number,
    /** Stable, for programs. */
    readonly code: string,
    /** One sentence for people. */
    readonly detail: string,
    readonly title: string = "",
    /** What refused: a member, a limit, a transition, a rule of a policy. */
    readonly rule: string | null = null,
    /** What to do about it. */
    readonly hint: string | null = null,
    readonly findings: readonly Finding[] = [],
    /** Seconds after which it may be tried again. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }

  /** From the document that came with an answer, whatever is in it. */
  static of(status: number, document: unknown, retryAfter: string | null = null): Problem {
    const seconds = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
    if (!isDocument(document)) {
      return new Problem(
        status,
        `http.${status}`,
        `The connector answered with status ${status}.`,
        "",
        null,
        null,
        [],
        seconds,
      );
    }
    const { code, detail, title, rule, hint, findings } = document;
    return new Problem(status, code, detail, title ?? "", rule ?? null, hint ?? null, findings ?? [], seconds);
  }

  /** From anything that was thrown. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    // What fetch throws when there is nobody to talk to.
    if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message)) return Problem.unreachable();
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return new Problem(-1, "page.failed", detail);
  }

  static unreachable(): Problem {
    return new Problem(0, "connector.unreachable", "The connector does not answer.");
  }

  /** For a report: everything, as text. */
  text(): string {
    const lines: (string | null | undefined)[] = [
      this.detail,
      this.rule && `rule: ${this.rule}`,
      this.hint && `hint: ${this.hint}`,
      `code: ${this.code}`,
    ];
    for (const { path, sentence, hint } of this.findings)
      lines.push(`- ${path ? `${path}: ` : ""}${sentence}`, hint && `  ${hint}`);
    return lines.filter(Boolean).join("\n");
  }
}

function isDocument(value: unknown): value is Pick<Document, "code" | "detail"> & Partial<Document> {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    "detail" in value &&
    typeof value.detail === "string"
  );
}
