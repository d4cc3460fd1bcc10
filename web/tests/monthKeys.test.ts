import { beforeEach, expect, it, vi } from "vitest";
import { monthKeys } from "../src/behaviours/monthKeys";

const day = (number: number, marks = "") => `<td data-day class="${marks}"${number === 10 ? ' aria-current="date"' : ""}><a href="#d${number}">${number}</a>${number === 11 ? '<ul><li><a id="due" href="#due">due</a></li></ul>' : ""}</td>`;

/** Two weeks; hidden: the days that a phone leaves out. */
function month(hidden: (number: number) => boolean = () => false): HTMLElement[] {
  const week = (first: number) => `<tr>${[0, 1, 2, 3, 4, 5, 6].map((one) => day(first + one, first === 1 && one === 0 ? "is-outside" : "")).join("")}</tr>`;
  document.body.innerHTML = `<table data-month-keys><tbody>${week(1)}${week(8)}</tbody></table>`;
  const days = [...document.querySelectorAll<HTMLElement>("[data-day]")];
  days.forEach((one, at) => {
    one.getClientRects = () => (hidden(at + 1) ? [] : [{}]) as unknown as DOMRectList;
  });
  monthKeys(document.querySelector("table") as HTMLElement);
  return days;
}

function press(key: string): number {
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  return Number(document.activeElement?.querySelector("a")?.textContent);
}

let days: HTMLElement[] = [];
beforeEach(() => {
  days = month();
});

it("puts today alone into the order of Tab", () => {
  expect(days.filter((one) => one.tabIndex === 0)).toEqual([days[9]]);
});

it.each([
  ["ArrowRight", 11],
  ["ArrowLeft", 9],
  ["ArrowUp", 3],
  ["ArrowDown", 10],
  ["Home", 8],
  ["End", 14],
])("moves by %s", (key, to) => {
  days[9]?.focus();
  expect(press(key)).toBe(to);
});

it("goes one day up and down where only days with something are shown", () => {
  days = month((number) => ![3, 10, 11].includes(number));
  days[9]?.focus();
  expect(press("ArrowDown")).toBe(11);
  expect(press("ArrowUp")).toBe(10);
  expect(press("Home")).toBe(3);
});

it("opens what is due before the day itself", () => {
  const opened = vi.fn((event: Event) => event.preventDefault());
  document.getElementById("due")?.addEventListener("click", opened);
  days[10]?.focus();
  press("Enter");
  expect(opened).toHaveBeenCalledOnce();
});
