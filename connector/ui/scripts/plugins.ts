import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(html|js|css|svg|json|webmanifest|txt)$/;
/** Below this the headers cost more than compression saves. */
const WORTH_IT = 512;

/** Writes `.br` and `.gz` beside each text file of the build, for the server to send as they are. */
export function precompressed(): Plugin {
  let folder = "dist";
  return {
    name: "symbolon:precompressed",
    apply: "build",
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle: {
      order: "post",
      sequential: true,
      handler: async () => {
        const files = (await readdir(folder, { recursive: true })).filter((file) => TEXT.test(file));
        await Promise.all(files.map((file) => compress(join(folder, file))));
      },
    },
  };
}

async function compress(file: string): Promise<void> {
  const content = await readFile(file);
  // The server puts a nonce into index.html: it cannot be sent as it is.
  if (content.length < WORTH_IT || file.endsWith("index.html")) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params }));
  await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
}

/** Puts the script that chooses the theme in front of everything, as a file of its own: our CSP allows no inline script. */
export function schemeFirst(): Plugin {
  const source = readFileSync(new URL("../src/design/scheme.js", import.meta.url), "utf8");
  const name = `static/scheme-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
  return {
    name: "symbolon:scheme-first",
    buildStart() {
      if (this.meta.watchMode || this.environment?.mode !== "build") return;
      this.emitFile({ type: "asset", fileName: name, source });
    },
    transformIndexHtml: {
      order: "post",
      handler: (_html, context) => {
        const src = context.server ? "/src/design/scheme.js" : `/${name}`;
        return [{ tag: "script", attrs: { src }, injectTo: "head-prepend" }];
      },
    },
  };
}
