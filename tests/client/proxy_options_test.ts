import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type ProxyInput, resolveProxy } from "../../src/client/proxy_options.ts";
import type { ProxyTarget } from "../../src/core/settings.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { basic } from "../../src/policy/auth/basic.ts";
import { digest } from "../../src/policy/auth/digest.ts";
import { inspect } from "../support/inspect.ts";
import { test } from "../support/suite.ts";

type Variables = Readonly<Record<string, string>>;

function hostWith(env: Variables = {}): Parameters<typeof resolveProxy>[2] {
  return { env: (name) => env[name], files: undefined };
}

/** The label of the proxy for a URL, or `direct`. */
function via(value: ProxyInput | false | undefined, url: string, env: Variables = {}, trustEnv = true): string {
  return resolveProxy(value, trustEnv, hostWith(env))?.proxyFor(new RequestUrl(url))?.label ?? "direct";
}

function one(value: ProxyInput, url = "http://example.com/"): ProxyTarget {
  return resolveProxy(value, false, hostWith())!.proxyFor(new RequestUrl(url))!;
}

const P = "http://p:1";
const Q = "socks5h://q:2";

test("resolveProxy() chooses the proxy of a URL", () => {
  const rows: readonly (readonly [value: ProxyInput | false | undefined, url: string, wanted: string])[] = [
    [false, "http://example.com/", "direct"],
    [undefined, "http://example.com/", "direct"],
    [P, "http://example.com/", P],
    [P, "https://example.com/", P],
    [new URL(P), "https://example.com/", P],
    [{ url: P }, "https://example.com/", P],
    [{ url: new URL("socks5h://q:2") }, "https://example.com/", Q],
    [{ http: P }, "http://example.com/", P],
    [{ http: P }, "https://example.com/", "direct"],
    [{ http: P, all: Q }, "http://example.com/", P],
    [{ http: P, all: Q }, "https://example.com/", Q],
    [{ https: null, all: Q }, "https://example.com/", "direct"],
    [{ https: null, all: Q }, "http://example.com/", Q],
    [{ all: { url: Q } }, "http://example.com/", Q],
    [{}, "http://example.com/", "direct"],
    [{ all: P, no: "example.com, 10.0.0.0/8" }, "http://www.example.com/", "direct"],
    [{ all: P, no: ["other.org", "10.0.0.0/8"] }, "http://10.1.1.1/", "direct"],
    [{ all: P, no: ["other.org", "10.0.0.0/8"] }, "http://example.com/", P],
    [{ all: P, no: null }, "http://example.com/", P],
  ];
  for (const [value, url, wanted] of rows) assertEquals(via(value, url), wanted, inspect(value));
});

test("resolveProxy() reads the environment only without an option, and only if it is trusted", () => {
  const env = { "http_proxy": P, HTTPS_PROXY: Q, NO_PROXY: "direct.example,???" };
  assertEquals(via(undefined, "http://example.com/", env), P);
  assertEquals(via(undefined, "https://example.com/", env), Q);
  assertEquals(via(undefined, "https://direct.example/", env), "direct");
  assertEquals(via(undefined, "http://localhost/", env), P);
  assertEquals(via(undefined, "http://example.com/", env, false), "direct");
  assertEquals(via(false, "http://example.com/", env), "direct");
  assertEquals(via("http://own:9", "http://direct.example/", env), "http://own:9");
  assertEquals(via({ http: P }, "https://example.com/", env), "direct");
  assertEquals(via(undefined, "http://example.com/", { http_proxy: "" }), "direct");
});

test("resolveProxy() names the variable that is malformed and prints nothing of it", () => {
  const rows: readonly (readonly [Variables, string])[] = [
    [{ HTTPS_PROXY: "http://canary:canary@h:99999" }, "the environment variable HTTPS_PROXY: it is malformed"],
    [{ all_proxy: "ftp://canary:canary@h" }, 'the environment variable all_proxy: its scheme is "ftp"'],
    [{ http_proxy: "socks4://canary:canary@h" }, "the environment variable http_proxy: it has a password"],
    [{ http_proxy: "http://canary%3A:canary@h" }, "the environment variable http_proxy: cannot use Basic"],
    [{ http_proxy: "http://canary%0A:canary@h" }, "the environment variable http_proxy: cannot use Basic"],
  ];
  for (const [env, said] of rows) {
    const error = assertThrows(() => resolveProxy(undefined, true, hostWith(env)), TypeError);
    assertStringIncludes(error.message, said);
    assert(!String(error.stack).includes("canary"));
  }
});

test("resolveProxy() refuses what a kind of proxy cannot honour", () => {
  const rows: readonly (readonly [value: unknown, said: string])[] = [
    [1, 'the option "proxy": it is 1'],
    [[], 'the option "proxy"'],
    [{ htp: P }, 'did you mean "http"'],
    [{ url: P, aut: null }, 'did you mean "auth"'],
    [{ url: 1 }, 'the option "proxy.url"'],
    [{ http: 1 }, 'the option "proxy.http"'],
    [{ http: { url: "ftp://h" } }, 'the option "proxy.http.url": its scheme is "ftp"'],
    [{ all: P, no: ["a.org", "a/b"] }, 'the option "proxy.no": "a/b" is no host'],
    [{ all: P, no: 1 }, 'the option "proxy.no"'],
    [{ url: P, tls: {} }, "tls is for https proxies, it is http"],
    [{ url: Q, tls: {} }, "tls is for https proxies, it is socks5h"],
    [{ url: Q, headers: { a: "b" } }, "headers are for HTTP proxies, it is socks5h"],
    [{ url: P, headers: { host: "b" } }, 'the field "host" is the client\'s own'],
    [{ url: P, headers: { "Transfer-Encoding": "chunked" } }, 'the field "Transfer-Encoding"'],
    [{ url: P, headers: { "a\n": "b" } }, "U+000A"],
    [{ url: "http://u:p@h", auth: ["u", "p"] }, "both user info in its URL and auth"],
    [
      { url: "http://u:p@h", headers: { "proxy-authorization": "x" } },
      "both credentials and a Proxy-Authorization field",
    ],
    [{ url: P, auth: ["u"] }, "expected a pair of user and password"],
    [{ url: P, auth: "u:p" }, "expected a pair of user and password"],
    [{ url: P, auth: ["u:", "p"] }, "the user holds a colon"],
    [{ url: Q, auth: basic("u", "p") }, "SOCKS takes a user and a password"],
    ["socks4://u:p@h", "a password, which SOCKS 4 does not know"],
    ["socks4://u%00@h", "U+0000"],
    ["socks5://:p@h", "a password and no user"],
    [`socks5://u:${"p".repeat(256)}@h`, "at most 255 bytes"],
    [`socks5://${"\u00fc".repeat(128)}@h`, "at most 255 bytes"],
    [{ url: "https://h", tls: { verfiy: true } }, 'did you mean "verify"'],
  ];
  for (const [value, said] of rows) {
    const { message } = assertThrows(() => resolveProxy(value as ProxyInput, true, hostWith()), TypeError);
    assertStringIncludes(message, said);
  }
});

test("resolveProxy() makes Basic fields of user info and of a pair, and keeps any other scheme", () => {
  const credentials = `Basic ${btoa("u:p")}`;
  assertEquals(one("http://u:p@h").headers.get("proxy-authorization"), credentials);
  assertEquals(one({ url: "http://h", auth: ["u", "p"] }).headers.get("proxy-authorization"), credentials);
  assertEquals(one({ url: "http://h", auth: ["u", "p"] }).auth, null);
  const scheme = digest("u", "p");
  const proxy = one({ url: "http://h", auth: scheme, headers: { "X-A": "b" } });
  assertEquals(proxy.auth, scheme);
  assertEquals(proxy.headers.pairs, [["X-A", "b"]]);
  const socks = one("socks5://u:p@h");
  assertEquals([socks.username, socks.password, socks.headers.length, socks.auth], ["u", "p", 0, null]);
});

test("resolveProxy() gives an https proxy its own TLS, and no other proxy any", () => {
  const plain = one("https://h:1");
  assertEquals([plain.tls?.serverName, plain.tls?.verify, plain.tls?.alpn], ["h", true, ["http/1.1"]]);
  const named = one({ url: "https://h:1", tls: { serverName: "other", verify: false } });
  assertEquals([named.tls?.serverName, named.tls?.verify], ["other", false]);
  assertEquals(one(P).tls, null);
  assertEquals(one(Q).tls, null);
});

test("a proxy's key is equal exactly when every field is", () => {
  const scheme = digest("u", "p");
  const inputs: readonly ProxyInput[] = [
    "http://h:1",
    "https://h:1",
    "http://g:1",
    "http://h:2",
    "http://u@h:1",
    "http://v@h:1",
    "http://u:p@h:1",
    { url: "http://h:1", auth: scheme },
    { url: "http://h:1", auth: digest("u", "p") },
    { url: "http://h:1", headers: { "X-A": "b" } },
    { url: "http://h:1", headers: { "X-A": "c" } },
    { url: "https://h:1", tls: { verify: false } },
    { url: "https://h:1", tls: { serverName: "g" } },
    { url: "https://h:1", tls: { minVersion: "1.3" } },
    "socks5://h:1",
    "socks5h://h:1",
    "socks5://u:p@h:1",
    "socks5://u:q@h:1",
    "socks4://h:1",
    "socks4a://h:1",
  ];
  const keys = inputs.map((input) => one(input).key);
  assertEquals(new Set(keys).size, inputs.length);
  assertEquals(inputs.map((input) => one(input).key), keys);
  assertEquals(one({ url: "http://h:1", auth: ["u", "p"] }).key, one("http://u:p@h:1").key);
});

test("a proxy's key is never used for other fields, however many there are", () => {
  const first = one("http://user-0:p@h").key;
  const keys = new Set([first]);
  for (let number = 1; number <= 1_500; number++) keys.add(one(`http://user-${number}:p@h`).key);
  assertEquals(keys.size, 1_501);
  // It was forgotten: a new one, and still nobody else's.
  const again = one("http://user-0:p@h").key;
  assertNotEquals(again, first);
  assert(!keys.has(again));
});

test("a proxy shows its address and no secret, whoever prints it", () => {
  const inputs: readonly ProxyInput[] = [
    "http://canary:canary@h:1",
    "socks5://canary:canary@h:1",
    { url: "https://h:1", auth: ["canary", "canary"], headers: { "X-Token": "canary" } },
    { url: "http://h:1", auth: digest("canary", "canary") },
  ];
  for (const input of inputs) {
    const proxy = one(input);
    assertStringIncludes(inspect(proxy), proxy.label);
    for (const text of [inspect(proxy), inspect({ proxy }), JSON.stringify(proxy), JSON.stringify({ ...proxy })]) {
      assert(!text.includes("canary") && !text.includes(btoa("canary:canary")), text);
    }
  }
});
