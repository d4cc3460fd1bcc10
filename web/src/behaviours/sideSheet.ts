/** On a phone: a button with data-side-sheet="id" slides the side bar in; Escape, a link or a tap beside it closes it. */
export function sideSheet(button: HTMLElement): void {
  const sheet = document.getElementById(button.dataset["sideSheet"] ?? "");
  if (sheet === null) return;
  const set = (open: boolean) => {
    sheet.toggleAttribute("data-open", open);
    button.setAttribute("aria-expanded", String(open));
    if (open) sheet.querySelector<HTMLElement>("a")?.focus();
  };
  button.addEventListener("click", (event) => {
    event.preventDefault();
    set(!sheet.hasAttribute("data-open"));
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Node;
    if (sheet.hasAttribute("data-open") && !sheet.contains(target) && !button.contains(target)) set(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !sheet.hasAttribute("data-open")) return;
    set(false);
    button.focus();
  });
}
