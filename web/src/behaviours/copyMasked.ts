/** data-copy: copies the text of the element it names (or of its neighbour) as shown, so a masked number stays masked. */
import { text } from "../texts";
import { showToast } from "./toasts";

export function copyMasked(button: HTMLElement): void {
  const id = button.dataset["copy"];
  button.addEventListener("click", async () => {
    const source = id ? document.getElementById(id) : button.previousElementSibling;
    const words = source?.textContent?.trim() ?? "";
    showToast((await copy(words)) ? text("copied") : text("not-copied"), "info");
  });
}

async function copy(words: string): Promise<boolean> {
  // navigator.clipboard exists only on https and localhost; county networks often serve plain http.
  if (navigator.clipboard) return navigator.clipboard.writeText(words).then(() => true, () => false);
  const field = document.createElement("textarea");
  field.value = words;
  field.readOnly = true;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
