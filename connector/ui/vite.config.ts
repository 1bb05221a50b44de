import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { Features } from "lightningcss";
import { defineConfig } from "vite";
import { connector } from "./scripts/development.ts";
import { precompressed, schemeFirst } from "./scripts/plugins.ts";
import { mantineStyles } from "./scripts/styles.ts";

export default defineConfig({
  plugins: [react(), mantineStyles(), schemeFirst(), precompressed(), connector()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Every browser of `target` has light-dark(); what would stand in for it does not follow Mantine's switch.
  css: { lightningcss: { exclude: Features.LightDark } },
  html: { cspNonce: "%NONCE%" },
  build: {
    outDir: "dist",
    assetsDir: "static",
    // A data: URL in a style sheet would be refused by font-src and hides what is loaded.
    assetsInlineLimit: 0,
    target: ["es2023", "chrome123", "firefox125", "safari17.5"],
    manifest: ".vite/manifest.json",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
});
