/** <form data-upload="/uploads/"> with a file field: many files by choosing or dropping, each with its own progress. */
import { text } from "../texts";
import { Refused, sendFile } from "./transfer";

export function uploadZone(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const field = form.querySelector<HTMLInputElement>("input[type=file]");
  const zone = form.querySelector<HTMLElement>(".drop-zone");
  const list = form.querySelector<HTMLElement>(".upload-list");
  const address = form.dataset["upload"];
  if (!field || !zone || !list || !address) return;

  // Without a script the form sends the files whole; with one the button has no work left.
  form.querySelector<HTMLElement>("[data-plain-upload]")?.setAttribute("hidden", "");
  let line = Promise.resolve();
  const take = (files: Iterable<File>) => {
    for (const file of files) {
      const row = new Row(list, file);
      line = line.then(() => row.send(address, form));
    }
  };
  field.addEventListener("change", () => {
    take([...(field.files ?? [])]);
    field.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
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
}

class Row {
  private readonly item = document.createElement("li");
  private readonly state = document.createElement("span");
  private readonly bar = document.createElement("progress");
  private readonly cancel = document.createElement("button");
  private readonly stop = new AbortController();

  constructor(list: HTMLElement, private readonly file: File) {
    const name = document.createElement("strong");
    name.textContent = file.name;
    this.state.className = "upload-state";
    this.state.setAttribute("role", "status");
    this.cancel.type = "button";
    this.cancel.className = "btn btn-sm btn-plain";
    this.cancel.textContent = text("cancel");
    this.cancel.addEventListener("click", () => {
      this.stop.abort();
      this.item.remove();
    });
    this.bar.max = Math.max(1, file.size);
    this.bar.value = 0;
    this.bar.ariaLabel = file.name;
    this.item.append(name, this.cancel, this.bar, this.state);
    list.append(this.item);
    this.say("waiting", text("upload-queued"));
  }

  async send(address: string, form: HTMLFormElement): Promise<void> {
    if (this.stop.signal.aborted) return;
    const facts = Object.fromEntries([...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === "string"));
    const token = facts["csrfmiddlewaretoken"] ?? "";
    delete facts["csrfmiddlewaretoken"];
    const guard = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", guard);
    try {
      const receipt = await sendFile(address, this.file, {
        token,
        facts,
        signal: this.stop.signal,
        progress: (sent, total) => {
          this.bar.value = sent;
          this.say("sending", `${size(sent)} / ${size(total)}`);
        },
        waiting: (seconds) => this.say("waiting", text("upload-waiting", { seconds })),
      });
      this.bar.remove();
      this.say("received", text("upload-received"));
      const next = document.createElement("a");
      next.className = "btn btn-sm btn-primary";
      next.href = receipt.url;
      next.textContent = text("upload-open");
      this.cancel.replaceWith(next);
    } catch (failure) {
      if (this.stop.signal.aborted) return;
      this.bar.remove();
      this.say("refused", failure instanceof Refused ? `${failure.message}${failure.hint}` : text("upload-broken"));
    } finally {
      removeEventListener("beforeunload", guard);
    }
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
