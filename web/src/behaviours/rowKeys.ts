/** Lists by keyboard: j or ↓ and k or ↑ move, Enter opens, Home and End jump. The current row carries the focus. */
import { belongsElsewhere } from "../typing";

const STEP: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

export function keyboardRows(element: HTMLElement): void {
  const table = element as HTMLTableElement;
  const rows = () => [...table.querySelectorAll<HTMLTableRowElement>("tbody tr[data-row]")];
  const current = () => table.querySelector<HTMLTableRowElement>("tr[data-current]");

  const go = (row: HTMLTableRowElement | undefined) => {
    if (row === undefined) return;
    current()?.removeAttribute("data-current");
    row.setAttribute("data-current", "");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  const onKey = (event: KeyboardEvent) => {
    if (!table.isConnected) return document.removeEventListener("keydown", onKey);
    if (belongsElsewhere(event)) return;
    const target = event.target as HTMLElement;
    const inside = table.contains(target);
    // Arrows scroll the page unless the list has the focus; j and k work from anywhere.
    if (event.key.startsWith("Arrow") && !inside) return;
    const all = rows();
    const at = all.indexOf(current() as HTMLTableRowElement);
    const step = STEP[event.key];
    if (step !== undefined) {
      event.preventDefault();
      go(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
    } else if (inside && (event.key === "Home" || event.key === "End")) {
      event.preventDefault();
      go(event.key === "Home" ? all[0] : all.at(-1));
    } else if (event.key === "Enter" && at >= 0 && target === all[at]) {
      event.preventDefault();
      all[at]?.querySelector<HTMLAnchorElement>("a.row-link, a")?.click();
    }
  };
  document.addEventListener("keydown", onKey);
  table.addEventListener("focusin", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLTableRowElement>("tr[data-row]");
    if (row === null || row === current()) return;
    current()?.removeAttribute("data-current");
    row.setAttribute("data-current", "");
  });
}
