/** How dark a place is drawn: its value against the largest, in even steps of the heat colours' mix. */
export function shareOf(value: number, values: number[]): number {
  const largest = Math.max(0, ...values);
  return largest === 0 ? 0 : Math.min(1, Math.max(0, value) / largest);
}

/** The colour between two `#rrggbb` colours at `share` (0 to 1). */
export function mix(from: string, to: string, share: number): string {
  const part = (colour: string, at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(part(from, at) + (part(to, at) - part(from, at)) * share));
  return `#${mixed.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}
