/**
 * Text is not lost. A form with data-keep-text="key" has its texts and choices kept in this tab's session storage while they
 * differ from what the server sent: through a refused form, an error page, or a login in between. They come back into the form,
 * with a note and a way to discard them. They go when the form was accepted, at logout, and when somebody else logs in.
 */
import { text } from "../texts";

const PREFIX = "kept:";
const FIELDS = "textarea, select, input[type=text], input[type=number], input[type=date], input:not([type])";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface Kept {
  values: Record<string, string>;
  sent: boolean;
}

export function startKeptText(): void {
  forgetOthers();
  const page = document.body.dataset["page"] ?? "";
  const here = new Set([...forms()].map(keyOf));
  // A sent form whose key is not on the answer's page was accepted, unless the answer is an error or the login.
  if (page !== "error" && page !== "login") {
    for (const key of keys()) if (!here.has(key) && read(key)?.sent) sessionStorage.removeItem(key);
  }
  for (const form of forms()) restore(form);

  document.addEventListener("input", (event) => {
    const form = (event.target as HTMLElement).closest<HTMLFormElement>("form[data-keep-text]");
    if (form) keep(form, false);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("[data-forget-kept]")) for (const key of keys()) sessionStorage.removeItem(key);
    if (form.matches("[data-keep-text]") && !event.defaultPrevented) keep(form, true);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = (event as CustomEvent<{ elt: HTMLElement; successful: boolean }>).detail;
    if (successful && elt.matches("form[data-keep-text]")) sessionStorage.removeItem(keyOf(elt as HTMLFormElement));
  });
  document.addEventListener("htmx:load", (event) => {
    const { elt } = (event as CustomEvent<{ elt: HTMLElement }>).detail;
    for (const form of forms()) if (elt.contains(form) || form === elt) restore(form);
  });
}

function forms(): NodeListOf<HTMLFormElement> {
  return document.querySelectorAll<HTMLFormElement>("form[data-keep-text]");
}

function owner(): string {
  return document.body.dataset["user"] ?? "";
}

function keyOf(form: HTMLFormElement): string {
  return `${PREFIX}${owner()}:${form.dataset["keepText"]}`;
}

function keys(): string[] {
  return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
}

function forgetOthers(): void {
  // On the login page nobody is known yet: whoever logs in next decides whose text this is.
  if (owner() === "") return;
  for (const key of keys()) if (!key.startsWith(`${PREFIX}${owner()}:`)) sessionStorage.removeItem(key);
}

function read(key: string): Kept | undefined {
  const stored = sessionStorage.getItem(key);
  return stored === null ? undefined : (JSON.parse(stored) as Kept);
}

function fields(form: HTMLFormElement): Field[] {
  return [...form.querySelectorAll<Field>(FIELDS)].filter(
    (field) => field.name !== "" && !field.closest("[data-never-keep]"),
  );
}

/** What the server sent in a field. */
function sentIn(field: Field): string {
  if (!("options" in field)) return field.defaultValue;
  return (field.querySelector<HTMLOptionElement>("option[selected]") ?? field.options[0])?.value ?? "";
}

/** Whether a field can have a value: a choice may not be offered any more. */
function canHave(field: Field, value: string): boolean {
  return !("options" in field) || [...field.options].some((option) => option.value === value);
}

function keep(form: HTMLFormElement, sent: boolean): void {
  const changed = fields(form).filter((field) => field.value !== sentIn(field));
  if (changed.length === 0 && !sent) return sessionStorage.removeItem(keyOf(form));
  const values = Object.fromEntries(changed.map((field) => [field.name, field.value]));
  const before = sent ? read(keyOf(form))?.values : undefined;
  sessionStorage.setItem(keyOf(form), JSON.stringify({ values: { ...before, ...values }, sent } satisfies Kept));
}

function restore(form: HTMLFormElement): void {
  const kept = read(keyOf(form));
  if (kept === undefined) return;
  const lost = fields(form).filter((field) => {
    const value = kept.values[field.name] ?? field.value;
    return value !== field.value && canHave(field, value);
  });
  if (lost.length === 0) return;
  for (const field of lost) field.value = kept.values[field.name] ?? "";
  const note = document.createElement("p");
  note.className = "kept-text";
  note.setAttribute("role", "status");
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "btn btn-sm btn-plain";
  discard.textContent = text("kept-discard");
  discard.addEventListener("click", () => {
    for (const field of lost) field.value = sentIn(field);
    sessionStorage.removeItem(keyOf(form));
    note.remove();
  });
  note.append(text("kept-restored"), discard);
  form.prepend(note);
}
