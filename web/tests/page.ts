/** A page for a test: its HTML and the words that scripts show. */
const WORDS = {
  chosen: "已选 {count} 条", copied: "已复制。", "not-copied": "未能复制。", "kept-restored": "已恢复文字。", "kept-discard": "不要",
  "keys-move": "上一行、下一行", "keys-open": "打开", "keys-select": "选中", "keys-range": "选中一段", sending: "正在提交。",
};

export function page(html: string, attributes: Record<string, string> = {}): void {
  document.body.innerHTML = `${html}<div id="toasts"></div><script type="application/json" id="desk-texts">${JSON.stringify(WORDS)}</script>`;
  for (const name of ["page", "user"]) document.body.removeAttribute(`data-${name}`);
  for (const [name, value] of Object.entries(attributes)) document.body.setAttribute(`data-${name}`, value);
}

export function press(key: string, options: KeyboardEventInit = {}, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
  target.dispatchEvent(event);
  return event;
}

export function one<T extends HTMLElement = HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}
