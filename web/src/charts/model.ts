/** What a chart is, as the server writes it into <script type="application/json">, and what ECharts is told. */
import type { EChartsCoreOption } from "echarts/core";

/** One chart. `links` lead from a bar, point or cell to the rows it was counted from. */
export type Chart =
  | { kind: "bar" | "stacked" | "line"; categories: string[]; series: Series[]; unit?: string; horizontal?: boolean }
  | { kind: "heat"; columns: string[]; rows: string[]; values: (number | null)[][]; links?: (string | null)[][]; unit?: string };

export interface Series {
  name: string;
  values: (number | null)[];
  links?: (string | null)[];
  tone?: "danger" | "warning" | "success" | "neutral";
}

/** Colours and letters of the page, read from its style. */
export interface Palette {
  text: string;
  muted: string;
  line: string;
  surface: string;
  font: string;
  series: string[];
  heat: [string, string];
  tones: Record<string, string>;
}

/** Where a press on the `index`th value of series `series` leads, if anywhere. */
export function linkOf(chart: Chart, series: number, index: number): string | null {
  if (chart.kind !== "heat") return chart.series[series]?.links?.[index] ?? null;
  const width = chart.columns.length;
  return chart.links?.[Math.floor(index / width)]?.[index % width] ?? null;
}

export function optionsOf(chart: Chart, palette: Palette): EChartsCoreOption {
  const common = {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.text },
    aria: { enabled: true },
    // The HTML tooltip needs inline styles, which the content security policy refuses.
    tooltip: {
      renderMode: "richText",
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontSize: 12 },
      valueFormatter: (value: unknown) => (value === null || value === undefined ? "–" : `${value}${chart.unit ?? ""}`),
    },
  };
  if (chart.kind === "heat") return { ...common, ...heatOptions(chart, palette) };
  const pointer = { trigger: "axis", axisPointer: { type: chart.kind === "line" ? "line" : "shadow" }, confine: true };
  return { ...common, ...axisOptions(chart, palette), tooltip: { ...common.tooltip, ...pointer } };
}

function axisOptions(chart: Exclude<Chart, { kind: "heat" }>, palette: Palette): EChartsCoreOption {
  const names = {
    type: "category",
    data: chart.categories,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.muted, fontSize: 12, hideOverlap: true },
    inverse: chart.horizontal === true,
    boundaryGap: chart.kind !== "line",
  };
  const amounts = {
    type: "value",
    axisLabel: { color: palette.muted, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.line, width: 1 } },
    minInterval: chart.unit === "%" ? 0 : 1,
    // Shares that lie close together, and to their limit, would be one line at the top of a scale from nought.
    scale: chart.kind === "line" && chart.unit === "%",
  };
  const several = chart.series.length > 1;
  return {
    grid: { left: 4, right: 16, top: several ? 32 : 12, bottom: 4, containLabel: true },
    legend: several ? { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: palette.muted, fontSize: 12 } } : undefined,
    xAxis: chart.horizontal ? amounts : names,
    yAxis: chart.horizontal ? names : amounts,
    series: chart.series.map((one, index) => {
      const colour = (one.tone && palette.tones[one.tone]) ?? palette.series[index % palette.series.length];
      return {
        name: one.name,
        type: chart.kind === "line" ? "line" : "bar",
        stack: chart.kind === "stacked" ? "all" : undefined,
        data: one.values,
        barMaxWidth: 28,
        symbolSize: 6,
        cursor: one.links ? "pointer" : "default",
        itemStyle: { color: colour, borderRadius: chart.kind === "bar" ? 2 : 0 },
        lineStyle: { width: 2, color: colour },
      };
    }),
  };
}

function heatOptions(chart: Extract<Chart, { kind: "heat" }>, palette: Palette): EChartsCoreOption {
  const cells = chart.values.flatMap((row, y) => row.map((value, x) => [x, y, value ?? "-"]));
  const known = chart.values.flat().filter((value): value is number => value !== null);
  const axis = { type: "category", axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: palette.muted, fontSize: 12 } };
  return {
    grid: { left: 4, right: 8, top: 8, bottom: 4, containLabel: true },
    xAxis: { ...axis, data: chart.columns, axisLabel: { ...axis.axisLabel, interval: 0, width: 72, overflow: "break" } },
    yAxis: { ...axis, data: chart.rows, inverse: true },
    visualMap: { show: false, min: 0, max: Math.max(1, ...known), inRange: { color: palette.heat } },
    series: [
      {
        type: "heatmap",
        data: cells,
        label: { show: chart.columns.length <= 16, fontSize: 11 },
        itemStyle: { borderColor: palette.surface, borderWidth: 2, borderRadius: 3 },
        cursor: chart.links ? "pointer" : "default",
      },
    ],
  };
}
