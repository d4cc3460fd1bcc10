/**
 * A table of fields by keyboard, as in a spreadsheet: Enter and ↓ to the row below, ↑ to the row above, Ctrl+Enter sends the
 * form. Several rows and columns copied from a spreadsheet and pasted into a field fill the fields to its right and below.
 */
type Field = HTMLInputElement | HTMLTextAreaElement;

export function gridKeys(table: HTMLElement): void {
  const lines = () => [...table.querySelectorAll<HTMLTableRowElement>("tbody tr")].map(fieldsOf);

  table.addEventListener("keydown", (event) => {
    const field = event.target as Field;
    if (event.isComposing || !field.matches("input, textarea")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return field.form?.requestSubmit();
    }
    // Inside a text of several lines the arrows and Enter are the text's own.
    const step = field.matches("textarea") ? undefined : { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const all = lines();
    const row = all.findIndex((fields) => fields.includes(field));
    const next = all[row + step]?.[all[row]?.indexOf(field) ?? 0];
    next?.focus();
    next?.select();
  });

  table.addEventListener("paste", (event) => {
    const field = event.target as Field;
    const copied = (event as ClipboardEvent).clipboardData?.getData("text/plain") ?? "";
    const rows = copied.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    // A single value, or lines for one text, are pasted as everywhere.
    if (rows.every((row) => row.length === 1) && (rows.length === 1 || field.matches("textarea"))) return;
    event.preventDefault();
    const all = lines();
    const top = all.findIndex((fields) => fields.includes(field));
    const left = all[top]?.indexOf(field) ?? 0;
    rows.forEach((row, down) => row.forEach((value, right) => fill(all[top + down]?.[left + right], value)));
  });
}

function fieldsOf(row: HTMLTableRowElement): Field[] {
  return [...row.querySelectorAll<Field>("input:not([type=hidden]), textarea")];
}

function fill(field: Field | undefined, value: string): void {
  if (field === undefined) return;
  field.value = value.trim();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
