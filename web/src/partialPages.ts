/** htmx, held to our content security policy: no eval, no inline styles, nothing of a page kept in storage. */
import htmx from "htmx.org";
import { text } from "./texts";
import { showToast } from "./behaviours/toasts";

export function startPartialPages(enhanceAll: (root: HTMLElement) => void): void {
  Object.assign(htmx.config, {
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false,
    historyCacheSize: 0, // a page with persons must not stay in storage
    refreshOnHistoryMiss: true,
    selfRequestsOnly: true,
    scrollIntoViewOnBoost: false,
    timeout: 30_000,
  });

  const events = document.documentElement;
  events.addEventListener("htmx:configRequest", (event) => {
    const { headers, verb } = (event as CustomEvent<{ headers: Record<string, string>; verb: string }>).detail;
    const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content;
    if (token && verb !== "get") headers["X-CSRFToken"] = token;
  });
  events.addEventListener("htmx:load", (event) => enhanceAll((event as CustomEvent<{ elt: HTMLElement }>).detail.elt));

  // The session ended: the answer is the login page, which must not land inside this one.
  events.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>).detail;
    if (!detail.xhr.responseText.includes('data-page="login"')) return;
    detail.shouldSwap = false;
    showToast(text("session-over"), "danger");
  });

  // An error page arrives as a part: show it as a message and leave the page with what was typed.
  events.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    const part = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-error]");
    showToast(part?.textContent?.replace(/\s+/g, " ").trim() || text("server-error", { status: xhr.status }), "danger");
  });
  events.addEventListener("htmx:sendError", () => showToast(text("no-connection"), "danger"));
  events.addEventListener("htmx:timeout", () => showToast(text("no-connection"), "danger"));
}
