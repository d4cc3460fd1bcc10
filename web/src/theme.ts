/** Sets light or dark before the first paint: a classic script in <head>, so it imports and exports nothing. */
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    let choice: string | null = null;
    try {
      choice = localStorage.getItem("theme");
    } catch {
      // Storage is switched off: follow the system.
    }
    const automatic = choice !== "light" && choice !== "dark";
    root.dataset["bsTheme"] = automatic ? (dark.matches ? "dark" : "light") : choice!;
    root.dataset["themeChosen"] = automatic ? "auto" : choice!;
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("theme:choose", apply);
})();
