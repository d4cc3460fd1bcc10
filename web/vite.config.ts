import { defineConfig } from "vitest/config";
import { iconSprite } from "./build/icons.ts";

/** Windows 7 offices stay on Chromium 109: scripts and style sheets are written down to it. */
const OLDEST_BROWSER = "chrome109";

export default defineConfig({
  base: "./",
  plugins: [iconSprite(`${import.meta.dirname}/icons.txt`)],
  publicDir: false,
  css: {
    preprocessorOptions: {
      scss: {
        quietDeps: true,
        loadPaths: [`${import.meta.dirname}/node_modules`],
        // Bootstrap 5.3 is written with @import and global functions.
        silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
      },
    },
  },
  build: {
    outDir: "../src/taizhang/office/static/office/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: OLDEST_BROWSER,
    cssTarget: OLDEST_BROWSER,
    assetsDir: "",
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: { desk: "src/desk.ts", theme: "src/theme.ts" },
      // htmx holds an eval that allowEval: false and our content security policy keep from running.
      checks: { eval: false, pluginTimings: false },
    },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
});
