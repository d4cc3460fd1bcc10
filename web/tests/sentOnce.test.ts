import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startSentOnce } from "../src/behaviours/sentOnce";
import { one, page } from "./page";

const arrived: string[] = [];

beforeAll(() => {
  startSentOnce();
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) arrived.push((event.target as HTMLFormElement).id);
    event.preventDefault();
  });
});
beforeEach(() => {
  vi.useFakeTimers();
  arrived.length = 0;
  page(`<form id="step" method="post"><button>通过</button></form><form id="other" method="post"><button>上传</button></form><form id="filter"><button>筛选</button></form>`);
});
afterEach(() => vi.useRealTimers());

function press(form: string): void {
  one<HTMLButtonElement>(`#${form} button`).click();
}

test("a second press is let go while the answer is on its way, and said", () => {
  press("step");
  press("step");

  expect(arrived).toEqual(["step"]);
  expect(one("#toasts").textContent).toContain("正在提交。");
});

test("a later press, another form and a filter go through", () => {
  press("step");
  press("other");
  press("filter");
  press("filter");
  vi.advanceTimersByTime(5000);
  press("step");

  expect(arrived).toEqual(["step", "other", "filter", "filter", "step"]);
  expect(one("#toasts").textContent).toBe("");
});
