/**
 * Native dialogs, which hold the focus themselves.
 * data-opens="id" opens one, data-closes closes the one around it, and a form with data-confirm="id" is sent only when
 * the dialog's button with value="yes" was pressed.
 */
export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    const opener = target.closest<HTMLElement>("[data-opens]");
    if (opener !== null) {
      event.preventDefault();
      openDialog(opener.dataset["opens"] ?? "");
    }
    if (target.closest("[data-closes]") !== null) target.closest("dialog")?.close("");
    // A press on the dark ground beside the dialog closes it.
    if (target instanceof HTMLDialogElement && target.open && outside(target, event as MouseEvent)) target.close("");
  });
  document.addEventListener("submit", holdForConfirmation, true);
}

export function openDialog(id: string): HTMLDialogElement | null {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return null;
  if (!dialog.open) dialog.showModal();
  return dialog;
}

function holdForConfirmation(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const submitter = event.submitter as HTMLButtonElement | null;
  const id = submitter?.dataset["confirm"] ?? form.dataset["confirm"];
  if (!id || form.dataset["confirmed"] === "yes") {
    delete form.dataset["confirmed"];
    return;
  }
  const dialog = openDialog(id);
  if (dialog === null) return;
  event.preventDefault();
  event.stopPropagation();
  dialog.returnValue = "";
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return submitter?.focus();
      form.dataset["confirmed"] = "yes";
      form.requestSubmit(submitter);
    },
    { once: true },
  );
}

function outside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  const keyboard = event.clientX === 0 && event.clientY === 0;
  return !keyboard && (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom);
}
