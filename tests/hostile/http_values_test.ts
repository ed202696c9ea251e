/**
 * Owns the attacks on values, named by class: what a caller passes on from strangers, and what
 * a server says about itself.
 * Must not know sockets; the same classes on the wire are tested with the protocol.
 */

import { assert, assertEquals, assertNotMatch, assertThrows } from "@std/assert";
import { bodyFrom } from "../../src/http/bodies/body_options.ts";
import { bodyOf } from "../../src/http/bodies/body_of.ts";
import { formBody } from "../../src/http/bodies/form_body.ts";
import { multipartBody } from "../../src/http/bodies/multipart.ts";
import { parseContentDisposition, safeFileName } from "../../src/http/content_disposition.ts";

import { HeaderList } from "../../src/http/header_list.ts";

import { parseMediaType } from "../../src/http/media_type.ts";
import { ParamList } from "../../src/http/params.ts";
import { fillTemplate } from "../../src/http/path_template.ts";
import { problemOf } from "../../src/http/problem.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { StreamResponse } from "../../src/http/stream_response.ts";
import { parseBaseUrl, prepareUrl } from "../../src/http/url.ts";
import { decode, encode, ScriptedBody, textOf } from "../support/bodies.ts";
import { liveResponse, response } from "../support/responses.ts";
import { test } from "../support/suite.ts";
import { attempt } from "./attempt.ts";

/** Every byte, and characters whose low byte is a line end, a space, NUL. */
const CHARACTERS = [
  ...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)),
  "\u010a",
  "\u010d",
  "\u0120",
  "\u0100",
  "\u560a",
  "\u560d",
  "\u2028",
  "\u2029",
];

/** What must never stand in one line of a message. */
// deno-lint-ignore no-control-regex
const BREAKS = /[\u0000-\u0008\u000a-\u001f\u007f]/;

test("S1: no character breaks out of a field name, a value, a method or a target", () => {
  const url = new RequestUrl("https://a.test/");
  for (const character of CHARACTERS) {
    const hostile = `a${character}X-Evil: 1`;
    const fields = attempt(() => HeaderList.from([[hostile, "x"]]));
    assert(fields instanceof TypeError, `name with ${character.charCodeAt(0)}`);
    const values = attempt(() => HeaderList.from([["A", `x${character}y`]]));
    if (values instanceof HeaderList) {
      assertEquals(values.get("a"), `x${character}y`);
      assert(!BREAKS.test(values.get("a")!) && character.charCodeAt(0) < 256);
    }
    const method = attempt(() => new HttpRequest(`GE${character}T`, url).method);
    if (typeof method === "string") assert(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method));
    const targets = [
      attempt(() => new RequestUrl(`https://a.test/x${character}y?z${character}w`).target),
      attempt(() => prepareUrl({ base: url, url: "/{id}", path: { id: `x${character}y` } }).target),
      attempt(() => prepareUrl({ base: url, url: "/", params: { [`a${character}b`]: `x${character}y` } }).target),
      attempt(() => prepareUrl({ base: url, url: "/", params: `a=x${character}y` }).target),
    ];
    for (const target of targets) {
      if (typeof target === "string") assert(/^[!-~]+$/.test(target), `target ${JSON.stringify(target)}`);
    }
  }
});

test("S1: the ends of a value are not a way round", () => {
  for (const character of ["\n", "\r", "\r\n", "\u0000", "\u000b", "\u000c", "\u00a0".normalize("NFKC") + "\n"]) {
    for (const value of [`${character}x`, `x${character}`, ` ${character} `]) {
      assertThrows(() => HeaderList.from({ A: value }), TypeError, "holds U+");
      assertThrows(() => HeaderList.empty.with("A", value), TypeError);
      assertThrows(() => HeaderList.empty.withAppended("A", value), TypeError);
      assertThrows(() => HeaderList.empty.merge({ A: value }), TypeError);
    }
  }
});

test("S2: no name, file name, type or field of a part ends its head", async () => {
  for (const character of CHARACTERS) {
    const hostile = `x"${character}\r\nX-Evil: 1\r\n\r\n--`;
    const body = multipartBody([[hostile, { content: "data", filename: hostile }]]);
    const boundary = parseMediaType(body.contentType!)!.parameters.get("boundary")!;
    const text = await textOf(body);
    const head = text.slice(0, text.indexOf("\r\n\r\n"));
    const lines = head.split("\r\n");
    assertEquals([lines.length, lines[0]], [2, `--${boundary}`]);
    assert(lines[1]!.startsWith('Content-Disposition: form-data; name="x%22'));
    assert(!BREAKS.test(lines[1]!), lines[1]);
    assertEquals(lines[1]!.split('"').length, 5);
    assertNotMatch(head, /\nX-Evil/i);
    for (const part of [{ contentType: hostile }, { headers: { [hostile]: "x" } }]) {
      assert(attempt(() => multipartBody({ a: { content: "x", ...part } })) instanceof TypeError);
    }
    const value = attempt(() => multipartBody({ a: { content: "x", headers: { "X-A": `1${character}2` } } }));
    if (!(value instanceof TypeError)) assert(!BREAKS.test(`1${character}2`));
  }
});

test("S2: content that knows how boundaries look ends nothing", () => {
  const guesses = Array.from({ length: 50 }, () => multipartBody({}).contentType!.split("boundary=")[1]!);
  const body = multipartBody({ a: guesses.map((guess) => `\r\n--${guess}--\r\n`).join("") });
  assert(!guesses.includes(body.contentType!.split("boundary=")[1]!));
});

test("S3: boundaries come from the generator of the system and never repeat", (t) => {
  const own = crypto.getRandomValues;
  const asked: number[] = [];
  t.after(() => crypto.getRandomValues = own);
  crypto.getRandomValues = ((array: Uint8Array<ArrayBuffer>) => {
    asked.push(array.length);
    return own.call(crypto, array);
  }) as typeof own;
  const random = Math.random;
  t.after(() => Math.random = random);
  Math.random = () => {
    throw new Error("Math.random was asked");
  };
  const boundaries = new Set<string>();
  for (let made = 0; made < 10_000; made++) boundaries.add(multipartBody({}).contentType!);
  assertEquals([boundaries.size, asked.length, new Set(asked)], [10_000, 10_000, new Set([16])]);
});

test("S16: a name that a server sends is a name and no path", () => {
  const names = [
    "../../x",
    "..\\..\\x",
    "/etc/x",
    "C:\\x",
    "\\\\host\\share\\x",
    "x/../../x",
    "....//....//x",
    "..%2f..%2fx",
    "%2e%2e/x",
    "~/x",
    "file:///etc/x",
    "x\u0000.txt",
    "x\u0000/../y",
    "CON",
    "aux.h",
    "LPT1.",
    "x::$DATA",
    "x. . .",
    "\u202etxt.exe",
    ".\u200b./x",
    "\uff0e\uff0e\uff0fx",
    "-rf",
    "x".repeat(5000),
  ];
  for (const name of names) {
    const sent = parseContentDisposition(`attachment; filename*=UTF-8''${encodeURIComponent(name)}`)!.filename!;
    const safe = safeFileName(sent);
    assert(!/[/\\:]/.test(safe) && !BREAKS.test(safe), safe);
    assert(safe !== "." && safe !== ".." && safe.length > 0 && encode(safe).length <= 204, safe);
    assert(!/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(safe), safe);
    assertEquals(new URL(encodeURIComponent(safe), "file:///dir/").pathname.split("/").length, 3);
  }
});

test("S17: no relative URL leaves the origin or the directory of its base", () => {
  const base = parseBaseUrl("https://safe.test/api");
  const hosts = ["evil.test", "evil.test:443", "safe.test@evil.test", "a:b@evil.test", "[::1]", "127.0.0.1", "0x7f.1"];
  const lead = [
    "//",
    "///",
    "\\\\",
    "/\\",
    "\\/",
    "//\\",
    "http:",
    "https:",
    "http:/",
    "https:\\",
    "http:\\\\",
    "https:///",
  ];
  const noise = [
    "",
    "\t",
    "\n",
    "\r",
    " ",
    "\u0000",
    "\u00a0",
    "%09",
    "%2f",
    "%5c",
    "/",
    ".",
    "..",
    "../",
    "..%2f",
    "@",
    ":",
  ];
  for (const host of hosts) {
    for (const first of lead) {
      for (const one of noise) {
        for (const url of [one + first + host, first + one + host, `${first}${host}${one}`, `${one}/${first}${host}`]) {
          const made = attempt(() => prepareUrl({ base, url, allowAbsolute: false }));
          if (made instanceof TypeError) continue;
          assertEquals(
            [made.origin, made.target.startsWith("/api/")],
            ["https://safe.test", true],
            JSON.stringify(url),
          );
        }
      }
    }
  }
});

test("S17: no value of a template or parameter reaches host or path", () => {
  const base = parseBaseUrl("https://safe.test/api");
  const values = [
    "//evil.test",
    "\\\\evil.test",
    "@evil.test",
    "..",
    "../..",
    ".",
    "%2e%2e",
    "?x",
    "#x",
    "http://evil.test",
  ];
  for (const value of values) {
    for (const url of ["{v}", "/{v}", "/a/{v}/b", "x{v}", "{v}.json", "/a?b={v}"]) {
      const made = attempt(() => prepareUrl({ base, url, path: { v: value } }));
      if (made instanceof TypeError) continue;
      assertEquals([made.origin, made.target.startsWith("/api/"), made.fragment], ["https://safe.test", true, ""]);
    }
    const query = prepareUrl({ base, url: "x", params: { v: value, [value]: "v" } });
    assertEquals([query.origin, query.target.split("?")[0], query.fragment], ["https://safe.test", "/api/x", ""]);
  }
});

test("S29: magic names are names like any other, and reach no prototype", (t) => {
  const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
  const own = (value: string) =>
    JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`);
  assertEquals(HeaderList.from(own("x")).pairs.map(([name]) => name), names);
  assertEquals(new URLSearchParams(String(ParamList.from(own("x")))).getAll("__proto__"), ["x"]);
  assertEquals(new URLSearchParams(decode([formBody(own("x")).bytes!])).get("__proto__"), "x");
  assertEquals(Object.getPrototypeOf(response('{"__proto__":{"x":1}}').json()), Object.prototype);
  assertEquals(Object.getPrototypeOf(problemOf(own("x"))), null);
  assertEquals(Object.getPrototypeOf(response("", { headers: { Link: "<a>; rel=__proto__" } }).links()), null);
  assertEquals((Object.prototype as Record<string, unknown>)["x"], undefined);

  const polluted = Object.prototype as unknown as Record<string, unknown>;
  const pollution: Record<string, unknown> = {
    filename: "evil",
    contentType: "evil/evil",
    headers: { "X-Evil": "1" },
    path: { id: "evil" },
    content: "evil",
    evil: "evil",
    contentDisposition: "evil",
  };
  t.after(() => {
    for (const name of Object.keys(pollution)) delete polluted[name];
  });
  Object.assign(polluted, pollution);
  assertEquals(HeaderList.from({ a: "1" }).pairs, [["a", "1"]]);
  assertEquals(String(ParamList.from({ a: 1 })), "a=1");
  assertEquals(decode([formBody({ a: 1 }).bytes!]), "a=1");
  const form = decode([multipartBody({ a: "1", b: new Blob(["x"]).size }).bytes!]);
  assertNotMatch(form, /evil/i);
  assertThrows(() => fillTemplate("/{evil}", {}), TypeError, "no value");
});

test("S29: options that nobody gave are not there", async (t) => {
  const polluted = Object.prototype as unknown as Record<string, unknown>;
  const pollution = { body: "evil", json: "evil", form: { evil: 1 }, size: 1, max: 1, reviver: () => "evil" };
  t.after(() => Object.keys(pollution).forEach((name) => delete polluted[name]));
  Object.assign(polluted, pollution);
  assertEquals(bodyFrom({}), null);
  assertEquals(bodyFrom({ multipart: {} })!.kind, "a multipart form");
  assertEquals(response("[1]").json(undefined, {}), [1]);
  const streamed = () => new StreamResponse(liveResponse(new ScriptedBody(["ab\n"])));
  assertEquals((await streamed().iterBytes({}).next()).value?.length, 3);
  assertEquals((await streamed().iterLines({}).next()).value, "ab");
});

test("S29: a part takes what is its own and nothing that a prototype slipped in", (t) => {
  const polluted = Object.prototype as unknown as Record<string, unknown>;
  t.after(() => ["filename", "contentType", "headers"].forEach((name) => delete polluted[name]));
  Object.assign(polluted, { filename: "evil", contentType: "evil/evil", headers: { "X-Evil": "1" } });
  assertNotMatch(decode([multipartBody({ a: { content: "x" } }).bytes!]), /evil/i);
});

test("S40: no message, print or JSON of a value shows a secret", () => {
  const secret = "hunter2";
  const url = `https://me:${secret}@a.test/x?token=${secret}&q=1#${secret}`;
  const failed = response(`{"password":"${secret}"`, {
    status: 500,
    url,
    headers: { "Set-Cookie": `sid=${secret}`, "Content-Type": "application/json" },
  });
  const errors = [
    () => failed.json(),
    () => failed.raiseForStatus(),
    () => HeaderList.from({ Authorization: `${secret}\n` }),
    () => prepareUrl({ base: parseBaseUrl("https://b.test"), url }),
    () => new RequestUrl(`${url}\n`),
    () => new RequestUrl(url.replace("a.test", "a b")),
    () => prepareUrl({ url: "https://a.test/{x}", path: { x: "..", password: secret } }),
    () => ParamList.from({ password: [null, secret] as unknown as string[] }),
    () => bodyOf({ secret } as unknown as string),
  ].map((fail) => assertThrows(fail) as Error);
  const shown = [
    ...errors.flatMap((error) => [String(error), error.stack ?? "", JSON.stringify(error), String(error.cause ?? "")]),
    JSON.stringify(failed),
    JSON.stringify(failed.headers),
    String((failed as unknown as Record<symbol, () => string>)[Symbol.for("nodejs.util.inspect.custom")]!.call(failed)),
  ];
  for (const text of shown) assertNotMatch(text, /hunter2/);
});

test("S42: one parser decides, and what it decided is what is sent", () => {
  const rows = [
    "http://safe.test\\@evil.test/",
    "http://safe.test%2f@evil.test/",
    "http://evil.test#@safe.test/",
    "http://safe.test:80#@evil.test:80/",
    "http://safe.test&@evil.test/",
    "http://foo@evil.test:80@safe.test/",
    "http://evil.test%00.safe.test/",
    "http://safe.test\u2044evil.test/",
    "http://ｅvil.test/",
    "http://EVIL%2etest/",
    "http://xn--evl-9cd.test/",
    "http://127.1/",
    "http://0177.0.0.1/",
    "http://2130706433/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::1%25eth0]/",
    "http://a%2fb/",
    "http://a%5cb/",
    "http://a%23b/",
    "http://a%40b/",
  ];
  for (const text of rows) {
    const made = attempt(() => new RequestUrl(text));
    if (made instanceof TypeError) continue;
    const again = new RequestUrl(made.href);
    assertEquals([again.hostname, again.port, again.origin, again.target], [
      made.hostname,
      made.port,
      made.origin,
      made.target,
    ]);
    assert(/^[a-z0-9.:_-]+$/.test(made.hostname), made.hostname);
    assertEquals(new URL(made.origin).hostname.replaceAll(/[[\]]/g, ""), made.hostname);
  }
});
