import { path, send } from "@/api/client";
import { Problem } from "@/api/problem";

/** Where the data of a transfer is, or what lies below it. `below` is what somebody has typed: `SN-20412`, `a/b?unit=mm`. */
export function dataAddress(pid: string, below = "", preview = false): string {
  const [segments = "", query = ""] = divide(below.trim().replace(/^\/+/, ""), "?");
  const encoded = segments.split("/").map((segment) => encodeURIComponent(decoded(segment)));
  const tail = segments === "" ? "" : `/${encoded.join("/")}`;
  const members = new URLSearchParams(query);
  if (preview) members.set("preview", "true");
  const search = members.toString();
  return `/api/v1${path`/transfers/${pid}/data`}${tail}${search && `?${search}`}`;
}

function divide(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The file name of `Content-Disposition`; `fallback` where it has none. */
export function fileName(disposition: string | null, fallback: string): string {
  const extended = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]+))/i.exec(disposition ?? "");
  const name = extended ? decoded(extended) : (plain?.[1]?.replace(/\\(.)/g, "$1") ?? plain?.[2]?.trim());
  return (name || fallback).replace(/[\\/\p{Cc}]/gu, "_");
}

export interface Beginning {
  /** At most 64 KiB. */
  content: Blob;
  mediaType: string;
  /** What the provider says that the whole is; null: nothing. */
  sourceType: string | null;
  truncated: boolean;
}

/** The beginning of the data. It is a data request as any other. */
export async function preview(pid: string, below: string, signal?: AbortSignal): Promise<Beginning> {
  const response = await get(dataAddress(pid, below, true), signal);
  return {
    content: await response.blob(),
    mediaType: essence(response.headers.get("Content-Type")),
    sourceType: response.headers.get("X-Source-Content-Type"),
    truncated: response.headers.get("X-Preview-Truncated") === "true",
  };
}

export function essence(mediaType: string | null): string {
  return (mediaType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function get(address: string, signal?: AbortSignal): Promise<Response> {
  return send(new Request(new URL(address, window.location.origin), { signal, credentials: "same-origin" }));
}

export interface Moved {
  bytes: number;
  /** null: the provider does not say how much it will be. */
  total: number | null;
}

/**
 * Fetches the data and lets the browser save it as a file. Nothing of it is held in memory: it goes to the browser's own files
 * first, so that a refusal is seen as one, and what is broken off is not taken for the whole. Answers the file's name and size.
 */
export async function download(
  pid: string,
  below: string,
  moved: (how: Moved) => void,
  signal: AbortSignal,
): Promise<{ name: string; bytes: number }> {
  const response = await get(dataAddress(pid, below), signal);
  const length = response.headers.get("Content-Length");
  const total = length && !response.headers.get("Content-Encoding") ? Number(length) : null;
  const name = fileName(response.headers.get("Content-Disposition"), pid.slice(-12));
  const place = await openPlace();
  let bytes = 0;
  try {
    moved({ bytes, total });
    const reader = response.body?.getReader();
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      await place.write(read.value);
      bytes += read.value.byteLength;
      moved({ bytes, total });
    }
    if (total !== null && bytes !== total) throw new TypeError("cut short");
    give(await place.file(), name);
    return { name, bytes };
  } catch (thrown) {
    await place.forget();
    if (signal.aborted || thrown instanceof Problem) throw thrown;
    if (thrown instanceof DOMException && thrown.name === "QuotaExceededError")
      throw new Problem(-1, "download.no-space", "no-space");
    throw new Problem(-1, "download.broke-off", "broke-off");
  }
}

interface Place {
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
  file(): Promise<Blob>;
  forget(): Promise<void>;
}

const FOLDER = "downloads";
/** After that, the browser has saved what was given to it. */
const KEPT = 10 * 60_000;

/** A file of the browser's own; where there is none (no secure context), blobs, which browsers move to disk as they grow. */
async function openPlace(): Promise<Place> {
  const root = await navigator.storage?.getDirectory?.().catch(() => null);
  if (!root || !("createWritable" in FileSystemFileHandle.prototype)) return blobs();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  await clean(folder);
  const name = `${Date.now()}-${crypto.randomUUID()}`;
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  return {
    write: (piece) => stream.write(piece),
    file: async () => {
      await stream.close();
      return handle.getFile();
    },
    forget: async () => {
      await stream.abort().catch(() => {});
      await folder.removeEntry(name).catch(() => {});
    },
  };
}

async function clean(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of folder.keys()) {
    const made = Number(name.split("-")[0]);
    if (!(Date.now() - made < KEPT)) await folder.removeEntry(name).catch(() => {});
  }
}

const PIECE = 8 * 1024 * 1024;

function blobs(): Place {
  let whole = new Blob();
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let waiting = 0;
  const gather = () => {
    whole = new Blob([whole, ...pieces]);
    pieces = [];
    waiting = 0;
  };
  return {
    write: async (piece) => {
      pieces.push(piece);
      waiting += piece.byteLength;
      if (waiting >= PIECE) gather();
    },
    file: async () => {
      gather();
      return whole;
    },
    forget: async () => {
      whole = new Blob();
      pieces = [];
    },
  };
}

function give(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}
