import type { QueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { send } from "./client";
import { Problem } from "./problem";
import { EventReader, type Happened } from "./sse";

export type { Happened };
/** How the event stream stands. `waiting`: it will be tried again by itself. */
export type LiveState = "connecting" | "live" | "waiting" | "off";

/**
 * Which nouns an event makes stale, by what stands before the dot in its kind. A noun that is missing here is the kind's
 * word with an s. `["x"]` in a query key is what is invalidated.
 */
const STALE: Record<string, string[]> = {
  negotiation: ["negotiations", "summary"],
  transfer: ["transfers", "agreements", "summary", "monitor", "usage"],
  agreement: ["agreements", "negotiations", "transfers", "summary"],
  attestation: ["agreements"],
  message: ["negotiations", "transfers", "outbox", "summary"],
  outbox: ["outbox", "partners", "summary"],
  data: ["received", "transfers", "requests", "usage", "summary"],
  usage: ["usage", "agreements"],
  partner: ["partners", "catalogs", "summary"],
  catalog: ["catalogs"],
  asset: ["assets", "offers", "publications"],
  policy: ["policies", "offers", "publications", "summary"],
  offer: ["offers", "assets", "publications"],
  credential: ["credentials", "issued-credentials", "summary", "catalogs"],
  "credential-offer": ["credential-offers", "summary"],
  "credential-request": ["credential-requests"],
  issuance: ["issuances", "issued-credentials"],
  dataspace: ["dataspaces", "summary"],
  member: ["dataspaces", "members"],
  invitation: ["invitations"],
  keys: ["keys"],
  key: ["keys"],
  user: ["users", "session"],
  session: ["users"],
};

/** The nouns that an event of this kind makes stale; every event also the event log. */
export function staleAfter(kind: string): string[] {
  const word = kind.split(".")[0] ?? kind;
  return [...(STALE[word] ?? [`${word}s`]), "events"];
}

type Listener = (event: Happened) => void;

const CHANNEL = "symbolon-events";
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** The server sends something at least every 15 s. */
const SILENCE = 40_000;
/** Events come in bursts; what they make stale is read once. */
const TOGETHER = 200;

let state: LiveState = "off";
let lastSeq: number | null = null;
const watchers = new Set<() => void>();
const listeners = new Set<Listener>();

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

/** How the event stream stands, for who shows it. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => state,
  );
}

/** Calls `then` for each event whose kind begins with one of `prefixes` (`"transfer."`). */
export function useEvents(prefixes: readonly string[], then: Listener): void {
  const wanted = prefixes.join(" ");
  const latest = useRef(then);
  latest.current = then;
  useEffect(() => {
    const listener: Listener = (event) => {
      if (wanted.split(" ").some((prefix) => event.kind.startsWith(prefix))) latest.current(event);
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [wanted]);
}

/**
 * Follows the connector's events until the returned function is called, and invalidates what they make stale. A browser opens
 * six connections to an origin at most, so of several tabs one follows and tells the others.
 */
export function goLive(client: QueryClient): () => void {
  const stop = new AbortController();
  const channel = new BroadcastChannel(CHANNEL);
  const stale = invalidating(client);
  const take = (event: Happened) => {
    lastSeq = Math.max(lastSeq ?? 0, event.seq);
    for (const noun of staleAfter(event.kind)) stale(noun);
    for (const listener of listeners) listener(event);
  };
  channel.onmessage = ({ data }: MessageEvent<{ event?: Happened; state?: LiveState; asked?: boolean }>) => {
    if (data.event) take(data.event);
    if (data.state) become(data.state);
    if (data.asked && leading) channel.postMessage({ state });
  };
  let leading = false;
  const tell = (next: LiveState) => {
    become(next);
    channel.postMessage({ state: next });
  };
  const lead = async () => {
    leading = true;
    await follow(
      stop.signal,
      tell,
      (event) => {
        take(event);
        channel.postMessage({ event });
      },
      () => void client.invalidateQueries(),
    );
  };
  become("connecting");
  channel.postMessage({ asked: true });
  const ended = (thrown: unknown) => {
    if (!stop.signal.aborted) console.error(thrown);
  };
  // Locks need a secure context; without one, each tab follows by itself.
  if (navigator.locks) navigator.locks.request(CHANNEL, { signal: stop.signal }, lead).catch(ended);
  else lead().catch(ended);
  return () => {
    stop.abort();
    channel.close();
    become("off");
  };
}

function invalidating(client: QueryClient): (noun: string) => void {
  const waiting = new Set<string>();
  return (noun) => {
    if (waiting.size === 0) {
      setTimeout(() => {
        const nouns = [...waiting];
        waiting.clear();
        for (const one of nouns) void client.invalidateQueries({ queryKey: [one] });
      }, TOGETHER);
    }
    waiting.add(noun);
  };
}

async function follow(
  signal: AbortSignal,
  tell: (state: LiveState) => void,
  take: Listener,
  missed: () => void,
): Promise<void> {
  let wait = FIRST_WAIT;
  let before = false;
  while (!signal.aborted) {
    try {
      await followOnce(signal, take, () => {
        wait = FIRST_WAIT;
        // Without a place to go on from, something may have happened that nobody told us.
        if (before && lastSeq === null) missed();
        before = true;
        tell("live");
      });
    } catch (thrown) {
      if (signal.aborted) return;
      const problem = Problem.from(thrown);
      if (problem.status === 401 || problem.status === 403) return tell("off");
    }
    if (signal.aborted) return;
    tell("waiting");
    await pause(wait * (0.75 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

async function followOnce(signal: AbortSignal, take: Listener, opened: () => void): Promise<void> {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENCE);
  try {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (lastSeq !== null) headers["Last-Event-ID"] = String(lastSeq);
    const response = await send(new Request("/api/v1/events", { headers, signal: either, credentials: "same-origin" }));
    if (!response.body) throw Problem.unreachable();
    opened();
    const reader = new EventReader();
    const stream = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let read = await stream.read(); !read.done; read = await stream.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE);
      for (const data of reader.read(read.value)) take(JSON.parse(data) as Happened);
    }
  } finally {
    clearTimeout(timer);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    window.addEventListener("online", done);
  });
}
