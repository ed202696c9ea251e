/**
 * Cookies from servers and files that mean harm. Classes of the security list: S11 (tokens to third
 * parties), S13 (domains and public suffixes), S14 (prefixes, Secure, paths, control bytes), S15
 * (floods), S16 (files), S28 (time), S29 (magic keys).
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { parseCookieDate } from "../../src/policy/cookies/cookie_date.ts";
import { MAX_COOKIE_FIELD } from "../../src/policy/cookies/cookie_field.ts";
import { CookieJar, type CookieJarOptions } from "../../src/policy/cookies/cookie_jar.ts";
import { MAX_COOKIES, MAX_PER_DOMAIN } from "../../src/policy/cookies/cookie_shelf.ts";
import { cookiesLayer } from "../../src/policy/cookies/cookies_layer.ts";
import { parseSetCookie } from "../../src/policy/cookies/set_cookie.ts";
import { redirectLayer } from "../../src/policy/redirect.ts";
import { resolveRedirect } from "../../src/client/redirect_options.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { fastest } from "../support/fastest.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { requestOf, TestCall } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

async function readyJar(options: CookieJarOptions = {}): Promise<CookieJar> {
  const jar = new CookieJar({ clock: new FakeClock(), ...options });
  await jar.ready();
  return jar;
}

const redirect = resolveRedirect({})!;

test("S11: no field but Cookie is ever made of a cookie", async () => {
  const cookies = await readyJar();
  cookies.store("https://a.test/", ["XSRF-TOKEN=t", "csrftoken=t", "_csrf=t", "token=t"]);
  const call = new TestCall([{}], { cookies });
  await call.send(requestOf("POST", "https://a.test/", { "X": "1" }), cookiesLayer);
  assertEquals(call.net.requests[0]!.headers.pairs.map(([name]) => name), ["X", "Cookie"]);
});

test("S11: a jar's cookies do not follow a redirect to a third party", async () => {
  const cookies = await readyJar();
  cookies.set("sid=1; Path=/", "https://a.test/");
  const call = new TestCall([{ status: 302, headers: { Location: "https://evil.test/" } }, {}], { cookies, redirect });
  await call.send(requestOf("GET", "https://a.test/"), redirectLayer, cookiesLayer);
  assertEquals(call.net.requests.map(({ headers }) => headers.get("cookie")), ["sid=1", null]);
});

test("S11: a third party cannot set a cookie for the site that led to it", async () => {
  const cookies = await readyJar();
  const replies = [
    { status: 302, headers: { Location: "https://evil.test/" } },
    { status: 302, headers: { "Location": "https://a.test/", "Set-Cookie": "sid=fixed; Domain=a.test; Path=/" } },
    {},
  ];
  const call = new TestCall(replies, { cookies, redirect });
  await call.send(requestOf("GET", "https://a.test/start"), redirectLayer, cookiesLayer);
  assertEquals(cookies.size, 0);
});

/** From which host, which Domain, and to which other host it must not go. */
const DOMAINS: readonly (readonly [name: string, host: string, domain: string, other: string])[] = [
  ["a top-level domain", "evil.com", "com", "bank.com"],
  ["a top-level domain in capitals", "evil.com", "COM", "bank.com"],
  ["a top-level domain with a trailing dot", "evil.com", "com.", "bank.com"],
  ["a top-level domain with a trailing dot, from such a host", "evil.com.", "com.", "bank.com."],
  ["a suffix with a trailing dot, from such a host", "evil.co.uk.", "co.uk.", "bank.co.uk."],
  ["an ICANN suffix", "evil.co.uk", "co.uk", "bank.co.uk"],
  ["an ICANN suffix in mixed case with a dot", "evil.co.uk", ".Co.UK", "bank.co.uk"],
  ["a wildcard suffix", "evil.any.ck", "any.ck", "bank.any.ck"],
  ["a private suffix", "evil.github.io", "github.io", "bank.github.io"],
  ["an IDN suffix", "evil.xn--55qx5d.cn", "xn--55qx5d.cn", "bank.xn--55qx5d.cn"],
  ["a single label", "evil.local", "local", "bank.local"],
  ["the empty label", "evil.com", ".", "bank.com"],
  ["a part of an IPv4 address", "127.0.0.1", "0.0.1", "10.0.0.1"],
  ["the last number of an IPv4 address", "127.0.0.1", "1", "10.0.0.1"],
  ["a sibling", "evil.example.com", "bank.example.com", "bank.example.com"],
  ["a name that ends alike", "evilbank.com", "bank.com", "bank.com"],
  ["a domain with a port", "evil.example.com:8080", "example.com:8080", "bank.example.com:8080"],
  ["a domain with a path", "evil.example.com", "example.com/", "bank.example.com"],
  ["a domain after NUL", "evil.example.com", "example.com\0.evil.example.com", "bank.example.com"],
];

for (const [name, host, domain, other] of DOMAINS) {
  test(`S13: a cookie cannot be set for ${name}`, async () => {
    const jar = await readyJar();
    jar.store(`https://${host}/`, [`a=1; Path=/; Domain=${domain}`]);
    assertEquals(jar.cookieHeader(`https://${other}/`), "");
    assertEquals([...jar].filter(({ hostOnly }) => !hostOnly), []);
  });
}

for (const domain of ["com", ".COM", "com.", "co.uk", "any.ck", "github.io", "local", "0.0.1", "1"]) {
  test(`S13: a file cannot bring in a cookie for everything below ${domain}`, async () => {
    const jar = await readyJar();
    jar.deserialize(`${domain}\tTRUE\t/\tFALSE\t0\ta\t1\n`);
    assertEquals([...jar].map(({ hostOnly }) => hostOnly), [true]);
  });
}

test("S13: the public suffix itself keeps a cookie of its own, which goes nowhere else", async () => {
  const jar = await readyJar();
  jar.store("https://github.io/", ["a=1; Domain=github.io; Path=/"]);
  assertEquals(jar.cookieHeader("https://github.io/"), "a=1");
  assertEquals(jar.cookieHeader("https://someone.github.io/"), "");
});

test("S13: a host-only cookie goes to no name below, nor above, nor to the absolute name", async () => {
  const jar = await readyJar();
  jar.store("https://example.com/", ["a=1; Path=/"]);
  for (const host of ["www.example.com", "com", "example.com.", "notexample.com"]) {
    assertEquals(jar.cookieHeader(`https://${host}/`), "", host);
  }
  assertEquals(jar.cookieHeader("https://EXAMPLE.com/"), "a=1");
});

test("S13: a name in Unicode and its ASCII form are one host", async () => {
  const jar = await readyJar();
  jar.store("https://b\u00fccher.example/", ["a=1; Path=/; Domain=xn--bcher-kva.example"]);
  assertEquals(jar.cookieHeader("https://www.xn--bcher-kva.example/"), "a=1");
});

const PREFIXES: readonly string[] = [
  "__Host-a=1",
  "__Host-a=1; Secure",
  "__Host-a=1; Secure; Path=/x",
  "__Host-a=1; Secure; Path=/; Domain=www.example.com",
  "__Host-a=1; Secure; Path=/; Path=/x",
  "__Host-a=1; Secure; Path=/; Domain=; Domain=example.com",
  "__host-a=1; Path=/",
  "__HOST-A=1; Secure; Domain=example.com; Path=/",
  "__Secure-a=1",
  "__SECURE-a=1; Path=/",
  " __Host-a=1; Path=/",
  "=__Host-a=1; Secure; Path=/",
  "__Host-; Secure; Path=/",
  "=__Secure-a=1",
  "==__Host-a",
];

for (const text of PREFIXES) {
  test(`S14: ${JSON.stringify(text)} does not become a cookie with a prefix it has not earned`, async () => {
    const jar = await readyJar();
    jar.store("https://www.example.com/", [text]);
    const sent = jar.cookieHeader("https://www.example.com/x");
    assert(!/^__(?:host|secure)-/i.test(sent), sent);
  });
}

test("S14: http can neither set a prefixed cookie nor replace one", async () => {
  const jar = await readyJar();
  jar.store("https://a.test/", ["__Host-a=real; Secure; Path=/", "__Secure-b=real; Secure; Path=/"]);
  jar.store("http://a.test/", [
    "__Host-a=fake; Secure; Path=/",
    "__Secure-b=fake; Path=/",
    "__Host-a=; Max-Age=0; Path=/",
  ]);
  assertEquals(jar.cookieHeader("https://a.test/"), "__Host-a=real; __Secure-b=real");
});

test("S14: http cannot hide a Secure cookie by a longer path or another domain", async () => {
  const jar = await readyJar();
  jar.store("https://www.example.com/", ["sid=real; Secure; Path=/; Domain=example.com"]);
  const lures = [
    "sid=x",
    "sid=x; Path=/",
    "sid=x; Path=/a/b",
    "sid=x; Domain=www.example.com",
    "sid=x; Domain=example.com; Max-Age=0",
  ];
  jar.store("http://www.example.com/a/b", lures);
  assertEquals(jar.cookieHeader("https://www.example.com/a/b"), "sid=real");
});

test("S14: a path covers what lies below it, not what begins alike", async () => {
  const jar = await readyJar();
  jar.store("https://a.test/", ["p=1; Path=/a"]);
  const sent = ["/a", "/a/", "/a/b", "/a?b", "/ab", "/A", "/", "/%61", "/b/../a", "//a"];
  assertEquals(sent.filter((path) => jar.cookieHeader(`https://a.test${path}`) !== ""), [
    "/a",
    "/a/",
    "/a/b",
    "/a?b",
    "/b/../a",
  ]);
});

for (let code = 0; code < 0x100; code++) {
  if (code === 0x20) code = 0x7f;
  const voids = code !== 0x09 && code <= 0x7f;
  const hex = code.toString(16).padStart(2, "0");
  test(`S14: byte 0x${hex} ${voids ? "voids a cookie wherever it stands" : "passes as it is"}`, () => {
    const byte = String.fromCharCode(code);
    for (const text of [`a=x${byte}y`, `a${byte}b=x`, `a=x; Path=/${byte}y`, `a=x; foo=y${byte}z`]) {
      assertEquals(typeof parseSetCookie(text), voids ? "string" : "object", text);
    }
  });
}

test("S15: a domain keeps 50 cookies, however many are set at once", async () => {
  const jar = await readyJar();
  jar.store("https://a.test/", Array.from({ length: 500 }, (_, n) => `c${n}=1; Path=/p${n}`));
  assertEquals(jar.size, MAX_PER_DOMAIN);
});

test("S15: a jar keeps 3000 cookies, whatever hosts they come from", async () => {
  const jar = await readyJar();
  for (let host = 0; host < 100; host++) {
    jar.store(`https://h${host}.test/`, Array.from({ length: 40 }, (_, n) => `c${n}=1`));
  }
  assertEquals(jar.size, MAX_COOKIES);
});

test("S15: one host's flood does not push out another's while there is room for both", async () => {
  const jar = await readyJar();
  jar.set("keep=1", "https://other.test/");
  jar.store("https://a.test/", Array.from({ length: 5000 }, (_, n) => `c${n}=1`));
  assertEquals(jar.cookieHeader("https://other.test/"), "keep=1");
});

test("S15: a cookie above 4 KiB is not kept, an attribute above 1 KiB not read", async () => {
  const jar = await readyJar();
  jar.store("https://a.test/", [`a=${"x".repeat(4096)}`, `${"n".repeat(5000)}=`, `b=1; Path=/${"x".repeat(1024)}`]);
  assertEquals([...jar].map(({ name, path }) => [name, path]), [["b", "/"]]);
});

test("S15: the Cookie field stays below its cap, so a sibling cannot make every request fail", async () => {
  const jar = await readyJar();
  const big = Array.from({ length: 50 }, (_, n) => `c${n}=${"x".repeat(4000)}; Domain=example.com; Path=/`);
  jar.store("https://evil.example.com/", big);
  const field = jar.cookieHeader("https://bank.example.com/");
  assert(field.length > 0 && field.length <= MAX_COOKIE_FIELD, String(field.length));
});

test("S15: a cookie does not outlive 400 days", async () => {
  const clock = new FakeClock();
  const jar = await readyJar({ clock });
  jar.store("https://a.test/", ["a=1; Max-Age=999999999999", "b=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT"]);
  clock.tickSync(400 * 86_400_000);
  assertEquals(jar.size, 0);
});

test("S16: nothing that a server sends becomes part of a path", async () => {
  const files = new MemoryFiles();
  const jar = await readyJar({ files });
  jar.store("https://a.test/../../etc/", ["../../etc/passwd=1; Path=/../../../etc; Domain=../x"]);
  await jar.save("/jar.json");
  assertEquals(files.log, ["writeAtomic /jar.json"]);
});

test("S16: a jar's file is replaced whole and is its owner's only", async () => {
  const files = new MemoryFiles({ "/jar.json": "old" });
  const jar = await readyJar({ files });
  await jar.save("/jar.json");
  assertEquals([files.log, files.modes.get("/jar.json")], [["writeAtomic /jar.json"], 0o600]);
});

test("S16: a path with NUL is refused before any file is touched", async () => {
  const files = new MemoryFiles();
  const jar = await readyJar({ files });
  await assertRejects(() => jar.save("/jar\0.json"), TypeError, "path of a file");
  await assertRejects(() => jar.load("/jar\0.json"), TypeError, "path of a file");
  assertEquals(files.log, []);
});

test("S16: a file cannot smuggle fields, lines or prefixes into a jar", async () => {
  const jar = await readyJar();
  const entry = {
    name: "a",
    value: "1",
    domain: "a.test",
    hostOnly: true,
    path: "/",
    secure: false,
    httpOnly: false,
    sameSite: null,
    partitioned: false,
    expires: null,
    created: "2026-01-01T00:00:00Z",
    accessed: "2026-01-01T00:00:00Z",
  };
  for (
    const change of [
      { value: "1\r\nX: y" },
      { value: "1; b=2" },
      { name: "a=b" },
      { name: "__Host-a" },
      { path: "x" },
      { domain: "a.test/x" },
    ]
  ) {
    const text = JSON.stringify({ version: 1, cookies: [{ ...entry, ...change }] });
    assertThrows(() => jar.deserialize(text), TypeError);
  }
  assertEquals(jar.size, 0);
});

/** Texts that punish a reader who goes back. */
/** Milliseconds that reading may take: a quadratic reader takes seconds. */
const MOST_TIME = 10;

const SLOW: readonly (readonly [name: string, text: string])[] = [
  ["equals signs", "=".repeat(65_536)],
  ["semicolons", ";".repeat(65_536)],
  ["blanks", `a=${" ".repeat(65_536)}x`],
  ["blanks around attributes", `a=b${"; \t \t ".repeat(10_000)}`],
  ["unclosed quotes", `a="${'\\"'.repeat(32_000)}`],
  ["digits", `a=b; Max-Age=${"9".repeat(65_536)}`],
];

for (const [name, text] of SLOW) {
  test(`S28: 64 KiB of ${name} take no time to read`, () => {
    const spent = fastest(() => parseSetCookie(text), MOST_TIME);
    assert(spent <= MOST_TIME, `${spent} ms`);
  });
}

test("S28: 64 KiB of date take no time to read", () => {
  for (const piece of ["1", "1 ", "1:", "1:1:1:", "jan", ": ", "aaaaaaaa "]) {
    const text = piece.repeat(65_536 / piece.length);
    const spent = fastest(() => parseCookieDate(text), MOST_TIME);
    assert(spent <= MOST_TIME, `${piece}: ${spent} ms`);
  }
});

test("S29: magic names are names like any other, in jars and in both forms of a file", async () => {
  const jar = await readyJar();
  const names = ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString"];
  jar.store("https://__proto__.test/__proto__/", names.map((name) => `${name}=evil; __proto__=x`));
  const expected = names.map((name) => `${name}=evil`).join("; ");
  for (const format of ["json", "netscape"] as const) {
    const again = await readyJar();
    again.deserialize(jar.serialize(format));
    assertEquals(again.cookieHeader("https://__proto__.test/__proto__/"), expected);
  }
  assertEquals(({} as Record<string, unknown>).evil, undefined);
});

test("S29: __proto__ in a file of cookies changes nothing", async () => {
  const jar = await readyJar();
  assertThrows(() => jar.deserialize('{"__proto__":{"version":1,"cookies":[]}}'), TypeError, "version 1");
  const entry = '{"__proto__":{"name":"a","value":"1","domain":"a.test","secure":true}}';
  assertThrows(() => jar.deserialize(`{"version":1,"cookies":[${entry}]}`), TypeError, "its name is not a string");
});

test("S29: what is planted in Object.prototype does not reach a cookie", async (t) => {
  const planted = { domain: "evil.test", path: "/evil", secure: true, expires: 0, hostOnly: true, sameSite: "none" };
  t.after(() => {
    for (const name of Object.keys(planted)) delete (Object.prototype as unknown as Record<string, unknown>)[name];
  });
  const jar = await readyJar();
  Object.assign(Object.prototype, planted);
  const cookie = jar.set({ name: "a", value: "1" }, "https://a.test/")!;
  const fields = [cookie.domain, cookie.path, cookie.secure, cookie.expires, cookie.sameSite];
  for (const name of Object.keys(planted)) delete (Object.prototype as unknown as Record<string, unknown>)[name];
  assertEquals(fields, ["a.test", "/", false, null, null]);
});
