/** Short messages at the corner, read out by screen readers. Errors stay until closed. */
export type Tone = "success" | "info" | "warning" | "danger";

const SHOWN_MS = 6000;

export function showToast(words: string, tone: Tone = "info"): void {
  const place = document.getElementById("toasts");
  if (place === null) return;
  const note = document.createElement("div");
  note.className = "note";
  note.dataset["tone"] = tone;
  note.setAttribute("role", tone === "danger" ? "alert" : "status");
  const sentence = document.createElement("p");
  sentence.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.ariaLabel = place.dataset["close"] ?? "×";
  close.addEventListener("click", () => note.remove());
  note.append(sentence, close);
  place.append(note);
  if (tone !== "danger") setTimeout(() => note.remove(), SHOWN_MS);
}

/** A server message with data-fades goes away by itself; its close button removes it at once. */
export function fadingNote(note: HTMLElement): void {
  note.querySelector(".btn-close")?.addEventListener("click", () => note.remove());
  if (note.dataset["fades"] === "soon") setTimeout(() => note.remove(), SHOWN_MS);
}

// The server may send the header HX-Trigger: {"desk:toast": {"text": "…", "tone": "success"}}.
document.addEventListener("desk:toast", (event) => {
  const { text, tone } = (event as CustomEvent<{ text: string; tone?: Tone }>).detail;
  showToast(text, tone);
});
