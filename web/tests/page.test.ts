import { beforeAll, expect, test, vi } from "vitest";
import { copyMasked } from "../src/behaviours/copyMasked";
import { startDialogs } from "../src/behaviours/dialogs";
import { carryQuery, sendAsShown, submitOnChange } from "../src/behaviours/forms";
import { keysOfPage, startHotkeys } from "../src/behaviours/hotkeys";
import { startMenus } from "../src/behaviours/menus";
import { themeSwitch } from "../src/behaviours/themeSwitch";
import { showToast } from "../src/behaviours/toasts";
import { enhance, enhanceAll } from "../src/enhance";
import { text } from "../src/texts";
import { one, page, press } from "./page";

/** A classic script, not a module with a type: it runs once when imported. */
const THEME = "../src/theme.ts";

beforeAll(() => {
  startMenus();
  startDialogs();
  startHotkeys();
  // happy-dom has no layout; a shown element has one box, a hidden one none.
  HTMLElement.prototype.getClientRects = function (this: HTMLElement) {
    return (this.closest("[hidden]") ? [] : [new DOMRect()]) as unknown as DOMRectList;
  };
});

test("texts take their facts, and an unknown one is shown as its key", () => {
  page("");

  expect(text("chosen", { count: 3 })).toBe("已选 3 条");
  expect(text("no-such-text")).toBe("no-such-text");
});

test("a behaviour is attached once, also to what comes later", () => {
  const attach = vi.fn();
  enhance("[data-once]", attach);
  page(`<p data-once></p>`);
  enhanceAll(document);
  enhanceAll(document);

  document.body.insertAdjacentHTML("beforeend", `<p data-once id="later"></p>`);
  enhanceAll(one("#later"));

  expect(attach).toHaveBeenCalledTimes(2);
});

test("a key presses its button, but not a disabled or hidden one", () => {
  page(`<button data-key="1">甲</button><button data-key="2" disabled>乙</button><p hidden><button data-key="3">丙</button></p>`);
  const pressed: string[] = [];
  for (const button of document.querySelectorAll("button")) button.addEventListener("click", () => pressed.push(button.textContent));

  for (const key of ["1", "2", "3", "4"]) press(key);

  expect(pressed).toEqual(["甲"]);
});

test("a key goes to its field", () => {
  page(`<input data-key="/">`);

  press("/");

  expect(document.activeElement).toBe(one("input"));
});

test("the list of keys names what each does", () => {
  page(`<div data-selection><table data-rows></table></div><button data-key="d">派发 <kbd>d</kbd></button><button data-key="1"><strong>村级台账错</strong><small>说明</small></button>`);

  expect(keysOfPage()).toEqual([
    ["j / k", "上一行、下一行"], ["Enter", "打开"], ["x", "选中"], ["⇧ x", "选中一段"], ["d", "派发"], ["1", "村级台账错"],
  ]);
});

test("a menu closes on Escape and on a press elsewhere", () => {
  page(`<details data-menu open><summary>菜单</summary></details><p id="else"></p>`);
  const menu = one<HTMLDetailsElement>("details");
  one("#else").click();
  expect(menu.open).toBe(false);

  menu.open = true;
  press("Escape");
  expect(menu.open).toBe(false);
});

function confirmation(): { sent: ReturnType<typeof vi.fn>; dialog: HTMLDialogElement } {
  page(`<form data-confirm="sure"><button>删除</button></form><dialog id="sure"></dialog>`);
  const sent = vi.fn((event: Event) => event.preventDefault());
  one("form").addEventListener("submit", sent);
  one("form button").click();
  return { sent, dialog: one<HTMLDialogElement>("dialog") };
}

test("a form that asks first is sent after yes, once", () => {
  const { sent, dialog } = confirmation();
  expect(sent).not.toHaveBeenCalled();
  expect(dialog.open).toBe(true);

  dialog.close("yes");

  expect(sent).toHaveBeenCalledOnce();
});

test("a form that asks first is not sent after no", () => {
  const { sent, dialog } = confirmation();

  dialog.close("");

  expect(sent).not.toHaveBeenCalled();
});

test("a message goes by itself, an error stays", () => {
  vi.useFakeTimers();
  page("");
  showToast("已保存", "success");
  showToast("没有完成", "danger");

  vi.advanceTimersByTime(60_000);

  expect([...document.querySelectorAll("#toasts p")].map((one) => one.textContent)).toEqual(["没有完成"]);
  vi.useRealTimers();
});

test("a message shows words, never tags", () => {
  page("");

  showToast("<b>甲</b>");

  expect(document.querySelector("#toasts b")).toBeNull();
});

test("what is copied is what is shown: a masked number stays masked", async () => {
  page(`<span id="number">6107************13</span><button data-copy="number"></button>`);
  const written = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText: written } });
  copyMasked(one("button"));

  one("button").click();
  await vi.waitFor(() => expect(document.querySelector("#toasts p")?.textContent).toBe("已复制。"));

  expect(written).toHaveBeenCalledWith("6107************13");
  vi.unstubAllGlobals();
});

test("a kept filter takes the address as it is when sent, without the page", () => {
  page(`<form><input type="hidden" name="query" value="old" data-carry-query></form>`);
  carryQuery(one("input"));
  history.replaceState(null, "", "?town=1&page=4");

  one("form").dispatchEvent(new Event("submit"));

  expect(one<HTMLInputElement>("input").value).toBe("town=1");
});

test("an export is sent with the address as it is when sent, without the page, and its dialog closes", () => {
  page(`<dialog open><form method="post" action="/tasks/export?state=old"></form></dialog>`);
  const form = one<HTMLFormElement>("form");
  sendAsShown(form);
  history.replaceState(null, "", "?town=1&page=4");

  form.dispatchEvent(new Event("submit"));

  expect(new URL(form.action).pathname + new URL(form.action).search).toBe("/tasks/export?town=1");
  expect(one<HTMLDialogElement>("dialog").open).toBe(false);
});

test("choosing a value sends the form", () => {
  page(`<form><select data-submit-on-change><option>a</option></select></form>`);
  const sent = vi.fn((event: Event) => event.preventDefault());
  one("form").addEventListener("submit", sent);
  submitOnChange(one("select"));

  one("select").dispatchEvent(new Event("change"));

  expect(sent).toHaveBeenCalledOnce();
});

test("the theme is kept and its button shown as pressed", async () => {
  await import(/* @vite-ignore */ THEME);
  page(`<button data-theme-choice="auto"></button><button data-theme-choice="dark"></button>`);
  for (const button of document.querySelectorAll<HTMLElement>("button")) themeSwitch(button);

  one("[data-theme-choice=dark]").click();

  expect(localStorage.getItem("theme")).toBe("dark");
  expect(document.documentElement.dataset["bsTheme"]).toBe("dark");
  expect(one("[data-theme-choice=dark]").getAttribute("aria-pressed")).toBe("true");
  expect(one("[data-theme-choice=auto]").getAttribute("aria-pressed")).toBe("false");
});
