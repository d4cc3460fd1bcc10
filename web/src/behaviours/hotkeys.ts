/**
 * Keys shown on buttons: an element with data-key="a" is pressed by that key; "/" goes to the search; "?" lists every key
 * of the page. Nothing happens while somebody types or a dialog is open.
 */
import { text } from "../texts";
import { belongsElsewhere } from "../typing";
import { openDialog } from "./dialogs";

export function startHotkeys(): void {
  document.addEventListener("click", (event) => {
    if ((event.target as HTMLElement).closest("[data-opens-keys]")) showKeys();
  });
  document.addEventListener("keydown", (event) => {
    if (belongsElsewhere(event)) return;
    if (event.key === "?") {
      event.preventDefault();
      return showKeys();
    }
    const target = keyed(event.key);
    if (target === undefined) return;
    event.preventDefault();
    if (target.matches("input:not([type=checkbox],[type=radio]), textarea, select")) target.focus();
    else target.click();
  });
}

function keyed(key: string): HTMLElement | undefined {
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  return [...document.querySelectorAll<HTMLElement>("[data-key]")].find(
    (element) => element.dataset["key"] === wanted && !(element as HTMLButtonElement).disabled && element.getClientRects().length > 0,
  );
}

/** Keys of this page and what they do, in the order they stand on it. */
export function keysOfPage(): [string, string][] {
  const shown = [...document.querySelectorAll<HTMLElement>("[data-key]")].map((element): [string, string] => [
    element.dataset["key"] ?? "",
    element.dataset["keyLabel"] ?? element.ariaLabel ?? element.querySelector("strong")?.textContent ?? label(element),
  ]);
  if (document.querySelector("table[data-rows]") === null) return shown;
  return [
    ["j / k", text("keys-move")],
    ["Enter", text("keys-open")],
    ...(document.querySelector("[data-selection]") ? ([["x", text("keys-select")], ["⇧ x", text("keys-range")]] as [string, string][]) : []),
    ...shown,
  ];
}

function label(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement;
  for (const key of copy.querySelectorAll("kbd, svg")) key.remove();
  return copy.textContent?.replace(/\s+/g, " ").trim() ?? "";
}

function showKeys(): void {
  const rows = document.querySelector("#keys-dialog tbody");
  if (rows === null) return;
  rows.replaceChildren(
    ...keysOfPage().map(([key, meaning]) => {
      const row = document.createElement("tr");
      const [left, right] = [row.insertCell(), row.insertCell()];
      const cap = document.createElement("kbd");
      cap.textContent = key;
      left.append(cap);
      right.textContent = meaning;
      return row;
    }),
  );
  openDialog("keys-dialog");
}
