import { compile } from "sass";
import { expect, test } from "vitest";

const web = `${import.meta.dirname}/..`;
const sheet = compile(`${web}/src/styles/desk.scss`, {
  loadPaths: [`${web}/node_modules`, `${web}/src/styles`],
  quietDeps: true,
  silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
}).css;

test.each(["oklch(", "color-mix(", "light-dark(", "@layer", "@container"])("Chromium 109 need not know %s", (feature) => {
  expect(sheet).not.toContain(feature);
});

/** The tokens of one theme: `--name: #rrggbb` inside the block of the selector. */
function tokens(theme: "light" | "dark"): Record<string, string> {
  const blocks = [...sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g)].filter(([, selector]) => selector?.includes(`[data-bs-theme=${theme}]`) && !/[ >]/.test(selector.trim().replace(/,\s*/g, ",").replace(/^:root,/, "")));
  return Object.fromEntries(blocks.flatMap(([, , body]) => [...(body ?? "").matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6})\b/g)].map((pair) => [pair[1]!, pair[2]!])));
}

function luminance(colour: string): number {
  const full = colour.length === 4 ? colour.replace(/[0-9a-f]/g, "$&$&") : colour;
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

const TONES = ["danger", "warning", "success", "info", "primary", "neutral"];
const PAIRS: [string, string][] = [
  ...TONES.map((tone): [string, string] => [`${tone}-text`, `${tone}-ground`]),
  ...TONES.map((tone): [string, string] => [`${tone}-text`, "surface"]),
  ["bs-secondary-color", "surface"],
  ["bs-secondary-color", "surface-sunken"],
  ["bs-secondary-color", "surface-selected"],
  ["mark-text", "mark-ground"],
  ["side-text", "side"],
];

test.each((["light", "dark"] as const).flatMap((theme) => PAIRS.map((pair) => [theme, ...pair] as const)))(
  "%s: %s on %s can be read (WCAG 2.2 AA)",
  (theme, ink, ground) => {
    const known = tokens(theme);

    expect(contrast(known[ink]!, known[ground]!)).toBeGreaterThanOrEqual(4.5);
  },
);
