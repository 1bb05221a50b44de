import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { request, type ServerResponse } from "node:http";
import type { Connect, Plugin, PreviewServer, ViteDevServer } from "vite";

/** The header the server sends with every page. The preview sends it too, so that what it forbids shows early. */
const policy = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "manifest-src 'self'",
    "worker-src 'self' blob:",
  ].join("; ");

/**
 * `vite` and `vite preview` pass `/api` on to the connector at SYMBOLON_URL. With SYMBOLON_KEY_FILE the requests carry its
 * API key, and nobody has to sign in. Neither is part of the build.
 */
export function connector(): Plugin {
  const target = process.env.SYMBOLON_URL ?? "http://127.0.0.1:8081";
  const key = process.env.SYMBOLON_KEY_FILE && readFileSync(process.env.SYMBOLON_KEY_FILE, "utf8").trim();
  const middlewares = (server: ViteDevServer | PreviewServer): void => {
    server.middlewares.use(pass(target, key || null));
  };
  return {
    name: "symbolon:connector",
    configureServer: middlewares,
    configurePreviewServer: (server) => {
      middlewares(server);
      server.middlewares.use(guarded);
    },
  };
}

/** Sends index.html as the server does: with a fresh nonce, under the policy. */
const guarded: Connect.NextHandleFunction = (incoming, response, next) => {
  const page = incoming.headers.accept?.includes("text/html") && incoming.method === "GET";
  if (!page) return next();
  const nonce = randomBytes(16).toString("base64");
  const html = readFileSync(new URL("../dist/index.html", import.meta.url), "utf8").replaceAll("%NONCE%", nonce);
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy(nonce) });
  response.end(html);
};

/** A connector without sessions: whoever has the key is its administrator. */
async function keySession(target: string, key: string, response: ServerResponse): Promise<void> {
  const asked = (path: string) => fetch(`${target}/api/v1/${path}`, { headers: { "x-api-key": key } });
  const session = await asked("session");
  const info = session.status === 404 ? await asked("info") : null;
  const body = info
    ? JSON.stringify({
        operator: { name: "key", role: "admin", kind: "key" },
        permissions: ["read", "negotiate", "conclude", "administer", "audit"],
        csrf: null,
        expiresAt: null,
        connector: await info.json(),
      })
    : await session.text();
  response.writeHead(info ? info.status : session.status, { "content-type": "application/json" }).end(body);
}

function pass(target: string, key: string | null): Connect.NextHandleFunction {
  const base = new URL(target);
  return (incoming, response, next) => {
    if (key && incoming.url === "/api/v1/session" && incoming.method === "GET")
      return void keySession(target, key, response);
    if (!incoming.url?.startsWith("/api/") && !incoming.url?.startsWith("/health")) return next();
    const headers = { ...incoming.headers, host: base.host, ...(key ? { "x-api-key": key } : {}) };
    // The connector compares where a request comes from with where it is itself.
    if (headers.origin) headers.origin = base.origin;
    const outgoing = request(
      { hostname: base.hostname, port: base.port, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on("error", () => response.destroy());
        answer.pipe(response);
      },
    );
    outgoing.on("error", () => {
      if (!response.headersSent) response.writeHead(502, { "content-type": "text/plain" });
      response.end(`no connector at ${target}`);
    });
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  };
}
