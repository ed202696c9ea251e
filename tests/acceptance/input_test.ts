/**
 * Owns the proof that nothing bad comes in by the public face: bytes that may not stand on the
 * wire, lengths that contradict, URLs that are none, prototypes that were polluted.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { HttpRequest, RequestOptions } from "../../mod.ts";
import { memoryClient } from "../support/memory_client.ts";
import { notes } from "../support/notes.ts";
import { test } from "../support/suite.ts";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const VISIBLE = /^[\x21-\x7e]+$/;

/** Every code up to U+01FF, and some beyond that other programs have mistaken for a line end or a slash. */
const CODES: readonly number[] = [
  ...Array.from({ length: 0x200 }, (_, code) => code),
  ...[0x010a, 0x010d, 0x2028, 0x2029, 0x560a, 0x560d, 0xd800, 0xdc00, 0xfeff, 0xff0f, 0xfffd],
];

const show = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;

/** `outcome` is a `TypeError` that begins with `start`; a found code is named. */
function refused(outcome: HttpRequest | Error, start: string, code: number): void {
  assert(outcome instanceof TypeError, `${show(code)}: ${outcome}`);
  assert(outcome.message.startsWith(start), `${show(code)}: ${outcome.message}`);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x1f\x7f]/.test(outcome.message), `${show(code)} stands raw in the message`);
}

test("a method is a token, or nothing is sent", async (t) => {
  const n = notes(t);
  for (const code of CODES) {
    const method = `GE${String.fromCharCode(code)}T`;
    const outcome = await n.of(method, "http://a.test/");
    if (!TOKEN.test(method)) refused(outcome, "Cannot use the method", code);
    else assertEquals((outcome as HttpRequest).method.toUpperCase(), method.toUpperCase());
  }
  for (const method of ["", " GET", "GET ", "GET /x HTTP/1.1\r\nX: y", 5, null, undefined, {}]) {
    refused(await n.of(method as string, "http://a.test/"), "Cannot use the", 0);
  }
});

test("a field name is a token, or nothing is sent", async (t) => {
  const n = notes(t);
  for (const code of CODES) {
    const name = `X-${String.fromCharCode(code)}A`;
    for (const headers of [{ [name]: "v" }, [[name, "v"]] as [string, string][]]) {
      const outcome = await n.of("GET", "http://a.test/", { headers });
      if (TOKEN.test(name)) assertEquals((outcome as HttpRequest).headers.get(name), "v");
      else refused(outcome, "Cannot set the header field", code);
    }
  }
  refused(await n.of("GET", "http://a.test/", { headers: { "": "v" } }), "Cannot set a header field", 0);
});

test("a field value is visible, or nothing is sent", async (t) => {
  const n = notes(t);
  for (const code of CODES) {
    const value = `a${String.fromCharCode(code)}b`;
    for (const headers of [{ "X-A": value }, { "X-A": ["x", value] }]) {
      const outcome = await n.of("GET", "http://a.test/", { headers });
      if (VALUE.test(value)) assertEquals((outcome as HttpRequest).headers.getAll("x-a").at(-1), value);
      else refused(outcome, "Cannot set the header field", code);
    }
  }
  for (const value of [{}, true, Symbol.iterator, () => "x", 1n, NaN]) {
    refused(await n.of("GET", "http://a.test/", { headers: { "X-A": value } as never }), "Cannot set the", 0);
  }
});

test("a request target is visible ASCII, whatever it was made of", async (t) => {
  const n = notes(t);
  for (const code of CODES) {
    const letter = String.fromCharCode(code);
    for (const url of [`http://a.test/p${letter}q`, `http://a.test/?q=${letter}r`]) {
      const outcome = await n.of("GET", url);
      if (code < 0x20 || code === 0x7f) refused(outcome, "Cannot read the URL", code);
      else assert(VISIBLE.test((outcome as HttpRequest).url.target), `${show(code)} in ${url}`);
    }
    // Half of a pair is no character: there is nothing to encode.
    const half = code >= 0xd800 && code < 0xe000;
    const made = await n.of("GET", "http://a.test/{id}", {
      path: { id: `p${letter}q` },
      params: { [`n${letter}`]: `v${letter}`, last: "1" },
    });
    if (half) {
      refused(made, "Cannot", code);
      continue;
    }
    assert(!(made instanceof Error), `${show(code)}: ${made}`);
    // Neither the path nor the query was left by what was put in.
    const { target } = made.url;
    assert(VISIBLE.test(target), `${show(code)}: ${target}`);
    assertEquals([target.split("/").length, target.split("?").length, target.split("&").length], [2, 2, 2], target);
    assert(target.endsWith("&last=1") && !target.includes("#"), target);
  }
});

test("a host is one host, or nothing is sent", async (t) => {
  const n = notes(t);
  for (const code of CODES) {
    const letter = String.fromCharCode(code);
    const outcome = await n.of("GET", `http://a${letter}b.test/path`);
    if (outcome instanceof Error) {
      refused(outcome, "Cannot re", code);
      continue;
    }
    const { authority, hostname } = outcome.url;
    assert(/^[a-z0-9.\-_~!$&'()*+,;=%`{}"]+(:\d+)?$/.test(authority), `${show(code)}: ${authority}`);
    assert(VISIBLE.test(hostname) && !/[/?#@\\]/.test(hostname), `${show(code)}: ${hostname}`);
  }
});

test("credentials and cookies hold nothing that ends a field", async (t) => {
  const n = notes(t);
  for (const code of CODES) {
    const letter = String.fromCharCode(code);
    const control = code < 0x20 || code === 0x7f;
    const auth = await n.of("GET", "http://a.test/", { auth: ["user", `a${letter}b`] });
    if (control) refused(auth, "Cannot", code);
    const cookie = await n.of("GET", "http://a.test/", { cookies: { a: `x${letter}y` } });
    if (/[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/.test(letter)) {
      refused(cookie, 'Cannot use the option "cookies"', code);
    } else assert(!(cookie instanceof Error), `${show(code)}: ${cookie}`);
  }
});

const LENGTHS: readonly (readonly [name: string, headers: RequestOptions["headers"]])[] = [
  ["a smaller length", { "Content-Length": "3" }],
  ["a larger length", { "Content-Length": "5" }],
  ["two lengths", [["Content-Length", "4"], ["Content-Length", "5"]]],
  ["a list of lengths", { "Content-Length": "4, 5" }],
  ["a length with a sign", { "Content-Length": "+4" }],
  ["a hexadecimal length", { "Content-Length": "0x4" }],
  ["a negative length", { "Content-Length": "-4" }],
  ["a length that is a word", { "Content-Length": "four" }],
  ["a length beyond numbers", { "Content-Length": "99999999999999999999" }],
  ["length and chunks", { "Content-Length": "4", "Transfer-Encoding": "chunked" }],
  ["an unknown coding", { "Transfer-Encoding": "gzip" }],
  ["chunks that are not last", { "Transfer-Encoding": "chunked, gzip" }],
  ["two hosts", [["Host", "a.test"], ["Host", "b.test"]]],
  ["a host with a line of another request", { Host: "a.test/ HTTP/1.1" }],
];

for (const [name, headers] of LENGTHS) {
  test(`a request with ${name} is refused before a byte is sent`, async (t) => {
    const { client, clock, net } = memoryClient(t, () => ({}), { retry: false, timeout: 1_000 });
    for (const body of ["abcd", ["ab", "cd"]]) {
      const error = await assertRejects(
        () => clock.until(Promise.resolve(client.post("http://a.test/", { body, headers: headers! }))),
        Error,
      ) as Error & { code?: string };
      const clear = error instanceof TypeError || /^LOCAL_|^CONTENT_|^REQUEST_|PROTOCOL/.test(error.code ?? "");
      // A body of unknown length can be found wrong only once it is there: it is cut, never made up.
      const ends = error.name === "LocalProtocolError" || clear;
      assert(ends, `${error.name} ${error.code}: ${error.message}`);
      if (typeof body === "string") {
        assertEquals(net.peers.map(({ receivedLength }) => receivedLength).filter((length) => length > 0), []);
      }
    }
  });
}

const URLS: readonly (readonly [url: unknown, words: string])[] = [
  ["", "relative"],
  ["/path", "relative"],
  ["a.test", "relative"],
  ["//a.test/", "relative"],
  ["http://", "http"],
  ["http:///a.test", "//host"],
  ["http:a.test", "//host"],
  ["http://a.test:65536/", "malformed"],
  ["http://a.test:-1/", "malformed"],
  ["http://a.test:8o/", "malformed"],
  ["http://[::1/", "malformed"],
  ["http://[::g]/", "malformed"],
  ["http://1.2.3.256/", "malformed"],
  ["http://a b/", "malformed"],
  ["http://%00/", "malformed"],
  ["ftp://a.test/", "scheme"],
  ["file:///etc/passwd", "scheme"],
  ["javascript:alert(1)", "scheme"],
  ["data:text/plain,x", "scheme"],
  ["ws://a.test/", "scheme"],
  [" http://a.test/", "position 0"],
  ["http://a.test/\n", "U+000A"],
  ["http://a\ttest/", "U+0009"],
  [5, "number"],
  [null, "null"],
  [undefined, "undefined"],
  [{}, "object"],
];

test("a URL that is none is refused, and the reason named", async (t) => {
  const n = notes(t);
  for (const [url, words] of URLS) {
    const outcome = await n.of("GET", url as string);
    assert(outcome instanceof TypeError, `${url}: ${outcome}`);
    assert(
      outcome.message.includes(words) && outcome.message.includes("expected") || words.startsWith("U+") ||
        words.startsWith("position"),
      `${url}: ${outcome.message}`,
    );
  }
});

test("a polluted prototype changes no request", async (t) => {
  const script = [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" }];
  const sent = async (): Promise<string> => {
    const { client, clock, net } = memoryClient(t, () => ({ script }), { timeout: {}, retry: {}, redirect: {} });
    const response = await clock.until(Promise.resolve(client.get("http://a.test/", { headers: {}, limits: {} })));
    assertEquals([response.status, response.text()], [200, "ok"]);
    return net.peers[0]!.receivedText;
  };
  const clean = await sent();
  const polluted: Record<string, unknown> = {
    proxy: "http://10.9.9.9:1",
    unix: "/run/x.sock",
    headers: { "X-Evil": "1" },
    "X-Evil": "1",
    params: { evil: "1" },
    body: "evil",
    json: { evil: 1 },
    form: { evil: "1" },
    auth: ["evil", "evil"],
    cookies: { evil: "1" },
    compress: "gzip",
    expectContinue: true,
    baseUrl: "http://evil.test",
    method: "POST",
    timeout: 1,
    total: 1,
    max: 0,
    body_: 0,
    transport: { send: () => Promise.reject(new Error("evil")) },
    hooks: { request: [() => assert(false, "an inherited hook was called")] },
    url: "http://evil.test",
    verify: false,
    localAddress: "203.0.113.1",
    trailers: () => ({ evil: "1" }),
    signal: AbortSignal.abort(),
    raiseForStatus: () => true,
    path: { id: "evil" },
    tag: "evil",
    size: 1,
    deadline: 1,
  };
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(polluted)) {
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true, enumerable: false });
    try {
      assertEquals([name, await sent()], [name, clean]);
    } finally {
      delete prototype[name];
    }
  }
});
