/** A form that was just sent is not sent again: the answer to an impatient second press would hide that to the first. */
import { text } from "../texts";
import { showToast } from "./toasts";

const APART_MS = 5000;

export function startSentOnce(): void {
  const sent = new WeakMap<HTMLFormElement, number>();
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (Date.now() - (sent.get(form) ?? 0) >= APART_MS) return void sent.set(form, Date.now());
    event.preventDefault();
    showToast(text("sending"));
  });
}
