/** Behaviour is attached by attribute, once an element, on the first page and on every part htmx brings later. */
type Attach = (element: HTMLElement) => void;

const known: { selector: string; attach: Attach; done: WeakSet<HTMLElement> }[] = [];

export function enhance(selector: string, attach: Attach): void {
  known.push({ selector, attach, done: new WeakSet() });
}

/** Attach what is known to `root` and everything in it. */
export function enhanceAll(root: ParentNode & Node): void {
  for (const { selector, attach, done } of known) {
    const found = [...root.querySelectorAll<HTMLElement>(selector)];
    if (root instanceof HTMLElement && root.matches(selector)) found.unshift(root);
    for (const element of found) {
      if (done.has(element)) continue;
      done.add(element);
      attach(element);
    }
  }
}
