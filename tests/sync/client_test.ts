/** What differs from the asynchronous client, or has to be as there although a thread lies between. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  Client,
  ConnectError,
  CookieJar,
  HTTPError,
  type HttpRequest,
  type HttpResponse,
  JetstreamError,
  TimeoutError,
  type Transport,
} from "../../sync.ts";
import * as asynchronous from "../../mod.ts";
import { blockingClient, thrownBy } from "../support/blocking.ts";
import { urlOf } from "../support/behaviour.ts";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";
import { TempFolder } from "../support/temp_folder.ts";

const server = await origin();
const echo = `${server.http}/echo`;

interface Echo {
  readonly text: string;
  readonly length: number;
  readonly sha256: string;
  readonly headers: Record<string, string>;
}

test("what cannot work while the thread waits is a TypeError that names what does", (t) => {
  const client = blockingClient(t);
  const { signal } = new AbortController();
  assertThrows(() => client.get(echo, { signal } as object), TypeError, "expected the option timeout");
  assertThrows(() => new Client({ signal } as object), TypeError, "expected the option timeout");
  assertEquals(client.get(echo, { signal: null } as object).status, 200);
  const stream = new ReadableStream<Uint8Array>();
  assertThrows(() => client.post(echo, { body: stream }), TypeError, "an iterable");
  assertThrows(() => client.post(echo, { multipart: { a: stream } }), TypeError, "an iterable");
  const later = (async function* () {
    yield await Promise.resolve("a");
  })();
  assertThrows(() => client.post(echo, { body: later }), TypeError, "an iterable or a generator");
  assertThrows(() => client.post(echo, { body: Promise.resolve("a") as never }), TypeError, "a promise");
  for (const guard of [() => true, { check: () => true }]) {
    assertThrows(() => new Client({ guard }), TypeError, 'expected "public" or rules');
  }
  const transport = asynchronous.handlerTransport(() => new Response()) as never;
  assertThrows(() => new Client({ transport }), TypeError, "whose send() returns the response");
  assertEquals(client.get(echo).status, 200);
});

test("errors have class, fields, attempts and cause, and the stack shows the caller's line", (t) => {
  const client = blockingClient(t, { retry: { backoff: () => 1 } });
  const refused = thrownBy(function theCallersLine() {
    client.get("http://127.0.0.1:1/?token=s3cret");
  }) as ConnectError;
  assert(refused instanceof ConnectError && refused instanceof asynchronous.JetstreamError);
  assertEquals(
    [refused.name, refused.code, refused.phase, refused.progress, refused.retryable, refused.host, refused.port],
    ["ConnectError", "CONNECT_REFUSED", "connect", "unsent", true, "127.0.0.1", 1],
  );
  assertEquals(refused.attempts.length, 3);
  assertStrictEquals((refused.attempts[2] as { error: unknown }).error, refused);
  assert(refused.cause instanceof Error && !refused.message.includes("s3cret"));
  assert(refused.message.startsWith("GET http://127.0.0.1:1/?token="), refused.message);
  const [first, frame] = refused.stack!.split("\n");
  assertEquals(first, `ConnectError: ${refused.message}`);
  assert(/theCallersLine/.test(frame!), refused.stack);

  const late = thrownBy(() => client.get(`${server.http}/delay/2000`, { timeout: 40 })) as TimeoutError;
  assert(late instanceof TimeoutError);
  assertEquals([late.phase, late.limit, late.option], ["total", 40, "timeout"]);
  const raised = thrownBy(() =>
    client.get(urlOf(server.http, "/status/404", { body: "gone" }), { raiseForStatus: true })
  ) as HTTPError<asynchronous.HttpResponse>;
  assert(raised instanceof HTTPError);
  assertEquals([raised.status, raised.bodySnippet, raised.response.text()], [404, "gone", "gone"]);
});

test("options are checked where they are resolved: the same words", (t) => {
  const client = blockingClient(t);
  assertThrows(() => new Client({ timeouts: 5 } as never), TypeError, 'did you mean "timeout"');
  assertThrows(() => client.get(echo, { retry: { max: -1 } }), RangeError, "retry.max");
  assertThrows(() => client.get(echo, { hooks: { request: [5] } } as never), TypeError, "hooks.request[0]");
  assertThrows(() => client.post(echo, { json: { a: 1n } }), TypeError, "bigint");
  assertThrows(() => client.post(echo, { json: 1, form: {} }), TypeError, "json and form");
  assertThrows(() => client.extend({ pool: {} }), TypeError, "the pool is shared");
  // More JSON than is copied as a whole.
  const json = "x".repeat(1024 * 1024);
  assertThrows(() => client.post(echo, { json, form: {} }), TypeError, "json and form");
  assertThrows(() => client.post(echo, { json, multipart: {} }), TypeError, "json and multipart");
  for (const nothing of [[], null] as never[]) {
    assertThrows(() => client.get(echo, nothing), TypeError, "expected an object");
    assertThrows(() => new Client(nothing), TypeError, "expected an object");
  }
  for (const method of [undefined, 5, Symbol("GET")] as never[]) {
    assertThrows(() => client.request(method, echo), TypeError, 'the option "method"');
  }
});

test("options of any kind reach the worker: lists, maps, bytes, dates, instances", (t) => {
  const client = blockingClient(t, {
    headers: new Map([["X-Map", "1"]]),
    retry: new asynchronous.Retry({ max: 1, backoff: () => 1 }),
    timeout: new asynchronous.Timeout({ total: 5_000 }),
  });
  const sent = client.post(echo, {
    headers: new Headers({ "X-Web": "2" }),
    params: new URLSearchParams("a=1"),
    json: { at: new Date(0), nested: { toJSON: () => "own" }, list: new Set([1]) },
  }).json() as Echo & { target: string };
  assertEquals([sent.headers["x-web"], sent.target], ["2", "/echo?a=1"]);
  assertEquals(JSON.parse(sent.text), { at: "1970-01-01T00:00:00.000Z", nested: "own", list: {} });
});

test("an object of a class counts by its own members, and has those of its class", (t) => {
  class Page {
    readonly page = 2;
    get next(): number {
      return this.page + 1;
    }
    toString(): string {
      return "page";
    }
  }
  const client = blockingClient(t);
  const { target } = client.get(echo, { params: new Page() as never }).json() as { target: string };
  assertEquals(target, "/echo?page=2");

  const answers = client.get(urlOf(server.http, "/text", { body: "kept" }));
  class Canned implements Transport {
    readonly #asked: string[] = [];
    send(request: HttpRequest): HttpResponse {
      this.#asked.push(request.url.toString());
      return answers.raiseForStatus();
    }
    close(): void {
      this.#asked.push("closed");
    }
    get asked(): readonly string[] {
      return this.#asked;
    }
  }
  const transport = new Canned();
  const canned = blockingClient(t, { baseUrl: "http://canned.test", transport });
  assertEquals(canned.get("/a").text(), "kept");
  canned.close();
  assertEquals(transport.asked, ["http://canned.test/a", "closed"]);
});

test("the error of several addresses is of its class, with the error of each", (t) => {
  const client = blockingClient(t, { retry: false, dns: { hosts: { "two.test": ["127.0.0.1", "127.0.0.2"] } } });
  const { cause } = thrownBy(() => client.get("http://two.test:1/")) as ConnectError;
  assert(cause instanceof AggregateError, String(cause));
  assertEquals(cause.errors.map((error) => error instanceof ConnectError), [true, true]);
});

test("capabilities are those of the asynchronous client, but for the signal", (t) => {
  const { options, ...rest } = blockingClient(t).capabilities;
  const other = new asynchronous.Client();
  t.after(() => other.close());
  const { options: all, ...others } = other.capabilities;
  assertEquals(rest, others);
  assertEquals(options, all.filter((name) => name !== "signal"));
  const byFetch = blockingClient(t, { transport: "fetch" }).capabilities;
  assertEquals([byFetch.transport, "tls" in byFetch.refused], ["fetch", true]);
});

test("uploads go out piece by piece from generators, and large bytes, and again when they can", (t) => {
  const client = blockingClient(t, { retry: { methods: ["POST"], backoff: () => 1 } });
  const line = "0123456789".repeat(1_000);
  let made = 0;
  const echoed = client.post(echo, {
    body: (function* () {
      for (; made < 300; made++) yield line;
    })(),
  }).json() as Echo;
  assertEquals([made, echoed.length], [300, 3_000_000]);
  const bytes = new Uint8Array(5_000_000).map((_, at) => at % 251);
  assertEquals((client.post(echo, { body: bytes }).json() as Echo).headers["content-length"], "5000000");
  const id = crypto.randomUUID();
  const again = client.post(urlOf(server.http, "/sequence", { id, statuses: "503,200" }), { body: bytes });
  assertEquals(again.status, 200);
  const parts = client.post(echo, {
    multipart: {
      text: "a",
      blob: new Blob(["b".repeat(1_000)], { type: "text/plain" }),
      file: new File(["c"], "c.txt"),
      made: (function* () {
        yield "d";
      })(),
    },
  }).json() as Echo;
  assert(parts.text.includes('name="file"; filename="c.txt"') && parts.text.includes("b".repeat(1_000)));
  const form = new FormData();
  form.append("line", "one\ntwo");
  form.append("blob", new Blob(["x"]), "x.bin");
  const formed = client.post(echo, { multipart: form }).json() as Echo;
  assert(formed.text.includes("one\r\ntwo") && formed.text.includes('filename="x.bin"'), formed.text);
});

test("a generator is given up when the call fails", (t) => {
  let ended = false;
  const endless = (function* () {
    try {
      for (;;) yield "x".repeat(10_000);
    } finally {
      ended = true;
    }
  })();
  const client = blockingClient(t, { retry: false });
  const error = thrownBy(() => client.post(`${server.http}/status/413`, { body: endless, timeout: { total: 300 } }));
  assert(error instanceof JetstreamError);
  client.get(echo);
  assertEquals(ended, true);
});

test("a jar is read and written between calls, saved and loaded", (t) => {
  const jar = new CookieJar();
  jar.set("mine=1; Path=/", server.http);
  const client = blockingClient(t, { cookies: jar });
  client.get(urlOf(server.http, "/cookies", { c: "theirs=2; Path=/" }));
  assertEquals(jar.getAll(server.http).map(({ name, value }) => `${name}=${value}`), ["mine=1", "theirs=2"]);
  jar.delete({ name: "mine" });
  assertEquals((client.get(echo).json() as Echo).headers["cookie"], "theirs=2");
  const folder = new TempFolder();
  t.after(() => folder.remove());
  const path = `${folder.path}/cookies.txt`;
  jar.save(path, { format: "netscape" });
  const other = new CookieJar();
  assertEquals(other.ready(), undefined);
  other.load(path);
  assertEquals([...other].map(({ name }) => name), ["theirs"]);
  jar.set({ name: "kept", value: "3", domain: "127.0.0.1", expires: Date.now() + 1e6 } as never);
  jar.save(path);
  other.load(path);
  assertEquals([...other].map(({ name }) => name).includes("kept"), true);
  assertThrows(() => other.load(`${folder.path}/none`));
});

test("a store of one's own is asked here, and one that answers later is refused", (t) => {
  const changes: string[] = [];
  const load = () => [];
  const jar = new CookieJar({
    store: { load, onChange: ({ type, cookie }) => void changes.push(`${type} ${cookie.name}`) },
  });
  const client = blockingClient(t, { cookies: jar });
  client.get(urlOf(server.http, "/cookies", { c: "a=1; Path=/" }));
  assertEquals(changes, ["set a"]);
  const store = { load: () => Promise.resolve([]), onChange: () => {} };
  assertThrows(() => new CookieJar({ store }), TypeError, "a store that answers at once");
});

test("a response is read by its own codec and schema, here", (t) => {
  const parsed: string[] = [];
  const client = blockingClient(t, {
    jsonCodec: {
      parse: (text) => {
        parsed.push(text);
        return { parsed: text };
      },
    },
  });
  const url = urlOf(server.http, "/text", { body: '{"a":1}' });
  assertEquals(client.get(url).json(), { parsed: '{"a":1}' });
  using stream = client.stream("GET", url);
  assertEquals([...stream.iterJson()], [{ parsed: '{"a":1}' }]);
  assertEquals(parsed.length, 2);
  client.post(echo, { json: 1 });
});

test("streams of several calls are open at a time, and end with their blocks", (t) => {
  const client = blockingClient(t);
  {
    using first = client.stream("GET", `${server.http}/bytes/3000000`);
    using second = client.stream("GET", `${server.http}/bytes/3000000`);
    const [a, b] = [first.iterBytes(), second.iterBytes()];
    let length = 0;
    for (let turn = 0; turn < 3; turn++) length += a.next().value!.length + b.next().value!.length;
    assert(length > 0 && client.stats().busy === 2);
  }
  assertEquals(client.stats().busy, 0);
});

test("a closed client refuses calls, and one that shares its pool lives as long as it", (t) => {
  const client = blockingClient(t);
  const derived = client.extend({ headers: { "X-A": "1" } });
  {
    using scoped = new Client();
    assertEquals(scoped.get(echo).status, 200);
    t.after(() => assertThrows(() => scoped.get(echo), JetstreamError, "the client is closed"));
  }
  assertEquals((derived.get(echo).json() as Echo).headers["x-a"], "1");
  client.close();
  assertThrows(() => derived.get(echo), JetstreamError, "the client is closed");
});
