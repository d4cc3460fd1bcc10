/** One sprite of the icons the pages use, taken from @tabler/icons (MIT). Templates: {% icon "home" %}. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const library = join(dirname(createRequire(import.meta.url).resolve("@tabler/icons/package.json")), "icons/outline");

/** The drawing inside one file of the library, as a <symbol>; its stroke follows the text colour. */
export function symbol(name: string, file: string): string {
  const drawing = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(file)?.[1];
  if (drawing === undefined) throw new Error(`${name}: not an icon`);
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s*\n\s*/g, "")}</symbol>`;
}

/** Reads the names from icons.txt and emits icons.svg beside the scripts, listed in the manifest as "icons.txt". */
export function iconSprite(list: string): Plugin {
  return {
    name: "taizhang-icon-sprite",
    apply: "build",
    buildStart() {
      this.addWatchFile(list);
      const names = readFileSync(list, "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
      const symbols = names.map((name) => symbol(name, readFileSync(join(library, `${name}.svg`), "utf8")));
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons.txt",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`,
      });
    },
  };
}
