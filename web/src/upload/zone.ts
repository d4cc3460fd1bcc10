/** <form data-upload="/uploads/"> with a file field: many files by choosing or dropping, each with its own progress. */
import { text } from "../texts";
import { LoggedOut, Refused, sendFile } from "./transfer";

export function uploadZone(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const field = form.querySelector<HTMLInputElement>("input[type=file]");
  const zone = form.querySelector<HTMLElement>(".drop-zone");
  const list = form.querySelector<HTMLElement>(".upload-list");
  const total = form.querySelector<HTMLElement>(".upload-total");
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const address = form.dataset["upload"];
  if (!field || !zone || !list || !total || !button || !address) return;

  const rows: Row[] = [];
  const show = () => {
    const open = rows.filter((row) => row.isOpen);
    button.disabled = open.length > 0 || list.querySelector("input[name=arrived]:checked") === null;
    const whole = rows.filter((row) => row.isWhole).length;
    total.textContent = open.length > 0 ? text("upload-total", { whole, all: whole + open.length }) : "";
  };
  for (const item of list.querySelectorAll<HTMLElement>("li[data-part]")) addRemoval(item, tokenOf(form), show);

  let line = Promise.resolve();
  const send = (row: Row) => {
    line = line.then(() => row.send(address, tokenOf(form)));
    show();
  };
  const take = (files: Iterable<File>) => {
    for (const file of files) {
      const same = [...list.querySelectorAll<HTMLElement>("li[data-file]")].filter((item) => item.dataset["file"] === identity(file));
      const there = same.find((item) => item.dataset["state"] !== "begun" && item.dataset["state"] !== "refused");
      if (there) {
        // Received, or on its way: it is one file, chosen twice.
        const box = there.querySelector<HTMLInputElement>("input[name=arrived]");
        if (box) box.checked = true;
        show();
        pointOut(there);
        total.textContent ||= text("upload-twice", { name: file.name });
        continue;
      }
      for (const item of same) item.remove();
      const row = new Row(list, file, send, show);
      rows.push(row);
      send(row);
    }
  };
  field.addEventListener("change", () => {
    // The list is live: it is read before the field is emptied.
    const chosen = [...(field.files ?? [])];
    field.value = "";
    take(chosen);
  });
  list.addEventListener("change", show);
  addEventListener("beforeunload", (event) => {
    if (rows.some((row) => row.isOpen)) event.preventDefault();
  });
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.dataset["over"] = "";
    });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => delete zone.dataset["over"]);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
  show();
}

/** What the server knows a file by; `data-file` of the rows it draws says the same. */
function identity(file: File): string {
  return `${file.name}|${file.size}|${Math.max(0, Math.trunc(file.lastModified))}`;
}

/** Show which row was meant. */
function pointOut(item: HTMLElement): void {
  item.scrollIntoView({ block: "nearest" });
  delete item.dataset["again"];
  requestAnimationFrame(() => (item.dataset["again"] = ""));
}

function tokenOf(form: HTMLFormElement): string {
  return form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** A button that takes a file off the server again. */
function addRemoval(item: HTMLElement, token: string, changed: () => void): void {
  const remove = small(text("upload-remove"));
  remove.addEventListener("click", () => {
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    void fetch(item.dataset["part"] ?? "", { method: "DELETE", headers, redirect: "manual" }).then((answer) => {
      if (!answer.ok && answer.status !== 404) return;
      item.remove();
      changed();
    });
  });
  item.querySelector(".upload-name")?.after(remove);
}

function small(words: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm btn-plain";
  button.textContent = words;
  return button;
}

class Row {
  isOpen = true;
  isWhole = false;
  private readonly item = document.createElement("li");
  private readonly state = document.createElement("span");
  private readonly bar = document.createElement("progress");
  private readonly cancel = small(text("cancel"));
  private readonly stop = new AbortController();

  constructor(
    list: HTMLElement,
    private readonly file: File,
    private readonly again: (row: Row) => void,
    private readonly changed: () => void,
  ) {
    const name = document.createElement("strong");
    name.className = "upload-name";
    name.textContent = file.name;
    this.state.className = "upload-state";
    this.cancel.addEventListener("click", () => {
      this.stop.abort();
      this.item.remove();
      this.end(false);
    });
    this.item.dataset["file"] = identity(file);
    this.bar.max = Math.max(1, file.size);
    this.bar.value = 0;
    this.bar.ariaLabel = file.name;
    this.item.append(name, this.cancel, this.bar, this.state);
    list.append(this.item);
    this.say("waiting", text("upload-queued"));
  }

  async send(address: string, token: string): Promise<void> {
    if (this.stop.signal.aborted) return;
    try {
      const receipt = await sendFile(address, this.file, {
        token,
        signal: this.stop.signal,
        progress: (sent, total) => {
          this.bar.value = sent;
          this.say("sending", `${size(sent)} / ${size(total)}`);
        },
        waiting: (seconds) => this.say("waiting", text("upload-waiting", { seconds })),
      });
      this.receive(receipt.token, receipt.part, token);
    } catch (failure) {
      if (!this.stop.signal.aborted) this.fail(failure);
    }
  }

  private receive(arrived: string, part: string, token: string): void {
    this.bar.remove();
    this.cancel.remove();
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name: "arrived", value: arrived, checked: true, className: "form-check-input" });
    const label = document.createElement("label");
    const name = this.item.querySelector(".upload-name");
    label.className = "upload-name";
    name?.classList.remove("upload-name");
    name?.replaceWith(label);
    label.append(box, " ", ...(name ? [name] : []));
    this.item.dataset["part"] = part;
    addRemoval(this.item, token, this.changed);
    this.say("received", `${text("upload-received")} · ${size(this.file.size)}`);
    this.end(true);
  }

  private fail(failure: unknown): void {
    const final = failure instanceof Refused;
    const words = failure instanceof LoggedOut ? text("upload-session-over") : text("upload-broken");
    if (final) this.bar.remove(); // it goes no further; only what may still arrive has a bar
    this.say("refused", final ? `${failure.message}${failure.hint}` : words);
    if (!final) {
      const retry = small(text("upload-again"));
      retry.addEventListener("click", () => {
        retry.remove();
        this.isOpen = true;
        this.say("waiting", text("upload-queued"));
        this.again(this);
      });
      this.cancel.before(retry);
    }
    this.end(false);
  }

  private end(whole: boolean): void {
    this.isOpen = false;
    this.isWhole = whole;
    this.changed();
  }

  private say(state: string, words: string): void {
    this.item.dataset["state"] = state;
    this.state.textContent = words;
  }
}

function size(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const step = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
