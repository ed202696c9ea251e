import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Client, type ClientOptions, CookieJar } from "../../mod.ts";
import { resolveEngine } from "../../src/client/engine_options.ts";
import { Host } from "../../src/client/host.ts";
import type { FetchTraits } from "../../src/core/host_fetch.ts";
import {
  IncompleteReadError,
  type JetstreamError,
  LocalProtocolError,
  SocketError,
  TimeoutError,
  UnsupportedRuntimeError,
} from "../../src/errors.ts";
import type { Body } from "../../src/http/body.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test, type TestContext } from "../support/suite.ts";

const OPEN: FetchTraits = { showsRedirects: true, showsCookies: true, streamsUploads: true, decodes: true };
const URL_TEXT = "http://a.test/x";

interface Sent {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: [string, string][] };
}

interface Bench {
  readonly client: Client;
  readonly clock: FakeClock;
  readonly sent: Sent[];
  readonly host: Host;
}

type ClientOnHost = new (options: ClientOptions, derived: object) => Client;

/** A client on a runtime that has nothing but this `fetch`. */
function bench(
  t: TestContext,
  answer: (sent: Sent) => Response | Promise<Response>,
  options: ClientOptions = {},
  traits: FetchTraits = OPEN,
): Bench {
  const clock = new FakeClock();
  const sent: Sent[] = [];
  const runtime = {
    name: "edge",
    agent: "Test/1",
    connector: undefined,
    codecs: detectRuntime().codecs,
    env: () => undefined,
    hostFetch: {
      traits,
      send: async (url: string, init: RequestInit) => {
        const one = { url, init } as Sent;
        sent.push(one);
        return await answer(one);
      },
      failure: (cause: unknown) => new SocketError("broke", { cause }),
    },
  };
  const host = new Host({ runtime: runtime as never, clock }, resolveEngine(null, null), null);
  const layers = { callLayers: [], networkLayers: [] };
  const client = new (Client as unknown as ClientOnHost)(options, { host, kept: {}, layers });
  t.after(async () => {
    await clock.until(host.close());
    assertEquals([clock.pending, client.stats().calls], [0, 0], "timers or calls are left");
  });
  return { client, clock, sent, host };
}

const streamOf = (...chunks: readonly (string | Error)[]): ReadableStream<Uint8Array> => {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else if (typeof chunk === "string") controller.enqueue(new TextEncoder().encode(chunk));
      else controller.error(chunk);
    },
  }, { highWaterMark: 0 });
};

const never = (): Promise<never> => new Promise(() => {});

test("FetchTransport sends method, fields and body, and leaves framing and redirects alone", async (t) => {
  const { client, sent } = bench(t, () => new Response("hi", { status: 201, statusText: "Made" }));
  const response = await client.post(URL_TEXT, { body: "abc", headers: { Host: "b.test", "X-A": "1" } });
  assertEquals([response.status, response.statusText, response.text()], [201, "Made", "hi"]);
  assertEquals([response.httpVersion, response.connection], [undefined, undefined]);
  const [{ url, init }] = sent as [Sent];
  assertEquals([url, init.method, init.redirect], [URL_TEXT, "POST", "manual"]);
  assertEquals(init.headers.map(([name]) => name), ["Accept", "User-Agent", "X-A", "Content-Type"]);
  assertEquals(new TextDecoder().decode(init.body as Uint8Array), "abc");
});

const LIMITS: readonly [limit: "head" | "read" | "total" | "attempt", answer: () => Response | Promise<Response>][] = [
  ["head", never],
  ["total", never],
  ["attempt", never],
  ["read", () => new Response(new ReadableStream())],
  ["total", () => new Response(new ReadableStream())],
];

for (const [limit, answer] of LIMITS) {
  test(`FetchTransport ends a call at timeout.${limit}${answer === never ? "" : " while the body comes"}`, async (t) => {
    const { client, clock, sent } = bench(t, answer, { timeout: { [limit]: 500 }, retry: false });
    const error = await clock.until(client.get(URL_TEXT).then(() => undefined, (error) => error));
    assert(error instanceof TimeoutError, `${error}`);
    assertEquals([error.phase, error.limit], [limit, 500]);
    assertEquals(sent[0]!.init.signal?.aborted, true);
  });
}

test("FetchTransport lets the head wait for as long as the source of the body takes", async (t) => {
  const { client, clock } = bench(t, async ({ init }) => {
    return new Response(await new Response(init.body as BodyInit).text());
  }, { timeout: { head: 100 }, retry: false });
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) =>
      new Promise((resolve) =>
        clock.schedule(
          () => {
            controller.enqueue(new TextEncoder().encode("late"));
            controller.close();
            resolve();
          },
          5_000,
          true,
        )
      ),
  }, { highWaterMark: 0 });
  assertEquals((await clock.until(client.post(URL_TEXT, { body }).then((r) => r))).text(), "late");
});

test("FetchTransport rejects at once when aborted, and drops an answer that comes too late", async (t) => {
  let answer!: (response: Response) => void;
  const { client } = bench(t, () => new Promise((resolve) => answer = resolve));
  const controller = new AbortController();
  const going = client.fetch(URL_TEXT, { signal: controller.signal }).catch((error) => error);
  await Promise.resolve();
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await going, reason);
  let cancelled = false;
  answer(new Response(new ReadableStream({ cancel: () => void (cancelled = true) })));
  for (let turn = 0; turn < 20 && !cancelled; turn++) await Promise.resolve();
  assertEquals(cancelled, true);
});

test("FetchTransport tells of a body that is cut short", async (t) => {
  const cases = [
    () => new Response(streamOf("abc"), { headers: { "content-length": "10" } }),
    () => new Response(streamOf("abc", new Error("gone")), { headers: { "content-length": "10" } }),
  ];
  for (const answer of cases) {
    const { client } = bench(t, answer, { retry: false });
    const error = await assertRejects(async () => await client.get(URL_TEXT), IncompleteReadError);
    assertEquals([error.received, error.expected], [3, 10]);
  }
});

test("FetchTransport takes no length from a body that was decoded", async (t) => {
  const headers = { "content-length": "3", "content-encoding": "gzip" };
  const { client } = bench(t, () => new Response(streamOf("hello"), { headers }));
  assertEquals((await client.get(URL_TEXT)).text(), "hello");
});

test("FetchTransport takes no length that another origin shows to a page, which hides the coding", async (t) => {
  const page = { ...OPEN, showsRedirects: false };
  const answer = (type: ResponseType) => (): Response =>
    Object.defineProperty(new Response(streamOf("tiny"), { headers: { "content-length": "24" } }), "type", {
      value: type,
    });
  assertEquals((await bench(t, answer("cors"), {}, page).client.get(URL_TEXT)).text(), "tiny");
  const { client } = bench(t, answer("basic"), { retry: false }, page);
  await assertRejects(async () => await client.get(URL_TEXT), IncompleteReadError);
});

/** A body that says `length` and gives these chunks. */
function announcing(length: number, ...chunks: readonly string[]): Body {
  return {
    contentType: null,
    length,
    replayable: false,
    kind: "a body",
    bytes: undefined,
    open: () => {
      const left = chunks.map((chunk) => new TextEncoder().encode(chunk));
      return { read: () => left.shift() ?? null, cancel: () => {} };
    },
  };
}

for (const streamsUploads of [true, false]) {
  test(`FetchTransport holds a body to its length where uploads are ${streamsUploads ? "streams" : "gathered"}`, async (t) => {
    const answer = async ({ init }: Sent): Promise<Response> =>
      new Response(await new Response(init.body as BodyInit).text());
    const { client } = bench(t, answer, { retry: false }, { ...OPEN, streamsUploads });
    const watched = streamsUploads ? { onUploadProgress: () => {} } : {};
    const send = async (body: Body): Promise<string> => await client.post(URL_TEXT, { body, ...watched }).text();
    assertEquals(await send(announcing(4, "ab", "cd")), "abcd");
    await assertRejects(() => send(announcing(5, "ab", "cd")), LocalProtocolError, "gave 4 bytes, expected the 5");
    await assertRejects(() => send(announcing(3, "ab", "cd")), LocalProtocolError, "more than the 3 bytes");
  });
}

test("FetchTransport retries, follows and keeps cookies by the layers of the client", async (t) => {
  const answers = [
    () => Promise.reject(new Error("reset")),
    () => new Response(null, { status: 302, headers: { location: "/y", "set-cookie": "a=1; Path=/" } }),
    () => new Response("done"),
  ];
  const cookies = new CookieJar();
  // The public suffixes are loaded in time that the clock does not know.
  await cookies.ready();
  const { client, clock, sent } = bench(t, () => answers.shift()!(), { cookies });
  const response = await clock.until(client.get(URL_TEXT).then((response) => response));
  assertEquals([response.text(), response.url, response.attempts.length], ["done", "http://a.test/y", 3]);
  assertEquals(sent[2]!.init.headers.find(([name]) => name === "Cookie")?.[1], "a=1");
});

test("FetchTransport pulls a streamed upload as it is sent, and tells its progress", async (t) => {
  const { client, sent } = bench(t, async ({ init }) => new Response(await new Response(init.body as BodyInit).text()));
  const told: number[] = [];
  const onUploadProgress = ({ bytes }: { bytes: number }): number => told.push(bytes);
  assertEquals((await client.post(URL_TEXT, { body: streamOf("ab", "cd"), onUploadProgress })).text(), "abcd");
  assertEquals([told, (sent[0]!.init as { duplex?: string }).duplex], [[2, 4], "half"]);
});

test("FetchTransport gathers a small body of known length, which goes out with it", async (t) => {
  const { client, sent } = bench(t, () => new Response());
  await client.post(URL_TEXT, { body: new Blob(["abc"]) });
  assert(sent[0]!.init.body instanceof Uint8Array);
});

test("FetchTransport tells why the source of a body failed", async (t) => {
  const { client } = bench(t, async ({ init }) => new Response(await new Response(init.body as BodyInit).text()));
  const error = await assertRejects(
    async () => await client.post(URL_TEXT, { body: streamOf("ab", new Error("mine")), retry: false }),
    LocalProtocolError,
  );
  assertEquals([error.code, (error.cause as Error).message], ["BODY_SOURCE_FAILED", "mine"]);
});

const UNSENDABLE: readonly [method: string, body: string | null][] = [["TRACE", null], ["GET", "x"], ["HEAD", "x"]];

for (const [method, body] of UNSENDABLE) {
  test(`FetchTransport refuses ${method}${body === null ? "" : " with a body"}`, async (t) => {
    const { client, sent } = bench(t, () => new Response());
    await assertRejects(
      async () => await client.request(method, URL_TEXT, body === null ? {} : { body }),
      UnsupportedRuntimeError,
    );
    assertEquals(sent, []);
  });
}

test("FetchTransport says that a page hides redirects, and sends it no stream", async (t) => {
  const page = { ...OPEN, showsRedirects: false, streamsUploads: false };
  const hidden = Object.defineProperty(new Response(), "type", { value: "opaqueredirect" });
  const { client, sent } = bench(t, () => hidden, {}, page);
  await assertRejects(
    async () => await client.post(URL_TEXT, { body: streamOf("a", "b") }),
    UnsupportedRuntimeError,
    "hides where it leads",
  );
  assertEquals(new TextDecoder().decode(sent[0]!.init.body as Uint8Array), "ab");
  assertEquals(sent[0]!.init.headers.map(([name]) => name), ["Accept"]);
});

test("FetchTransport pauses a body that nobody reads, and frees it when it is discarded", async (t) => {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulled++;
      controller.enqueue(new Uint8Array(65_536));
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  const { client } = bench(t, () => new Response(body));
  const response = await client.stream("GET", URL_TEXT);
  for (let turn = 0; turn < 500; turn++) await Promise.resolve();
  assert(pulled > 0 && pulled <= 4, `${pulled} chunks were pulled`);
  await response.discard();
  assertEquals(cancelled, true);
});

test("FetchTransport tells each start with its end", async (t) => {
  const types: string[] = [];
  const { client } = bench(t, () => new Response(streamOf("ab")), { onEvent: ({ type }) => types.push(type) });
  await client.get(URL_TEXT);
  const attempt = ["attempt-start", "head", "chunk", "end", "attempt-end"];
  assertEquals(types, ["call-start", "hop-start", ...attempt, "hop-end", "call-end"]);
});

test("FetchTransport lets calls end until the deadline of close(), then cuts them", async (t) => {
  const { client, clock, host } = bench(t, never);
  const going = client.get(URL_TEXT).then(() => undefined, (error: unknown) => error as JetstreamError);
  await Promise.resolve();
  const closing = host.close({ deadline: 1_000 });
  await clock.tick(999);
  assertEquals(client.stats().calls, 1);
  assertEquals((await clock.until(going))?.code, "CLIENT_CLOSED");
  await closing;
});
