/**
 * Choosing rows: boxes, "x" on the current row, Shift for a range, a box in the head for the page. A bar with
 * data-bulk-bar inside the same data-selection shows how many and stays hidden at none.
 */
import { text } from "../texts";
import { belongsElsewhere } from "../typing";

export function selection(element: HTMLElement): void {
  const boxes = () => [...element.querySelectorAll<HTMLInputElement>("input[data-choose]")];
  const all = () => element.querySelector<HTMLInputElement>("input[data-choose-all]");
  let last: HTMLInputElement | undefined;

  const show = () => {
    const list = boxes();
    const chosen = list.filter((box) => box.checked).length;
    for (const box of list) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    const head = all();
    if (head) {
      head.checked = chosen > 0 && chosen === list.length;
      head.indeterminate = chosen > 0 && chosen < list.length;
    }
    for (const bar of element.querySelectorAll<HTMLElement>("[data-bulk-bar]")) {
      bar.hidden = chosen === 0;
      const counter = bar.querySelector("[data-bulk-count]");
      if (counter) counter.textContent = text("chosen", { count: chosen });
    }
  };

  const choose = (box: HTMLInputElement, value: boolean, range: boolean) => {
    const list = boxes();
    const from = range && last ? list.indexOf(last) : -1;
    const to = list.indexOf(box);
    const span = from < 0 ? [box] : list.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const one of span) one.checked = value;
    last = box;
    show();
  };

  element.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    if (target.matches("input[data-choose]")) choose(target as HTMLInputElement, (target as HTMLInputElement).checked, event.shiftKey);
    if (target.matches("input[data-choose-all]")) {
      for (const box of boxes()) box.checked = (target as HTMLInputElement).checked;
      show();
    }
    if (target.closest("[data-choose-none]")) {
      for (const box of boxes()) box.checked = false;
      show();
    }
  });
  const onKey = (event: KeyboardEvent) => {
    if (!element.isConnected) return document.removeEventListener("keydown", onKey);
    if (event.key.toLowerCase() !== "x" || belongsElsewhere(event)) return;
    const box = element.querySelector<HTMLInputElement>("tr[data-current] input[data-choose]");
    if (box === null) return;
    event.preventDefault();
    choose(box, !box.checked, event.shiftKey);
  };
  document.addEventListener("keydown", onKey);
  element.addEventListener("htmx:afterSettle", show);
  show();
}
