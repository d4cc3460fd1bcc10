/** One file to the server in pieces that survive a broken line: docs/developer/uploads.md is the protocol. */
import { text } from "../texts";
import { crc32 } from "./checksum";

interface Standing {
  offset: number;
  crc32: number;
}

interface Ticket extends Standing {
  url: string;
  piece_size: number;
}

/** A file that is whole on the server. token: what the form sends for it; part: its address there. */
export interface Receipt {
  token: string;
  part: string;
}

/** The server said no, in words meant for the person; trying again does not help. */
export class Refused extends Error {
  constructor(message: string, readonly hint: string, readonly code: string) {
    super(message);
  }
}

/** The login is over: nothing more is taken before the person logs in again. */
export class LoggedOut extends Error {}

export interface Options {
  token: string;
  progress(sent: number, total: number): void;
  /** Shown while a broken line is waited for. */
  waiting(seconds: number): void;
  signal: AbortSignal;
  fetch?: typeof fetch;
  pause?(ms: number): Promise<void>;
}

const WAITS_S = [1, 2, 4, 8, 15, 30, 30, 30, 60, 60];
const BLOCK = 4 * 1024 * 1024;
/** Answers after which the same request may well succeed. */
const PASSING = new Set([429, 460]);

/** Send `file` to `address`. Throws Refused, LoggedOut, or the last failure of the line. */
export async function sendFile(address: string, file: File, options: Options): Promise<Receipt> {
  const about = JSON.stringify({ name: file.name, size: file.size, modified: Math.max(0, Math.trunc(file.lastModified)) });
  const begin = () => persist(options, () => ask<Ticket>(options, address, "POST", about));
  let ticket = await begin();
  let sum = await sumOf(file, 0, ticket.offset, 0);
  if (sum !== ticket.crc32) {
    // What lies there is of another file that had the same name, size and time.
    await persist(options, () => ask(options, ticket.url, "DELETE"));
    ticket = await begin();
    sum = 0;
  }
  let offset = ticket.offset;
  options.progress(offset, file.size);
  while (offset < file.size) {
    const from = offset;
    offset = await persist(
      options,
      () => sendPiece(options, ticket, file, from),
      async () => {
        // After a break the server knows best how much arrived.
        const known = await ask<Standing>(options, ticket.url, "GET");
        return known.offset === from ? undefined : known.offset;
      },
    );
    // Another window may have brought more than our piece; one that went back has given the upload up.
    sum = offset >= from ? await sumOf(file, from, offset, sum) : await sumOf(file, 0, offset, 0);
    options.progress(offset, file.size);
  }
  const done = await persist(options, () =>
    ask<{ token: string }>(options, `${ticket.url}finish/`, "POST", JSON.stringify({ crc32: sum })),
  );
  return { token: done.token, part: ticket.url };
}

async function sendPiece(options: Options, ticket: Ticket, file: File, from: number): Promise<number> {
  const piece = await bytesOf(file, from, from + ticket.piece_size);
  const headers = { "Content-Type": "application/octet-stream", "Upload-Offset": String(from), "Upload-Checksum": String(crc32(piece)) };
  return (await ask<Standing>(options, ticket.url, "PATCH", piece, headers)).offset;
}

async function bytesOf(file: File, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.slice(from, to).arrayBuffer());
  } catch {
    // The browser does not read a file that was changed or moved after it was chosen.
    throw new Refused(text("upload-unreadable"), "", "");
  }
}

async function sumOf(file: File, from: number, to: number, before: number): Promise<number> {
  let sum = before;
  for (let at = from; at < to; at += BLOCK) sum = crc32(await bytesOf(file, at, Math.min(to, at + BLOCK)), sum);
  return sum;
}

async function persist<T>(options: Options, attempt: () => Promise<T>, recover?: () => Promise<T | undefined>): Promise<T> {
  const pause = options.pause ?? ((ms: number) => new Promise<void>((done) => setTimeout(done, ms)));
  let broken = false;
  for (const seconds of [...WAITS_S, 0]) {
    try {
      const known = broken && recover ? await recover() : undefined;
      return known ?? (await attempt());
    } catch (failure) {
      if (failure instanceof Refused || failure instanceof LoggedOut || options.signal.aborted || seconds === 0) throw failure;
      broken = true;
      options.waiting(seconds);
      await pause(seconds * 1000);
    }
  }
  throw new Error("unreachable");
}

async function ask<T>(options: Options, url: string, method: string, body?: BodyInit, more: Record<string, string> = {}): Promise<T> {
  const headers = { "X-CSRFToken": options.token, Accept: "application/json", "Content-Type": "application/json", ...more };
  // A redirect leads to the login, never to an answer.
  const request: RequestInit = { method, headers, signal: options.signal, credentials: "same-origin", redirect: "manual" };
  if (body !== undefined) request.body = body;
  const answer = await (options.fetch ?? fetch)(url, request);
  if (answer.type === "opaqueredirect" || answer.status === 302) throw new LoggedOut();
  if (answer.status === 204) return undefined as T;
  if (answer.ok) return (await answer.json()) as T;
  const said = (await answer.json().catch(() => ({}))) as { offset?: number; code?: string; message?: string; hint?: string };
  // 409 with an offset: the server has more or less than we thought; go on from there.
  if (answer.status === 409 && said.offset !== undefined && method === "PATCH") return said as T;
  if (answer.status >= 500 || PASSING.has(answer.status)) throw new Error(`HTTP ${answer.status}`);
  throw new Refused(said.message ?? `HTTP ${answer.status}`, said.hint ?? "", said.code ?? "");
}
