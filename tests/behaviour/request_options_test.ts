import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { CookieJar, DecodeError, HTTPError, RemoteProtocolError, type Transport } from "../../mod.ts";
import { behaviour, option, urlOf } from "../support/behaviour.ts";

/** What the server says of the request it saw. */
interface Echo {
  method: string;
  target: string;
  text: string;
  length: number;
  sha256: string;
  headers: Record<string, string>;
  fields: [string, string][];
  trailers: Record<string, string>;
  from: string;
}

option("baseUrl", "is a directory that relative URLs are joined to", async ({ client, origin }) => {
  const c = client({ baseUrl: `${origin.http}/echo` });
  assertEquals((await c.get("/users").json() as Echo).target, "/echo/users");
  assertEquals((await c.get("users?q=1").json() as Echo).target, "/echo/users?q=1");
  await assertRejects(async () => await c.get("../secret"), TypeError);
  await assertRejects(async () => await c.get("//evil.test/"), TypeError);
});

option("allowAbsoluteUrls", "lets other origins through, or none", async ({ client, origin }) => {
  const base = { baseUrl: `${origin.http}/echo` };
  assertEquals((await client(base).get(`${origin.http}/echo/x`)).status, 200);
  await assertRejects(async () => await client(base).get("http://localhost:1/"), TypeError, "allowAbsoluteUrls");
  await assertRejects(
    async () => await client({ ...base, allowAbsoluteUrls: false }).get(`${origin.http}/echo`),
    TypeError,
  );
  const other = origin.http.replace("127.0.0.1", "localhost");
  assertEquals((await client({ ...base, allowAbsoluteUrls: true }).get(`${other}/echo`)).status, 200);
});

option("headers", "go out in order and case, the request's over the client's", async ({ client, url }) => {
  const c = client({ headers: { "X-Client": "1", "X-Both": "client", "X-Gone": "1" } });
  const echo = await c.get(url("/echo"), { headers: { "x-BOTH": "request", "X-Gone": null, "X-List": ["a", "b"] } })
    .json() as Echo;
  const sent = echo.fields.filter(([name]) => name.toLowerCase().startsWith("x-"));
  assertEquals(sent, [["X-Client", "1"], ["x-BOTH", "request"], ["X-List", "a"], ["X-List", "b"]]);
  assertMatch(echo.headers["user-agent"]!, /^jetstream\/\d/);
  assertEquals(
    (await c.get(url("/echo"), { headers: { "User-Agent": null, Accept: null } }).json() as Echo).headers["user-agent"],
    undefined,
  );
});

option("params", "are appended to the client's and to the URL's own", async ({ client, url }) => {
  const c = client({ params: { a: 1, gone: 1 } });
  const echo = await c.get(url("/echo?z=%41"), { params: { b: ["x y", "&"], gone: null, skipped: undefined } as never })
    .json() as Echo;
  assertEquals(echo.target, "/echo?z=%41&a=1&b=x%20y&b=%26");
});

option("path", "fills the places of a template, escaped", async ({ client, origin }) => {
  const echo = await client().get(`${origin.http}/echo/{id}/x`, { path: { id: "a/b ?" } }).json() as Echo;
  assertEquals(echo.target, "/echo/a%2Fb%20%3F/x");
  await assertRejects(async () => await client().get(`${origin.http}/echo/{id}`, { path: { id: ".." } }), TypeError);
  await assertRejects(async () => await client().get(`${origin.http}/echo/{id}`, { path: { other: 1 } }), TypeError);
});

option("json", "sends any value of JSON with its type", async ({ client, url }) => {
  const c = client();
  for (const value of [{ a: [1, "ü", null] }, null, 0, "text", false]) {
    const echo = await c.post(url("/echo"), { json: value }).json() as Echo;
    assertEquals(JSON.parse(echo.text), value);
    assertMatch(echo.headers["content-type"]!, /^application\/json/);
  }
  const typed = await c.post(url("/echo"), { json: 1, headers: { "Content-Type": "application/ld+json" } })
    .json() as Echo;
  assertEquals(typed.headers["content-type"], "application/ld+json");
  await assertRejects(async () => await c.post(url("/echo"), { json: 1n }), TypeError);
  await assertRejects(async () => await c.post(url("/echo"), { json: 1, body: "x" }), TypeError, "json and body");
});

option("form", "sends fields url-encoded", async ({ client, url }) => {
  const echo = await client().post(url("/echo"), { form: { a: "1 2", b: ["x", "y"] } }).json() as Echo;
  assertEquals(echo.text, "a=1+2&b=x&b=y");
  assertMatch(echo.headers["content-type"]!, /^application\/x-www-form-urlencoded/);
});

option("multipart", "sends parts with an exact length when it is known", async ({ client, url }) => {
  const c = client();
  const multipart = { field: "value", file: new File(["content"], 'näme".txt', { type: "text/plain" }) };
  const echo = await c.post(url("/echo"), { multipart }).json() as Echo;
  const boundary = /^multipart\/form-data; ?boundary="?([^"]+)/.exec(echo.headers["content-type"]!)![1]!;
  assertEquals(Number(echo.headers["content-length"]), echo.length);
  assert(echo.text.startsWith(`--${boundary}\r\n`) && echo.text.endsWith(`--${boundary}--\r\n`));
  assert(
    echo.text.includes('name="field"\r\n\r\nvalue\r\n') && echo.text.includes('filename="näme%22.txt"'),
    echo.text,
  );
});

option("body", "takes text, bytes, blobs, iterables and functions", async ({ client, url }) => {
  const c = client();
  const bytes = new TextEncoder().encode("grün");
  const generate = function* (): Generator<string | Uint8Array> {
    yield "gr";
    yield bytes.subarray(2);
  };
  const known = [["text", "grün"], ["bytes", bytes], ["buffer", bytes.buffer], ["blob", new Blob([bytes])]] as const;
  for (const [name, body] of known) {
    const echo = await c.post(url("/echo"), { body: body as never }).json() as Echo;
    assertEquals([name, echo.text, echo.headers["content-length"]], [name, "grün", "5"]);
  }
  const echo = await c.post(url("/echo"), { body: generate() }).json() as Echo;
  assertEquals([echo.text, echo.headers["content-length"]], ["grün", undefined]);
  assertEquals((await c.post(url("/echo"), { body: () => "made" }).json() as Echo).text, "made");
  assertEquals((await c.post(url("/echo"), { body: new URLSearchParams({ a: "b" }) }).json() as Echo).text, "a=b");
  assertEquals((await c.post(url("/echo"), { body: "" }).json() as Echo).headers["content-length"], "0");
  assertEquals((await c.post(url("/echo")).json() as Echo).headers["content-length"], "0");
  await assertRejects(async () => await c.post(url("/echo"), { body: 5 as never }), TypeError);
});

option("body", "takes web streams and asynchronous iterables", async ({ client, url }) => {
  const c = client();
  const generate = async function* (): AsyncGenerator<string> {
    yield await Promise.resolve("gr");
    yield "ün";
  };
  for (const [name, body] of [["stream", new Blob(["grün"]).stream()], ["async", generate()]] as const) {
    const echo = await c.post(url("/echo"), { body }).json() as Echo;
    assertEquals([name, echo.text, echo.headers["content-length"]], [name, "grün", undefined]);
  }
});

behaviour("a body of unknown length goes out chunked", async ({ client, url }) => {
  const parts = function* (): Generator<string> {
    yield "gr";
    yield "ün";
  };
  const echo = await client().post(url("/echo"), { body: parts() }).json() as Echo;
  assertEquals([echo.text, echo.headers["transfer-encoding"]], ["grün", "chunked"]);
});

option("trailers", "go out behind the body", async ({ client, url }) => {
  const echo = await client().post(url("/trailers"), { body: "x", trailers: () => ({ "X-Sum": "1" }) }).json() as Echo;
  assertEquals([echo.text, echo.trailers["x-sum"]], ["x", "1"]);
});

option("jsonCodec.stringify", "makes the text of the json option", async ({ client, url }) => {
  const c = client({ jsonCodec: { stringify: (value) => `[${value}]` } });
  assertEquals((await c.post(url("/echo"), { json: 5 }).json() as Echo).text, "[5]");
});

option("jsonCodec.parse", "reads the JSON of a response", async ({ client, url }) => {
  const c = client({ jsonCodec: { parse: (text) => ({ parsed: text }) } });
  assertEquals(await c.get(url("/text", { body: "12345678901234567890" })).json(), { parsed: "12345678901234567890" });
});

option("jsonCodec", "may be an instance of a class, with methods and members of its own", async ({ client, url }) => {
  class Codec {
    readonly mark: string;
    constructor(mark: string) {
      this.mark = mark;
    }
    stringify(value: unknown): string {
      return this.mark + value;
    }
    parse(text: string): unknown {
      return this.mark + text;
    }
  }
  const c = client({ jsonCodec: new Codec("client ") });
  assertEquals(await c.post(url("/text", { body: "5" }), { json: 1 }).json(), "client 5");
  assertEquals(await c.post(url("/text", { body: "5" }), { json: 1, jsonCodec: null }).json(), 5);
  const echo = await client().post(url("/echo"), { json: 7, jsonCodec: new Codec("call ") });
  assertEquals((JSON.parse(echo.text()) as Echo).text, "call 7");
});

option("unix", "connects to a socket of the file system", async ({ client, origin }) => {
  const echo = await client().get("http://whatever.test/echo", { unix: origin.unix }).json() as Echo;
  assertEquals(echo.headers["host"], "whatever.test");
});

option("localAddress", "is where connections come from", async ({ client, url }) => {
  assertEquals((await client({ localAddress: "127.0.0.9" }).get(url("/echo")).json() as Echo).from, "127.0.0.9");
});

option("expectContinue", "waits for the server's word before it sends the body", async ({ client, url }) => {
  const c = client({ expectContinue: true, retry: false });
  const echo = await c.post(url("/echo"), { body: "x".repeat(1_000) }).json() as Echo;
  assertEquals([echo.headers["expect"], echo.length], ["100-continue", 1_000]);
  let opened = 0;
  const refused = await c.post(url("/echo", { expect: "refuse" }), {
    body: () => {
      opened++;
      return "x";
    },
  });
  assertEquals([refused.status, opened], [417, 0]);
});

option("timeout.expect", "ends the wait for the server's word", async ({ client, url }) => {
  const c = client({ expectContinue: true, timeout: { expect: 50 } });
  assertEquals(
    (await c.post(url("/echo", { expect: "silent" }), { body: "sent anyway" }).json() as Echo).text,
    "sent anyway",
  );
});

option("onUploadProgress", "is told of growing bytes that end at the whole", async ({ client, url }) => {
  for (const body of [new Uint8Array(3_000_000), [new Uint8Array(1_000_000), new Uint8Array(500_000)]]) {
    const seen: number[] = [];
    let total: number | undefined;
    await client().post(url("/echo"), {
      body,
      onUploadProgress: (progress) => {
        seen.push(progress.bytes);
        total = progress.total;
      },
    });
    const length = body instanceof Uint8Array ? 3_000_000 : 1_500_000;
    assert(seen.length > 1, `told ${seen.length} times`);
    assertEquals(seen.toSorted?.((a, b) => a - b) ?? [...seen].sort((a, b) => a - b), seen);
    assertEquals(seen.at(-1), length);
    if (body instanceof Uint8Array) assertEquals(total, length);
  }
});

option("onDownloadProgress", "is told of growing bytes that end at the whole", async ({ client, url }) => {
  const seen: number[] = [];
  await client().get(url("/bytes/3000000"), { onDownloadProgress: ({ bytes }) => void seen.push(bytes) });
  assert(seen.length > 1);
  assertEquals([...seen].sort((a, b) => a - b), seen);
  assertEquals(seen.at(-1), 3_000_000);
});

option("tag", "is seen by hooks", async ({ client, url }) => {
  const tags: unknown[] = [];
  const c = client({ hooks: { request: [({ tag }) => void tags.push(tag)] } });
  await c.get(url("/echo"), { tag: "login" });
  await c.get(url("/echo"));
  assertEquals(tags, ["login", undefined]);
});

option("raiseForStatus", "raises for a status that is not 2xx, or that the function picks", async ({ client, url }) => {
  const c = client({ raiseForStatus: true, retry: false });
  await assertRejects(async () => await c.get(url("/status/404")), HTTPError);
  assertEquals((await c.get(url("/status/404"), { raiseForStatus: false })).status, 404);
  const picky = client({ raiseForStatus: (response) => response.status === 204 });
  await assertRejects(async () => await picky.get(url("/status/204")), HTTPError);
  assertEquals((await picky.get(url("/status/404"))).status, 404);
});

option("auth", "sends credentials to their own origin", async ({ client, url, origin }) => {
  const route = { user: "u", password: "p" };
  assertEquals((await client({ auth: ["u", "p"] }).get(url("/basic", route))).status, 200);
  assertEquals((await client().get(url("/basic", route), { auth: ["u", "p"] })).status, 200);
  assertEquals((await client({ auth: ["u", "p"] }).get(url("/basic", route), { auth: null })).status, 401);
  assertEquals((await client().get(url("/basic", route).replace("//", "//u:p@"))).status, 200);
  const bound = client({ auth: ["u", "p"], baseUrl: origin.http, allowAbsoluteUrls: true });
  const elsewhere = await bound.get(urlOf(origin.http.replace("127.0.0.1", "localhost"), "/echo")).json() as Echo;
  assertEquals(elsewhere.headers["authorization"], undefined);
});

option("cookies", "are kept by a jar, and sent for one call alone", async ({ client, url }) => {
  const c = client({ cookies: true });
  await c.get(url("/cookies", { c: ["a=1; Path=/", "b=2; Path=/elsewhere"] }));
  assertEquals((await c.get(url("/echo")).json() as Echo).headers["cookie"], "a=1");
  assertEquals(
    (await c.get(url("/echo"), { cookies: { own: "x" } }).json() as Echo).headers["cookie"]!.split("; ").sort(),
    ["a=1", "own=x"],
  );
  assertEquals((await c.get(url("/echo"), { cookies: false }).json() as Echo).headers["cookie"], undefined);
  const jar = new CookieJar();
  const sharing = client({ cookies: jar });
  await sharing.get(url("/cookies", { c: ["j=1; Path=/"] }));
  assertEquals((await client({ cookies: jar }).get(url("/echo")).json() as Echo).headers["cookie"], "j=1");
  const off = client();
  await off.get(url("/cookies", { c: ["a=1; Path=/"] }));
  assertEquals((await off.get(url("/echo")).json() as Echo).headers["cookie"], undefined);
});

option("decompress", "undoes content codings unless switched off", async ({ client, url }) => {
  const c = client();
  for (const coding of ["gzip", "deflate", "raw-deflate", "br", "x-gzip", "gzip,br"]) {
    assertEquals([coding, await c.get(url(`/encoded/${coding}`, { body: "grün" })).text()], [coding, "grün"]);
  }
  const raw = await c.get(url("/encoded/gzip", { body: "hello" }), { decompress: false });
  assertEquals([raw.content[0], raw.content[1]], [0x1f, 0x8b]);
  assertMatch((await c.get(url("/echo")).json() as Echo).headers["accept-encoding"]!, /gzip/);
  assertEquals((await c.get(url("/echo"), { decompress: false }).json() as Echo).headers["accept-encoding"], undefined);
  await assertRejects(async () => await c.get(url("/encoded/gzip", { body: "x".repeat(5_000), cut: 12 })), DecodeError);
});

option("decompress.codings", "says what is asked for", async ({ client, url }) => {
  const c = client({ decompress: { codings: ["gzip"] } });
  assertEquals((await c.get(url("/echo")).json() as Echo).headers["accept-encoding"], "gzip");
});

option("decompress.maxLayers", "bounds codings on top of one another", async ({ client, url }) => {
  await assertRejects(async () => await client().get(url("/encoded/gzip,gzip,gzip")), DecodeError);
  assertEquals(await client({ decompress: { maxLayers: 3 } }).get(url("/encoded/gzip,gzip,gzip")).text(), "hello");
});

option("decompress.maxRatio", "bounds what a small body can grow to", async ({ client, url }) => {
  await assertRejects(async () => await client().get(url("/encoded/gzip", { zeros: 20_000_000 })), DecodeError);
  const patient = client({ decompress: { maxRatio: 5_000 } });
  assertEquals((await patient.get(url("/encoded/gzip", { zeros: 20_000_000 }))).content.length, 20_000_000);
});

option("compress", "encodes the body of a request", async ({ client, url }) => {
  const echo = await client({ compress: "gzip" }).post(url("/echo"), { body: "x".repeat(10_000) }).json() as Echo;
  assertEquals(echo.headers["content-encoding"], "gzip");
  assert(echo.length < 1_000, `sent ${echo.length} bytes`);
});

option("lenient", "lets a bare LF pass by name", async ({ client, url }) => {
  const bare = url("/raw", { base64: btoa("HTTP/1.1 200 OK\nContent-Length: 2\n\nok") });
  const error = await assertRejects(async () => await client({ retry: false }).get(bare), RemoteProtocolError);
  assertEquals(error.lenient, "bare-lf");
  assertEquals(await client({ lenient: ["bare-lf"] }).get(bare).text(), "ok");
});

option("transport", "carries requests in place of sockets", async ({ client }) => {
  const seen: string[] = [];
  const transport: Transport = {
    send: (request) => {
      seen.push(request.url.href);
      throw new Error("not today");
    },
    close: () => undefined as never,
  };
  await assertRejects(
    async () => await client({ transport, retry: false }).get("http://nowhere.test/"),
    Error,
    "not today",
  );
  assertEquals(seen, ["http://nowhere.test/"]);
});

behaviour("an unknown option is refused by its nearest name", async ({ client, url }) => {
  await assertRejects(
    async () => await client().get(url("/echo"), { timeouts: 5 } as never),
    TypeError,
    'did you mean "timeout"',
  );
  await assertRejects(
    async () => await client().get(url("/echo"), { pool: {} } as never),
    TypeError,
    "there is no such option",
  );
});

behaviour("extend() lays options over a client's and shares its pool and jar", async ({ client, url, origin }) => {
  const c = client({ baseUrl: origin.http, headers: { "X-A": "1" }, cookies: true });
  const derived = c.extend({ headers: { "X-B": "2" } });
  await derived.get("/cookies?c=k%3D1%3B%20Path%3D/");
  const first = await derived.get("/echo").json() as Echo & { connection: number };
  const second = await c.get(url("/echo")).json() as Echo & { connection: number };
  assertEquals([first.headers["x-a"], first.headers["x-b"], second.headers["x-b"]], ["1", "2", undefined]);
  assertEquals([first.connection, second.headers["cookie"]], [second.connection, "k=1"]);
  await derived.close();
  await assertRejects(async () => await derived.get("/echo"), Error, "the client is closed");
  assertEquals((await c.get("/echo")).status, 200);
  assertStrictEquals(c.stats().busy, 0);
});
