import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  AbortError,
  BodyError,
  type Client,
  type DownloadOptions,
  type DownloadResult,
  HTTPError,
  IncompleteReadError,
  RemoteProtocolError,
  TimeoutError,
} from "../../mod.ts";
import { behaviour, option, type Query, type Subject } from "../support/behaviour.ts";
import { TempFolder } from "../support/temp_folder.ts";

interface Seen {
  readonly headers: Readonly<Record<string, string>>;
}

const NO_RETRY: DownloadOptions = { retry: false };
const QUICK: DownloadOptions = { retry: { max: 2, backoff: () => 1, jitter: "none" } };

/** A folder, a client, and the files of the server. */
class Case {
  readonly folder = new TempFolder();
  readonly client: Client;
  readonly #subject: Subject;

  constructor(subject: Subject) {
    this.#subject = subject;
    this.client = subject.client();
    subject.after(() => this.folder.remove());
  }

  url(steps: string, query: Query = {}): string {
    return this.#subject.url("/file", { id: this.#subject.id, steps, ...query });
  }

  fetch(url: string, options: DownloadOptions = NO_RETRY): Promise<DownloadResult> {
    return this.client.download(url, this.folder.file("x"), options);
  }

  /** Lets a first call break, which leaves a part. */
  async break(url: string): Promise<void> {
    await assertRejects(async () => await this.fetch(url), IncompleteReadError);
    assertEquals(this.folder.names(), ["x.part", "x.part.json"]);
  }

  /** Range and If-Range of each request so far. */
  async asked(): Promise<(string | undefined)[][]> {
    const response = await this.client.get(this.#subject.url("/seen", { id: this.#subject.id }));
    return (response.json() as Seen[]).map(({ headers }) => [headers.range, headers["if-range"]]);
  }

  /** Whether the file is the server's, from byte `from` of the pattern on, and the only one in the folder. */
  assertFile(length: number, from = 0, name = "x"): void {
    assertEquals(this.folder.names(), [name]);
    const bytes = this.folder.bytes(name);
    assertEquals(bytes.length, length);
    assert(bytes.every((byte, at) => byte === (from + at) % 251), "the file has other bytes");
  }
}

behaviour("download() fetches a file", async (subject) => {
  const c = new Case(subject);
  const result = await c.fetch(c.url("ok", { size: 1_000_003 }));
  c.assertFile(1_000_003);
  assertEquals([result.path, result.bytes, result.resumed], [c.folder.file("x"), 1_000_003, 0]);
  assertEquals([result.response.status, result.response.content.length], [200, 0]);
});

behaviour("download() makes an empty file of an empty body", async (subject) => {
  const c = new Case(subject);
  assertEquals((await c.fetch(c.url("ok", { size: 0 }))).bytes, 0);
  c.assertFile(0);
});

behaviour("download() gives a new file the permissions of a plain file", async (subject) => {
  const c = new Case(subject);
  await c.fetch(c.url("ok"));
  // Not for running; more than that is the umask's to say.
  assertEquals(c.folder.mode("x") & 0o711, 0o600);
});

behaviour("download() goes on with what a broken call left", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,ok");
  await c.break(url);
  const { bytes, resumed, response } = await c.fetch(url);
  assertEquals([bytes, resumed, response.status], [1_000, 400, 206]);
  c.assertFile(1_000);
  assertEquals(await c.asked(), [[undefined, undefined], ["bytes=400-", '"v1"']]);
});

behaviour("download() goes on by the date when there is no tag", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,ok", { tag: "*" });
  await c.break(url);
  assertEquals((await c.fetch(url)).resumed, 400);
  c.assertFile(1_000);
  assertEquals((await c.asked())[1], ["bytes=400-", "Tue, 03 Mar 2020 10:00:00 GMT"]);
});

behaviour("download() leaves nothing when nothing proves that the file is the same", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,ok", { tag: 'W/"v1"' });
  await assertRejects(async () => await c.fetch(url), IncompleteReadError);
  assertEquals(c.folder.names(), []);
  assertEquals((await c.fetch(url)).resumed, 0);
  c.assertFile(1_000);
});

behaviour("download() starts anew when the file has changed", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,changed");
  await c.break(url);
  assertEquals((await c.fetch(url)).resumed, 0);
  c.assertFile(1_000, 100);
});

behaviour("download() starts anew when the server knows no ranges", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,whole");
  await c.break(url);
  assertEquals((await c.fetch(url)).resumed, 0);
  c.assertFile(1_000);
});

for (
  const [what, step] of [
    ["begins elsewhere", "range:bytes 0-599/1000"],
    ["is of another total", "range:bytes 400-999/1001"],
    ["has no total", "range:bytes 400-999/*"],
    ["is not told", "range:"],
  ] as const
) {
  behaviour(`download() asks for the whole file when the range ${what}`, async (subject) => {
    const c = new Case(subject);
    const url = c.url(`cut:400,${step},ok`);
    await c.break(url);
    assertEquals((await c.fetch(url)).resumed, 0);
    c.assertFile(1_000);
    assertEquals(await c.asked(), [[undefined, undefined], ["bytes=400-", '"v1"'], [undefined, undefined]]);
  });
}

behaviour("download() is done when 416 says that nothing is missing", async (subject) => {
  const c = new Case(subject);
  const url = c.url("ok");
  // As if the process had ended between the last byte and the new name.
  c.folder.write("x.part", "a".repeat(1_000), 0o600);
  const record = { url: await keyOf(url), validator: '"v1"', total: 1_000 };
  c.folder.write("x.part.json", JSON.stringify(record), 0o600);
  const { bytes, resumed, response } = await c.fetch(url);
  assertEquals([bytes, resumed, response.status], [1_000, 1_000, 416]);
  assertEquals([c.folder.names(), c.folder.read("x")], [["x"], "a".repeat(1_000)]);
});

async function keyOf(url: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

behaviour("download() starts anew when 416 tells of another length", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,none:10,ok");
  await c.break(url);
  assertEquals((await c.fetch(url)).resumed, 0);
  c.assertFile(1_000);
});

behaviour("download() puts the ranges together when the server sends less than was asked for", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,some:250");
  await c.break(url);
  const { bytes, resumed } = await c.fetch(url);
  assertEquals([bytes, resumed], [1_000, 400]);
  c.assertFile(1_000);
  assertEquals((await c.asked()).map(([range]) => range), [undefined, "bytes=400-", "bytes=650-", "bytes=900-"]);
});

behaviour("download() refuses a range that it did not ask for", async (subject) => {
  const c = new Case(subject);
  await assertRejects(async () => await c.fetch(c.url("some:10")), RemoteProtocolError, "a part of the file");
  assertEquals(c.folder.names(), []);
});

behaviour("download() refuses crumbs", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,some:1");
  await c.break(url);
  await assertRejects(async () => await c.fetch(url), RemoteProtocolError, "100 ranges");
});

behaviour("a retry of download() goes on from what is on disk", async (subject) => {
  const c = new Case(subject);
  const { bytes, resumed, response } = await c.fetch(c.url("cut:400,cut:100,ok"), QUICK);
  assertEquals([bytes, resumed, response.attempts.length], [1_000, 0, 3]);
  c.assertFile(1_000);
  assertEquals((await c.asked()).map(([range]) => range), [undefined, "bytes=400-", "bytes=500-"]);
});

behaviour("download() goes on behind a redirect", async (subject) => {
  const c = new Case(subject);
  const url = subject.url("/redirect", { to: c.url("cut:400,ok") });
  await c.break(url);
  assertEquals((await c.fetch(url)).resumed, 400);
  c.assertFile(1_000);
});

behaviour("download() of another URL does not go on with the part", async (subject) => {
  const c = new Case(subject);
  await c.break(c.url("cut:400,ok"));
  assertEquals((await c.fetch(c.url("cut:400,ok", { size: 900 }))).resumed, 0);
  c.assertFile(900);
});

behaviour("download() raises a status that is not 2xx and touches no file", async (subject) => {
  const c = new Case(subject);
  c.folder.write("x", "old", 0o600);
  const url = subject.url("/status/404", { body: "gone" });
  const error = await assertRejects(async () => await c.fetch(url), HTTPError);
  assertEquals([error.status, error.bodySnippet], [404, "gone"]);
  assertEquals([c.folder.names(), c.folder.read("x")], [["x"], "old"]);
});

behaviour("download() that is aborted leaves its part, and the file as it was", async (subject) => {
  const c = new Case(subject);
  c.folder.write("x", "old", 0o600);
  const stop = new AbortController();
  const options = { signal: stop.signal, onDownloadProgress: () => stop.abort() };
  await assertRejects(async () => await c.fetch(c.url("ok", { size: 5_000_000 }), options), AbortError);
  assertEquals([c.folder.names(), c.folder.read("x")], [["x", "x.part", "x.part.json"], "old"]);
});

behaviour("download() keeps to the limits of time", async (subject) => {
  const c = new Case(subject);
  const url = subject.url("/stall", { after: 5, length: 100 });
  const error = await assertRejects(
    async () => await c.fetch(url, { ...NO_RETRY, timeout: { read: 50 } }),
    TimeoutError,
  );
  assertEquals(error.phase, "read");
  assertEquals(c.folder.names(), []);
});

behaviour("download() is not bound by limits.body", async (subject) => {
  const c = new Case(subject);
  await c.fetch(c.url("ok"), { limits: { body: 10 } });
  c.assertFile(1_000);
});

behaviour("two calls of download() to one file do not mix", async (subject) => {
  const c = new Case(subject);
  const results = await Promise.allSettled([c.fetch(c.url("ok")), c.fetch(c.url("ok"))]);
  assertEquals(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const failed = results.find((result) => result.status === "rejected")!;
  assertStringIncludes(String(failed.reason), "another download writes to it");
  c.assertFile(1_000);
});

behaviour("download() refuses a folder without a slash, and says so before it sends", async (subject) => {
  const c = new Case(subject);
  await assertRejects(async () => await c.client.download(c.url("ok"), c.folder.path), BodyError, "it is a folder");
  assertEquals(await c.asked(), []);
});

behaviour("download() refuses options and fields that it sets itself", async (subject) => {
  const c = new Case(subject);
  await assertRejects(
    async () => await c.fetch(c.url("ok"), { headers: { range: "bytes=0-9" } }),
    TypeError,
    "the header Range",
  );
  await assertRejects(
    async () => await c.fetch(c.url("ok"), { decompress: true }),
    TypeError,
    "expected resume: false",
  );
  await assertRejects(async () => await c.fetch(c.url("ok"), { resum: true } as DownloadOptions), TypeError, "resum");
  await assertRejects(async () => await c.client.download(c.url("ok"), ""), TypeError, "the path of a file");
  await assertRejects(async () => await c.client.download(c.url("ok"), "a\0b"), TypeError, "the path of a file");
  assertEquals(await c.asked(), []);
});

behaviour("download() tells when a hook answered in its place", async (subject) => {
  const c = new Case(subject);
  const answer = await c.client.get(c.url("ok"));
  await assertRejects(
    async () => await c.fetch(c.url("ok"), { hooks: { request: [() => answer] } }),
    BodyError,
    "a layer or hook",
  );
  assertEquals(c.folder.names(), []);
});

behaviour("download() into a folder takes the name of Content-Disposition, then of the URL", async (subject) => {
  const c = new Case(subject);
  const named = await c.client.download(
    c.url("ok", { h: "Content-Disposition:attachment; filename=report.txt" }),
    `${c.folder.path}/`,
  );
  assertEquals(named.path, c.folder.file("report.txt"));
  const plain = await c.client.download(c.url("ok"), `${c.folder.path}/`);
  assertEquals(plain.path, c.folder.file("file"));
  assertEquals(c.folder.names(), ["file", "report.txt"]);
});

behaviour(
  "download() into a folder goes on with its part, and keeps the name of the first response",
  async (subject) => {
    const c = new Case(subject);
    const url = c.url("cut:400,ok", { h: "Content-Disposition:attachment; filename=report.txt" });
    const fetch = async (): Promise<DownloadResult> => await c.client.download(url, `${c.folder.path}/`, NO_RETRY);
    await assertRejects(fetch, IncompleteReadError);
    const names = c.folder.names();
    assertEquals(names.map((name) => name.replace(/[0-9a-f]{8}/, "#")), ["file.#.part", "file.#.part.json"]);
    assertEquals((await fetch()).resumed, 400);
    c.assertFile(1_000, 0, "report.txt");
  },
);

option("resume", "false starts anew, and leaves nothing behind", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,cut:300,ok");
  await c.break(url);
  await assertRejects(async () => await c.fetch(url, { ...NO_RETRY, resume: false }), IncompleteReadError);
  assertEquals(c.folder.names(), []);
  await c.fetch(url, { resume: false });
  c.assertFile(1_000);
  assertEquals((await c.asked()).flat(), Array(6).fill(undefined));
});

option("resume", "false lets content codings be undone, true keeps them", async (subject) => {
  const c = new Case(subject);
  const url = subject.url("/encoded/gzip", { body: "hello" });
  await c.fetch(url, { resume: false });
  assertEquals(c.folder.read("x"), "hello");
  const { response } = await c.fetch(url);
  assertEquals([c.folder.bytes("x")[0], c.folder.bytes("x")[1]], [0x1f, 0x8b]);
  assertEquals(response.request.headers.get("accept-encoding"), "identity");
});

option("overwrite", "false keeps a file that is there, and sends nothing", async (subject) => {
  const c = new Case(subject);
  c.folder.write("x", "old", 0o600);
  const error = await assertRejects(
    async () => await c.fetch(c.url("ok"), { overwrite: false }),
    BodyError,
    "it exists already",
  );
  assertEquals([error.code, c.folder.read("x"), await c.asked()], ["FILE_EXISTS", "old", []]);
  await c.fetch(c.url("ok"));
  c.assertFile(1_000);
});

option("overwrite", "false makes a file where none is", async (subject) => {
  const c = new Case(subject);
  await c.fetch(c.url("ok"), { overwrite: false });
  c.assertFile(1_000);
});

option("overwrite", "false notices a file that came while it was fetched", async (subject) => {
  const c = new Case(subject);
  const put = (): void => c.folder.write("x", "mine", 0o600);
  const options = { overwrite: false, onDownloadProgress: put };
  await assertRejects(async () => await c.fetch(c.url("ok"), options), BodyError, "it exists already");
  assertEquals(c.folder.read("x"), "mine");
});

option("overwrite", "is false for a name that the server chose, unless it is set", async (subject) => {
  const c = new Case(subject);
  c.folder.write("file", "old", 0o600);
  await assertRejects(
    async () => await c.client.download(c.url("ok"), `${c.folder.path}/`),
    BodyError,
    "it exists already",
  );
  assertEquals([c.folder.names(), c.folder.read("file")], [["file"], "old"]);
  await c.client.download(c.url("ok"), `${c.folder.path}/`, { overwrite: true });
  c.assertFile(1_000, 0, "file");
});

behaviour("onDownloadProgress of download() counts the bytes on disk", async (subject) => {
  const c = new Case(subject);
  const url = c.url("cut:400,ok");
  await c.break(url);
  const told: (number | undefined)[][] = [];
  await c.fetch(url, { onDownloadProgress: ({ bytes, total }) => told.push([bytes, total]) });
  assert(told[0]![0]! > 400);
  assertEquals(told.at(-1), [1_000, 1_000]);
});
