/** Draws <figure data-chart> from its JSON; the table in the figure stays as the other way to read it. */
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { linkOf, optionsOf, type Chart } from "./model";
import { paletteOf } from "./palette";

use([BarChart, LineChart, HeatmapChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, AriaComponent, CanvasRenderer]);

export function drawChart(figure: HTMLElement): void {
  const source = figure.querySelector("script[type='application/json']")?.textContent;
  const canvas = figure.querySelector<HTMLElement>(".chart-canvas");
  if (!source || canvas === null) return;
  const chart = JSON.parse(source) as Chart;

  figure.dataset["drawn"] = "";
  figure.querySelector("details")?.removeAttribute("open");
  const drawing = init(canvas);
  const draw = () => drawing.setOption(optionsOf(chart, paletteOf(figure)), true);
  draw();

  drawing.on("click", ({ seriesIndex, dataIndex }) => {
    const link = linkOf(chart, seriesIndex ?? 0, dataIndex);
    if (link !== null) location.assign(link);
  });
  new ResizeObserver(() => drawing.resize()).observe(canvas);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  matchMedia("print").addEventListener("change", draw);
}
