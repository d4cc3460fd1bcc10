import { beforeEach, expect, test, vi } from "vitest";
import { keyboardRows } from "../src/behaviours/rowKeys";
import { selection } from "../src/behaviours/selection";
import { one, page, press } from "./page";

const ROW = (key: number) =>
  `<tr data-row id="row${key}"><td><input type="checkbox" data-choose value="${key}"></td><td><a class="row-link" href="#f${key}">问题${key}</a></td></tr>`;

beforeEach(() => {
  page(`<input id="search"><div data-selection><table data-rows><thead><tr><th><input type="checkbox" data-choose-all></th></tr></thead>
    <tbody>${[1, 2, 3, 4].map(ROW).join("")}</tbody></table>
    <div data-bulk-bar hidden><b data-bulk-count></b><button data-choose-none></button></div></div>`);
  keyboardRows(one("table"));
  selection(one("[data-selection]"));
});

const current = () => document.querySelector("tr[data-current]")?.id;
const chosen = () => [...document.querySelectorAll<HTMLInputElement>("[data-choose]:checked")].map((box) => box.value);

test("j and k move through the rows and stop at both ends", () => {
  for (const key of ["j", "j", "k", "k"]) press(key);
  expect(current()).toBe("row1");

  for (const key of ["j", "j", "j", "j", "j"]) press(key);
  expect(current()).toBe("row4");
});

test("letters typed into a field move nothing", () => {
  press("j", {}, one("#search"));

  expect(current()).toBeUndefined();
});

test("a key with Ctrl, or inside an input method, is left alone", () => {
  press("j", { ctrlKey: true });
  press("j", { isComposing: true });

  expect(current()).toBeUndefined();
});

test("arrows move only inside the list, so that the page can scroll", () => {
  press("ArrowDown");
  expect(current()).toBeUndefined();

  press("ArrowDown", {}, one("#row1"));
  expect(current()).toBe("row1");
});

test("Enter opens the current row", () => {
  const opened = vi.fn();
  one("#row2 a").addEventListener("click", opened);
  press("j");
  press("j");

  press("Enter", {}, one("#row2"));

  expect(opened).toHaveBeenCalledOnce();
});

test("x chooses the current row and again lets it go", () => {
  press("j");
  press("x");
  expect(chosen()).toEqual(["1"]);
  expect(one("[data-bulk-bar]").hidden).toBe(false);
  expect(one("[data-bulk-count]").textContent).toBe("已选 1 条");

  press("x");
  expect(chosen()).toEqual([]);
  expect(one("[data-bulk-bar]").hidden).toBe(true);
});

test("Shift chooses from the last chosen row to this one", () => {
  press("j");
  press("x");
  press("j");
  press("j");
  press("X", { shiftKey: true });

  expect(chosen()).toEqual(["1", "2", "3"]);
});

test("the box in the head chooses the page and shows a part of it", () => {
  one<HTMLInputElement>("[data-choose-all]").click();
  expect(chosen()).toEqual(["1", "2", "3", "4"]);

  one<HTMLInputElement>("#row1 [data-choose]").click();
  expect(one<HTMLInputElement>("[data-choose-all]").indeterminate).toBe(true);

  one("[data-choose-none]").click();
  expect(chosen()).toEqual([]);
});
