import { search, send } from "@/api/client";
import { save } from "@/components/Download";

/** The whole selection as newline-delimited JSON, saved as a file. */
export async function exported(path: string, query: Record<string, string | undefined>, file: string): Promise<void> {
  const request = new Request(`/api/v1${path}${search(query)}`, {
    headers: { Accept: "application/x-ndjson" },
    credentials: "same-origin",
  });
  const answered = await send(request);
  save(await answered.blob(), file, "application/x-ndjson");
}

/** What a date field says, as an instant: the day begins, or ends, where the reader is. */
export function instant(day: string | undefined, end: boolean): string | undefined {
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = new Date(`${day}T00:00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  if (end) at.setDate(at.getDate() + 1);
  return at.toISOString();
}
