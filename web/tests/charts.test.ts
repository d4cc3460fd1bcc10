import { expect, test } from "vitest";
import { linkOf, optionsOf, type Chart, type Palette } from "../src/charts/model";
import { mix, shareOf } from "../src/maps/shade";

const PALETTE: Palette = {
  text: "#000001", muted: "#000002", line: "#000003", surface: "#000004", font: "f", series: ["#100000", "#200000"],
  heat: ["#eeeeee", "#111111"], tones: { danger: "#ff0000" },
};
const BARS: Chart = {
  kind: "stacked", categories: ["甲镇", "乙镇"],
  series: [{ name: "错误", values: [1, 2], tone: "danger", links: ["/a", null] }, { name: "可疑", values: [3, null] }],
};
const HEAT: Chart = { kind: "heat", columns: ["户主", "年龄"], rows: ["甲镇", "乙镇"], values: [[1, null], [3, 4]], links: [["/a", null], ["/c", "/d"]] };

test("a bar leads to its rows, and only where there are any", () => {
  expect(linkOf(BARS, 0, 0)).toBe("/a");
  expect(linkOf(BARS, 0, 1)).toBeNull();
  expect(linkOf(BARS, 1, 0)).toBeNull();
});

test("a heat cell leads to the rows of its place and kind", () => {
  expect(linkOf(HEAT, 0, 2)).toBe("/c");
  expect(linkOf(HEAT, 0, 3)).toBe("/d");
  expect(linkOf(HEAT, 0, 1)).toBeNull();
});

test("a series takes its tone, or the next colour", () => {
  const { series } = optionsOf(BARS, PALETTE) as { series: { itemStyle: { color: string }; stack: string }[] };

  expect(series.map((one) => one.itemStyle.color)).toEqual(["#ff0000", "#200000"]);
  expect(series.every((one) => one.stack === "all")).toBe(true);
});

test("a line of shares shows its own span, bars and counts begin at nought", () => {
  const scales = (chart: Chart) => (optionsOf(chart, PALETTE) as { yAxis: { scale?: boolean } }).yAxis.scale;

  expect(scales({ ...BARS, kind: "line", unit: "%" } as Chart)).toBe(true);
  expect(scales({ ...BARS, kind: "line" } as Chart)).toBe(false);
  expect(scales({ ...BARS, kind: "bar", unit: "%" } as Chart)).toBe(false);
});

test("the tooltip is drawn on the canvas: HTML would need inline styles", () => {
  const { tooltip } = optionsOf({ ...BARS, kind: "line" }, PALETTE) as { tooltip: { renderMode?: string } };

  expect(tooltip.renderMode).toBe("richText");
});

test("an unknown heat cell is a gap, not a nought", () => {
  const { series } = optionsOf(HEAT, PALETTE) as { series: { data: unknown[] }[] };

  expect(series[0]?.data[1]).toEqual([1, 0, "-"]);
});

test.each([[5, [5, 10], 0.5], [0, [0, 0], 0], [-1, [2], 0], [20, [10], 1]])("%i among %j is drawn at %f", (value, values, share) => {
  expect(shareOf(value, values)).toBe(share);
});

test("colours mix from end to end", () => {
  expect([mix("#000000", "#ffffff", 0), mix("#000000", "#ffffff", 1), mix("#000000", "#0a14ff", 0.5)]).toEqual(["#000000", "#ffffff", "#050a80"]);
});
