/** Buttons with data-theme-choice="auto | light | dark"; theme.ts applies the choice and keeps it. */
export function themeSwitch(button: HTMLElement): void {
  const show = () =>
    button.setAttribute("aria-pressed", String(document.documentElement.dataset["themeChosen"] === button.dataset["themeChoice"]));
  button.addEventListener("click", () => {
    try {
      localStorage.setItem("theme", button.dataset["themeChoice"] ?? "auto");
    } catch {
      return; // Storage is switched off: the system decides.
    }
    document.dispatchEvent(new Event("theme:choose"));
  });
  document.addEventListener("theme:choose", show);
  show();
}
