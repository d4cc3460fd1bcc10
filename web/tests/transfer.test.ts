import { expect, test } from "vitest";
import { Refused, sendFile, type Options } from "../src/upload/transfer";

const CHUNK = 4;

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

  private async answer(url: string, init: RequestInit): Promise<Response> {
    if (url === "/uploads/") return Response.json({ url: "/uploads/a/", offset: this.received.length, chunk_size: CHUNK });
    if (url.endsWith("finish/")) return Response.json({ url: "/deliveries/1/", name: "台账.xlsx" });
    if (init.method === "GET") return Response.json({ offset: this.received.length });
    const offset = Number((init.headers as Record<string, string>)["Upload-Offset"]);
    if (offset !== this.received.length) return Response.json({ offset: this.received.length }, { status: 409 });
    this.received += await (init.body as Blob).text();
    return Response.json({ offset: this.received.length });
  }
}

const FILE = () => new File(["0123456789"], "台账.xlsx", { lastModified: 1 });

function options(server: Server, more: Partial<Options> = {}): Options & { seen: number[]; waits: number[] } {
  const seen: number[] = [];
  const waits: number[] = [];
  return {
    token: "t", facts: { source: "city" }, signal: new AbortController().signal, fetch: server.fetch, pause: async () => {},
    progress: (sent) => void seen.push(sent), waiting: (seconds) => void waits.push(seconds), seen, waits, ...more,
  };
}

test("a file arrives whole, in pieces, in order", async () => {
  const server = new Server();
  const said = options(server);

  const receipt = await sendFile("/uploads/", FILE(), said);

  expect(server.received).toBe("0123456789");
  expect(said.seen).toEqual([0, 4, 8, 10]);
  expect(receipt.url).toBe("/deliveries/1/");
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
  expect(server.requests.filter((one) => one.startsWith("PUT"))).toHaveLength(1);
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

test("an empty file needs no chunk", async () => {
  const server = new Server();

  await sendFile("/uploads/", new File([], "空.xlsx"), options(server));

  expect(server.requests).toEqual(["POST /uploads/", "POST /uploads/a/finish/"]);
});
