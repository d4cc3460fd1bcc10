/** A region that scrolls sideways can be reached and scrolled by keyboard; one that does not is no stop on the way. */
export function reachableScroll(region: HTMLElement): void {
  const holdsFocusable = () => region.querySelector("a[href], button, input, select, textarea") !== null;
  const judge = () => {
    const scrolls = region.scrollWidth > region.clientWidth && !holdsFocusable();
    if (scrolls) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  };
  new ResizeObserver(judge).observe(region);
}
