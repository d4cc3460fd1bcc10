/** Small things forms do. */

/** data-submit-on-change: choosing a value is enough (language, page length). */
export function submitOnChange(field: HTMLElement): void {
  field.addEventListener("change", () => (field as HTMLSelectElement).form?.requestSubmit());
}

/** data-carry-query: a hidden field that takes the address' query at the moment of sending (saved filters). */
export function carryQuery(field: HTMLElement): void {
  const input = field as HTMLInputElement;
  input.form?.addEventListener("submit", () => {
    const query = new URLSearchParams(location.search);
    query.delete("page");
    input.value = query.toString();
  });
}
