import type { Palette } from "./model";

/** The colours in force now: the style sheet decides, light or dark. */
export function paletteOf(element: HTMLElement): Palette {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: value("--bs-body-color"),
    muted: value("--bs-secondary-color"),
    line: value("--bs-border-color"),
    surface: value("--surface"),
    font: style.fontFamily,
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => value(`--chart-${number}`)),
    heat: [value("--heat-0"), value("--heat-1")],
    tones: {
      danger: value("--chart-4"),
      warning: value("--chart-2"),
      success: value("--chart-3"),
      neutral: value("--chart-8"),
    },
  };
}
