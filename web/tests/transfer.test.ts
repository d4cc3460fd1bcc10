import { crc32 as zlibCrc32 } from "node:zlib";
import { expect, test } from "vitest";
import { crc32 } from "../src/upload/checksum";
import { LoggedOut, Refused, sendFile, type Options } from "../src/upload/transfer";

const PIECE = 4;
const sum = (text: string) => zlibCrc32(text);

/** A server that keeps what arrives, as docs/developer/uploads.md says; `breaks` are the requests that get no answer. */
class Server {
  received = "";
  requests: string[] = [];
  refuse: { status: number; body: object } | undefined;

  constructor(private readonly breaks: Set<number> = new Set(), private readonly lostAnswers: Set<number> = new Set()) {}

  fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const at = this.requests.push(`${init.method} ${String(url)}`) - 1;
    if (this.breaks.has(at)) throw new TypeError("Failed to fetch");
    if (this.refuse) return Response.json(this.refuse.body, { status: this.refuse.status });
    const answer = await this.answer(String(url), init);
    if (this.lostAnswers.has(at)) throw new TypeError("Failed to fetch");
    return answer;
  };

  private standing(status = 200): Response {
    return Response.json({ offset: this.received.length, crc32: sum(this.received), url: "/uploads/a/", piece_size: PIECE }, { status });
  }

  private async answer(url: string, init: RequestInit): Promise<Response> {
    if (url === "/uploads/" || init.method === "GET") return this.standing();
    if (init.method === "DELETE") {
      this.received = "";
      return new Response(null, { status: 204 });
    }
    if (url.endsWith("finish/")) {
      const agrees = (JSON.parse(String(init.body)) as { crc32: number }).crc32 === sum(this.received);
      return agrees ? Response.json({ token: "a" }) : Response.json({ code: "E-UPLOAD-CHANGED", message: "变了。" }, { status: 422 });
    }
    const headers = init.headers as Record<string, string>;
    if (Number(headers["Upload-Offset"]) !== this.received.length) return this.standing(409);
    const piece = await new Response(init.body).text();
    if (Number(headers["Upload-Checksum"]) !== sum(piece)) return Response.json({ code: "E-UPLOAD-PIECE" }, { status: 460 });
    this.received += piece;
    return this.standing();
  }
}

const FILE = () => new File(["0123456789"], "台账.xlsx", { lastModified: 1 });

function options(server: Server, more: Partial<Options> = {}): Options & { seen: number[]; waits: number[] } {
  const seen: number[] = [];
  const waits: number[] = [];
  return {
    token: "t", signal: new AbortController().signal, fetch: server.fetch, pause: async () => {},
    progress: (sent) => void seen.push(sent), waiting: (seconds) => void waits.push(seconds), seen, waits, ...more,
  };
}

test.each(["", "a", "123456789", "台账".repeat(5000)])("the check sum is zlib's (%#)", (words) => {
  const bytes = new TextEncoder().encode(words);
  const half = Math.floor(bytes.length / 2);

  expect(crc32(bytes)).toBe(zlibCrc32(bytes));
  expect(crc32(bytes.subarray(half), crc32(bytes.subarray(0, half)))).toBe(zlibCrc32(bytes));
});

test("a file arrives whole, in pieces, in order", async () => {
  const server = new Server();
  const said = options(server);

  const receipt = await sendFile("/uploads/", FILE(), said);

  expect(server.received).toBe("0123456789");
  expect(said.seen).toEqual([0, 4, 8, 10]);
  expect(receipt).toEqual({ token: "a", part: "/uploads/a/" });
});

test.each([[[0]], [[1]], [[2, 3]], [[1, 2, 3, 4]], [[4]]])("a line broken at requests %j loses nothing", async (breaks) => {
  const server = new Server(new Set(breaks));

  await sendFile("/uploads/", FILE(), options(server));

  expect(server.received).toBe("0123456789");
});

test.each([1, 2, 3])("a chunk whose answer was lost (request %i) is not written twice", async (lost) => {
  const server = new Server(new Set(), new Set([lost]));

  await sendFile("/uploads/", FILE(), options(server));

  expect(server.received).toBe("0123456789");
});

test("an upload that was begun goes on where it stopped", async () => {
  const server = new Server();
  server.received = "01234567";

  await sendFile("/uploads/", FILE(), options(server));

  expect(server.received).toBe("0123456789");
  expect(server.requests.filter((one) => one.startsWith("PATCH"))).toHaveLength(1);
});

test("a refusal is final and carries the server's words", async () => {
  const server = new Server();
  server.refuse = { status: 415, body: { code: "E-FILE-KIND", message: "不是表格文件。", hint: "请上传 .xlsx。" } };

  const failure = await sendFile("/uploads/", FILE(), options(server)).catch((one: unknown) => one);

  expect(failure).toBeInstanceOf(Refused);
  expect((failure as Refused).message).toBe("不是表格文件。");
  expect(server.requests).toHaveLength(1);
});

test("a server that is busy is asked again, each time later", async () => {
  const server = new Server();
  server.refuse = { status: 503, body: {} };
  const said = options(server);

  await expect(sendFile("/uploads/", FILE(), said)).rejects.toThrow("503");

  expect(server.requests).toHaveLength(11);
  expect(said.waits).toEqual([...said.waits].sort((a, b) => a - b));
});

test("what lies there of another file of the same name, size and time is begun anew", async () => {
  const server = new Server();
  server.received = "ABCD";

  await sendFile("/uploads/", FILE(), options(server));

  expect(server.received).toBe("0123456789");
  expect(server.requests.slice(0, 3)).toEqual(["POST /uploads/", "DELETE /uploads/a/", "POST /uploads/"]);
});

test("a piece that was altered on the way is sent again", async () => {
  const server = new Server();
  let altered = false;
  const said = options(server, {
    fetch: (url, init) => {
      if (init?.method !== "PATCH" || altered) return server.fetch(url, init);
      altered = true;
      return server.fetch(url, { ...init, body: "9999" });
    },
  });

  await sendFile("/uploads/", FILE(), said);

  expect(altered).toBe(true);
  expect(server.received).toBe("0123456789");
});

test("another window that brings the same file at once is caught up with", async () => {
  const server = new Server();
  let helped = false;
  const said = options(server, {
    fetch: (url, init) => {
      if (init?.method === "PATCH" && !helped) {
        helped = true;
        server.received = "01234567";
      }
      return server.fetch(url, init);
    },
  });

  await sendFile("/uploads/", FILE(), said);

  expect(server.received).toBe("0123456789");
});

test("a login that is over ends the sending at once", async () => {
  const server = new Server();
  server.refuse = { status: 302, body: {} };

  await expect(sendFile("/uploads/", FILE(), options(server))).rejects.toBeInstanceOf(LoggedOut);

  expect(server.requests).toHaveLength(1);
});
