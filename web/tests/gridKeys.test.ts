import { beforeEach, expect, test, vi } from "vitest";
import { gridKeys } from "../src/behaviours/gridKeys";
import { one, page } from "./page";

const ROW = (n: number) => `<tr><th>${n}</th><td><input id="a${n}" value="a${n}"></td><td><input id="b${n}"></td><td><textarea id="c${n}"></textarea></td></tr>`;
const field = (id: string) => one(`#${id}`) as HTMLInputElement;

beforeEach(() => {
  page(`<form><table data-grid-keys><tbody>${[1, 2, 3].map(ROW).join("")}</tbody></table></form>`);
  gridKeys(one("table"));
});

function press(id: string, key: string, more: KeyboardEventInit = {}) {
  field(id).focus();
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  field(id).dispatchEvent(event);
  return event;
}

function paste(id: string, text: string) {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: { getData: () => text } });
  field(id).dispatchEvent(event);
  return event;
}

test("Enter and the arrows move within the column and stop at its ends", () => {
  press("b1", "Enter");
  expect(document.activeElement?.id).toBe("b2");
  press("b2", "ArrowDown");
  press("b3", "ArrowDown");
  expect(document.activeElement?.id).toBe("b3");
  press("b3", "ArrowUp");
  expect(document.activeElement?.id).toBe("b2");
});

test("inside a text of several lines, and inside an input method, keys are left alone", () => {
  expect(press("c1", "Enter").defaultPrevented).toBe(false);
  expect(press("b1", "Enter", { isComposing: true }).defaultPrevented).toBe(false);
});

test("Ctrl+Enter sends the form", () => {
  const sent = vi.fn((event: Event) => event.preventDefault());
  one("form").addEventListener("submit", sent);

  press("c2", "Enter", { ctrlKey: true });

  expect(sent).toHaveBeenCalledOnce();
});

test("rows and columns of a spreadsheet fill the fields to the right and below, and no further", () => {
  const told = vi.fn();
  one("table").addEventListener("input", told);

  const event = paste("b2", "x\ty\r\nz\tw\r\nlost\tlost\r\n");

  expect(event.defaultPrevented).toBe(true);
  expect(["b2", "c2", "b3", "c3", "a2", "a3"].map((id) => field(id).value)).toEqual(["x", "y", "z", "w", "a2", "a3"]);
  expect(told).toHaveBeenCalledTimes(4);
});

test("a single value, and lines for one text, are pasted as everywhere", () => {
  expect(paste("a1", "x").defaultPrevented).toBe(false);
  expect(paste("c1", "x\ny").defaultPrevented).toBe(false);
});
