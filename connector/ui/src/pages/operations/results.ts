/** What `/sparql` answers as SPARQL 1.1 Query Results JSON. */
export interface Results {
  head: { vars?: string[] };
  boolean?: boolean;
  results?: { bindings: Record<string, Term>[] };
}

export interface Term {
  type: string;
  value: string;
  datatype?: string;
  "xml:lang"?: string;
}

/** Comma-separated values as RFC 4180 writes them. What a spreadsheet would take for a formula gets a quote before it. */
export function csv(columns: readonly string[], rows: readonly Record<string, Term>[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]?.value ?? ""))];
  return lines.map((line) => line.map(field).join(",")).join("\r\n");
}

function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Where in a query the engine stumbled, if its sentence says so: `error at 3:14: …`. */
export function place(sentence: string): { line: number; column: number } | null {
  const found = /(?:line|at)\s*(\d+)\s*(?::|,?\s*column\s*)(\d+)/i.exec(sentence);
  return found ? { line: Number(found[1]), column: Number(found[2]) } : null;
}
