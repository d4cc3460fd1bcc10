/** One file to the server in chunks that survive a broken line: docs/developer/uploads.md is the protocol. */
export interface Ticket {
  url: string;
  offset: number;
  chunk_size: number;
}

export interface Receipt {
  url: string;
  name: string;
}

/** The server said no, in words meant for the person; trying again does not help. */
export class Refused extends Error {
  constructor(message: string, readonly hint: string, readonly code: string) {
    super(message);
  }
}

export interface Options {
  token: string;
  /** Fields sent along when the upload is created, e.g. the source. */
  facts: Record<string, string>;
  progress(sent: number, total: number): void;
  /** Shown while a broken line is waited for. */
  waiting(seconds: number): void;
  signal: AbortSignal;
  fetch?: typeof fetch;
  pause?(ms: number): Promise<void>;
}

const WAITS_S = [1, 2, 4, 8, 15, 30, 30, 30, 60, 60];

/** Send `file` to `address`; resolves with where to go next. Throws Refused, or the last failure of the line. */
export async function sendFile(address: string, file: File, options: Options): Promise<Receipt> {
  const ticket = await persist(options, () =>
    ask<Ticket>(options, address, "POST", JSON.stringify({ ...options.facts, name: file.name, size: file.size, modified: file.lastModified })),
  );
  let offset = ticket.offset;
  options.progress(offset, file.size);
  while (offset < file.size) {
    const chunk = file.slice(offset, offset + ticket.chunk_size);
    const at = offset;
    offset = await persist(options, async () => (await ask<{ offset: number }>(options, ticket.url, "PUT", chunk, at)).offset, async () => {
      // After a break the server knows best how much arrived.
      const known = await ask<{ offset: number }>(options, ticket.url, "GET");
      return known.offset === at ? undefined : known.offset;
    });
    options.progress(offset, file.size);
  }
  return persist(options, () => ask<Receipt>(options, `${ticket.url}finish/`, "POST", "{}"));
}

async function persist<T>(options: Options, attempt: () => Promise<T>, recover?: () => Promise<T | undefined>): Promise<T> {
  const pause = options.pause ?? ((ms: number) => new Promise<void>((done) => setTimeout(done, ms)));
  let broken = false;
  for (const seconds of [...WAITS_S, 0]) {
    try {
      const known = broken && recover ? await recover() : undefined;
      return known ?? (await attempt());
    } catch (failure) {
      if (failure instanceof Refused || options.signal.aborted || seconds === 0) throw failure;
      broken = true;
      options.waiting(seconds);
      await pause(seconds * 1000);
    }
  }
  throw new Error("unreachable");
}

async function ask<T>(options: Options, url: string, method: string, body?: BodyInit, offset?: number): Promise<T> {
  const headers: Record<string, string> = { "X-CSRFToken": options.token, Accept: "application/json" };
  if (offset !== undefined) Object.assign(headers, { "Content-Type": "application/octet-stream", "Upload-Offset": String(offset) });
  else if (body !== undefined) headers["Content-Type"] = "application/json";
  const request: RequestInit = { method, headers, signal: options.signal, credentials: "same-origin", redirect: "error" };
  if (body !== undefined) request.body = body;
  const answer = await (options.fetch ?? fetch)(url, request);
  if (answer.ok) return (await answer.json()) as T;
  const said = (await answer.json().catch(() => ({}))) as { offset?: number; code?: string; message?: string; hint?: string };
  // 409 with an offset: the server has more or less than we thought; go on from there.
  if (answer.status === 409 && said.offset !== undefined) return { offset: said.offset } as T;
  if (answer.status >= 500 || answer.status === 429) throw new Error(`HTTP ${answer.status}`);
  throw new Refused(said.message ?? `HTTP ${answer.status}`, said.hint ?? "", said.code ?? "");
}
