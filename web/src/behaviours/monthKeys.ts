/**
 * A month by keyboard, as calendars of desks do it: arrows move from day to day and from week to week, Home and End to the
 * ends of a week, Enter opens what stands in the day. One day is in the order of Tab; PageUp and PageDown are keys of the page.
 */
import { belongsElsewhere } from "../typing";

const STEP: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export function monthKeys(table: HTMLElement): void {
  const days = [...table.querySelectorAll<HTMLElement>("[data-day]")];
  const shown = () => days.filter((day) => day.getClientRects().length > 0);
  const choose = (day: HTMLElement) => {
    for (const one of days) one.tabIndex = one === day ? 0 : -1;
  };
  const first = table.querySelector<HTMLElement>("[aria-current=date]") ?? days.find((day) => !day.matches(".is-outside"));
  if (first) choose(first);

  table.addEventListener("keydown", (event) => {
    const day = (event.target as HTMLElement).closest<HTMLElement>("[data-day]");
    if (day === null || belongsElsewhere(event)) return;
    if (event.key === "Enter") {
      if (event.target !== day) return; // a link inside opens itself
      return (day.querySelector<HTMLElement>("li a") ?? day.querySelector<HTMLElement>("a"))?.click();
    }
    const next = target(event.key, day);
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
    next.focus();
  });

  function target(key: string, day: HTMLElement): HTMLElement | undefined {
    const all = shown();
    const at = all.indexOf(day);
    // On a phone only the days with something in them stand there, one below the other: up and down go one day.
    const isList = all.length < days.length;
    const step = STEP[key];
    if (step !== undefined) return all[at + (isList ? Math.sign(step) : step)];
    const week = [...(day.parentElement?.querySelectorAll<HTMLElement>("[data-day]") ?? [])];
    if (key === "Home") return isList ? all[0] : week[0];
    if (key === "End") return isList ? all.at(-1) : week.at(-1);
    return undefined;
  }
}
