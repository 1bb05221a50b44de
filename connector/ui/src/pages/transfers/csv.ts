/** A table as RFC 4180 writes it, with comma, semicolon or tab between its fields. */
export interface Table {
  header: string[];
  rows: string[][];
}

const SEPARATORS = [",", ";", "\t"] as const;
const MOST_ROWS = 2_000;

/** The table that a text is, if it is one: the first line has several fields, and most others have as many. */
export function table(text: string, truncated: boolean): Table | null {
  const separator = SEPARATORS.map((one) => ({ one, fields: (split(firstLine(text), one)[0] ?? []).length })).sort(
    (a, b) => b.fields - a.fields,
  )[0];
  if (!separator || separator.fields < 2) return null;
  const lines = split(text, separator.one).filter((fields) => fields.length > 1 || fields[0] !== "");
  // The last line of a beginning ends anywhere.
  if (truncated && lines.length > 2) lines.pop();
  const [header, ...rows] = lines;
  if (!header || rows.length === 0) return null;
  const fitting = rows.filter(({ length }) => length === header.length).length;
  return fitting >= rows.length * 0.9 ? { header, rows: rows.slice(0, MOST_ROWS) } : null;
}

function firstLine(text: string): string {
  const end = text.search(/\r?\n/);
  return end < 0 ? text : text.slice(0, end);
}

function split(text: string, separator: string): string[][] {
  const lines: string[][] = [];
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === separator) {
      fields.push(field);
      field = "";
    } else if (char === "\n" || char === "\r") {
      if (char === "\r" && text[at + 1] === "\n") at += 1;
      lines.push([...fields, field]);
      fields = [];
      field = "";
    } else field += char;
  }
  if (field !== "" || fields.length > 0) lines.push([...fields, field]);
  return lines;
}
