import { beforeEach, expect, test } from "vitest";
import { startKeptText } from "../src/behaviours/keptText";
import { one, page } from "./page";

const FORM = `<form data-keep-text="correction-12"><textarea name="note"></textarea><input name="number" data-never-keep></form>`;

/** A page load. */
function load(html: string, attributes: Record<string, string> = { user: "7" }): void {
  page(html, attributes);
  startKeptText();
}

function type(words: string, selector = "textarea"): void {
  const field = one<HTMLTextAreaElement>(selector);
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const send = () => one("form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
const note = () => document.querySelector<HTMLTextAreaElement>("textarea")?.value;

beforeEach(() => sessionStorage.clear());

test("typed text is there again after leaving and coming back", () => {
  load(FORM);
  type("已看过户口簿");

  load("<p>别的页面</p>");
  load(FORM);

  expect(note()).toBe("已看过户口簿");
  expect(one(".kept-text").textContent).toContain("已恢复文字");
});

test("text survives an error page and a login in between", () => {
  load(FORM);
  type("已看过户口簿");
  send();

  load("<p>权限已到期</p>", { user: "7", page: "error" });
  load("<p>登录</p>", { page: "login" });
  load(FORM);

  expect(note()).toBe("已看过户口簿");
});

test("a choice is there again too, unless it is not offered any more", () => {
  const offered = (...values: string[]): string =>
    `<form data-keep-text="columns-1"><select name="column:A"><option value=""></option>${values
      .map((value) => `<option value="${value}"${value === "name" ? " selected" : ""}>${value}</option>`)
      .join("")}</select></form>`;
  const chosen = (): string => one<HTMLSelectElement>("select").value;
  load(offered("name", "id_no"));
  type("id_no", "select");

  load("<p>登录</p>", { page: "login" });
  load(offered("name"));
  expect(chosen()).toBe("name");
  load(offered("name", "id_no"));
  expect(chosen()).toBe("id_no");

  one("button").click();
  expect(chosen()).toBe("name");
});

test("text of an accepted form is gone", () => {
  load(FORM);
  type("已看过户口簿");
  send();

  load("<p>已提交</p>");
  load(FORM);

  expect(note()).toBe("");
});

test("somebody else in the same window does not see it", () => {
  load(FORM);
  type("已看过户口簿");

  load(FORM, { user: "8" });
  expect(note()).toBe("");

  load(FORM, { user: "7" });
  expect(note()).toBe("");
});

test("what must not be kept is not kept", () => {
  load(FORM);
  type("610723", "input");

  expect(JSON.stringify({ ...sessionStorage })).not.toContain("610723");
});

test("discarding brings the server's text back", () => {
  load(FORM);
  type("写错了");
  load(FORM);

  one(".kept-text button").click();

  expect(note()).toBe("");
  load(FORM);
  expect(document.querySelector(".kept-text")).toBeNull();
});

test("logging out forgets everything", () => {
  load(`${FORM}<form data-forget-kept id="out"></form>`);
  type("已看过户口簿");

  one("#out").dispatchEvent(new Event("submit", { bubbles: true }));

  expect(sessionStorage.length).toBe(0);
});
