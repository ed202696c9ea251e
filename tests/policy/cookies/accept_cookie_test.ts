import { assertEquals, assertStringIncludes } from "@std/assert";
import { acceptCookie, type CookieOrigin, MAX_AGE, overlaysSecure } from "../../../src/policy/cookies/accept_cookie.ts";
import type { CookieFields } from "../../../src/policy/cookies/cookie.ts";
import { publicSuffixesOf } from "../../../src/policy/cookies/public_suffix.ts";
import { parseSetCookie, type SetCookie } from "../../../src/policy/cookies/set_cookie.ts";
import { test } from "../../support/suite.ts";

const NOW = Date.UTC(2026, 0, 1);
const SUFFIXES = publicSuffixesOf("uk co\nio github", "test");
const HTTPS: CookieOrigin = { host: "www.example.com", defaultPath: "/dir", secure: true };
const HTTP: CookieOrigin = { ...HTTPS, secure: false };

function accept(text: string, origin: CookieOrigin = HTTPS): CookieFields | string {
  return acceptCookie(parseSetCookie(text) as SetCookie, origin, NOW, () => SUFFIXES);
}

const PLAIN: CookieFields = {
  name: "a",
  value: "b",
  domain: "www.example.com",
  hostOnly: true,
  path: "/dir",
  secure: false,
  httpOnly: false,
  sameSite: null,
  partitioned: false,
  expires: null,
  created: NOW,
  accessed: NOW,
};

const at = (host: string): CookieOrigin => ({ ...HTTPS, host });

const KEPT: readonly (readonly [name: string, text: string, expected: Partial<CookieFields>, origin?: CookieOrigin])[] =
  [
    ["a plain cookie for its host and folder", "a=b", {}],
    ["a path that is written", "a=b; Path=/x", { path: "/x" }],
    ["a domain that covers the host", "a=b; Domain=example.com", { domain: "example.com", hostOnly: false }],
    ["its own host as a domain", "a=b; Domain=www.example.com", { hostOnly: false }],
    [
      "a public suffix for the suffix itself, host-only",
      "a=b; Domain=github.io",
      { domain: "github.io" },
      at("github.io"),
    ],
    ["a single label for itself, host-only", "a=b; Domain=localhost", { domain: "localhost" }, at("localhost")],
    ["an address for itself, host-only", "a=b; Domain=127.0.0.1", { domain: "127.0.0.1" }, at("127.0.0.1")],
    ["a host with a trailing dot as its own host", "a=b", { domain: "example.com." }, at("example.com.")],
    ["Max-Age before Expires", "a=b; Max-Age=60; Expires=1 Jan 1980 00:00:00", { expires: NOW + 60_000 }],
    ["a Max-Age of zero as long gone", "a=b; Max-Age=0", { expires: 0 }],
    ["a negative Max-Age as long gone", "a=b; Max-Age=-5", { expires: 0 }],
    ["400 days at most of Max-Age", "a=b; Max-Age=99999999999999999999", { expires: NOW + MAX_AGE }],
    ["400 days at most of Expires", "a=b; Expires=1 Jan 2999 00:00:00", { expires: NOW + MAX_AGE }],
    ["an Expires in the past", "a=b; Expires=1 Jan 1980 00:00:00", { expires: Date.UTC(1980, 0, 1) }],
    ["a Secure cookie from https", "a=b; Secure", { secure: true }],
    ["SameSite=None with Secure", "a=b; SameSite=None; Secure", { secure: true, sameSite: "none" }],
    ["__Secure- with Secure", "__Secure-a=b; Secure", { name: "__Secure-a", secure: true }],
    ["__Host- with all it promises", "__Host-a=b; Secure; Path=/", { name: "__Host-a", secure: true, path: "/" }],
    ["a nameless cookie", "b", { name: "" }],
    ["a cookie from http", "a=b", {}, HTTP],
  ];

for (const [name, text, expected, origin] of KEPT) {
  test(`acceptCookie() keeps ${name}`, () => assertEquals(accept(text, origin), { ...PLAIN, ...expected }));
}

const REFUSED: readonly (readonly [name: string, text: string, reason: string, origin?: CookieOrigin])[] = [
  ["a sibling's domain", "a=b; Domain=api.example.com", "does not cover"],
  ["a domain below the host", "a=b; Domain=x.www.example.com", "does not cover"],
  ["a host that begins with a dot", "a=b", "begins with a dot", at(".example.com")],
  ["another domain", "a=b; Domain=example.org", "does not cover"],
  ["a domain that only ends alike", "a=b; Domain=ample.com", "does not cover"],
  ["an ICANN suffix", "a=b; Domain=co.uk", "public suffix", at("www.co.uk")],
  ["a private suffix", "a=b; Domain=github.io", "public suffix", at("me.github.io")],
  ["a top-level domain", "a=b; Domain=com", "public suffix"],
  ["an unlisted top-level domain", "a=b; Domain=internal", "public suffix", at("db.internal")],
  ["a domain with a trailing dot", "a=b; Domain=example.com.", "ends in a dot"],
  ["a suffix with a trailing dot", "a=b; Domain=com.", "ends in a dot", at("example.com.")],
  ["a part of an address", "a=b; Domain=0.0.1", "not the address", at("127.0.0.1")],
  ["a domain beyond ASCII", "a=b; Domain=b\xfccher.example", "does not cover", at("xn--bcher-kva.example")],
  ["Secure from http", "a=b; Secure", "did not come over https", HTTP],
  ["SameSite=None without Secure", "a=b; SameSite=None", "not Secure"],
  ["__Secure- without Secure", "__Secure-a=b", "__Secure-"],
  ["__secure- in any case", "__sECURE-a=b", "__Secure-"],
  ["__Host- without Path", "__Host-a=b; Secure", "__Host-"],
  ["__Host- where the default path is /", "__Host-a=b; Secure", "__Host-", { ...HTTPS, defaultPath: "/" }],
  ["__Host- with another Path", "__Host-a=b; Secure; Path=/x", "__Host-"],
  ["__Host- with a Domain", "__Host-a=b; Secure; Path=/; Domain=www.example.com", "__Host-"],
  ["__HOST- in any case without Secure", "__HOST-a=b; Path=/", "__Host-"],
  ["a nameless cookie that looks like __Host-", "=__Host-a=b; Secure; Path=/", "no name"],
  ["a nameless cookie that looks like __secure-", "__secure-a; Secure", "no name"],
];

for (const [name, text, reason, origin] of REFUSED) {
  test(`acceptCookie() refuses ${name}`, () => assertStringIncludes(accept(text, origin) as string, reason));
}

test("acceptCookie() asks for the public suffixes only when a domain is named", () => {
  const never = (): never => {
    throw new Error("asked");
  };
  assertEquals(acceptCookie(parseSetCookie("a=b") as SetCookie, HTTPS, NOW, never), PLAIN);
});

const OVERLAYS: readonly (readonly [name: string, change: Partial<CookieFields>, hides: boolean])[] = [
  ["of the same domain and path", {}, true],
  ["of another name", { name: "other" }, false],
  ["of a domain above", { domain: "example.com" }, true],
  ["of a domain below", { domain: "x.www.example.com" }, true],
  ["of another domain", { domain: "example.org" }, false],
  ["of a path below", { path: "/login/x" }, true],
  ["of a path above, which goes out behind it", { path: "/" }, false],
  ["of a path that only begins alike", { path: "/logins" }, false],
];

for (const [name, change, hides] of OVERLAYS) {
  test(`overlaysSecure() says ${hides} for a cookie ${name}`, () => {
    const existing: CookieFields = { ...PLAIN, path: "/login", secure: true };
    assertEquals(overlaysSecure({ ...existing, ...change }, [existing]), hides);
    assertEquals(overlaysSecure({ ...existing, ...change }, [{ ...existing, secure: false }]), false);
  });
}
