/** Small things forms do. */
import { text } from "../texts";
import { showToast } from "./toasts";

/** data-submit-on-change: choosing a value is enough (language, page length). */
export function submitOnChange(field: HTMLElement): void {
  field.addEventListener("change", () => (field as HTMLSelectElement).form?.requestSubmit());
}

/** data-carry-query: a hidden field that takes the address' query at the moment of sending (saved filters). */
export function carryQuery(field: HTMLElement): void {
  const input = field as HTMLInputElement;
  input.form?.addEventListener("submit", () => {
    input.value = queryWithoutPage();
  });
}

/**
 * data-as-shown: a form that is sent with the address' query as it is then, for partial pages change it: what is exported is what
 * is shown. It answers with a file and the page stays, so its dialog closes.
 */
export function sendAsShown(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  form.addEventListener("submit", () => {
    const address = new URL(form.action, location.href);
    address.search = queryWithoutPage();
    form.action = address.href;
    form.closest("dialog")?.close("");
    showToast(text("export-preparing"));
  });
}

function queryWithoutPage(): string {
  const query = new URLSearchParams(location.search);
  query.delete("page");
  return query.toString();
}
