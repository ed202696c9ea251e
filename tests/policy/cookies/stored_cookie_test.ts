import { assertEquals, assertStringIncludes } from "@std/assert";
import { MAX_AGE } from "../../../src/policy/cookies/accept_cookie.ts";
import type { CookieFields } from "../../../src/policy/cookies/cookie.ts";
import { publicSuffixesOf } from "../../../src/policy/cookies/public_suffix.ts";
import { checkStored } from "../../../src/policy/cookies/stored_cookie.ts";
import { test } from "../../support/suite.ts";

const NOW = 1_000_000;
const SUFFIXES = publicSuffixesOf("io github", "test");
const PLAIN: CookieFields = {
  name: "a",
  value: "b",
  domain: "example.com",
  hostOnly: false,
  path: "/",
  secure: false,
  httpOnly: false,
  sameSite: null,
  partitioned: false,
  expires: null,
  created: 1,
  accessed: 2,
};

const check = (change: Partial<CookieFields>): CookieFields | string =>
  checkStored({ ...PLAIN, ...change }, NOW, () => SUFFIXES);

const KEPT: readonly (readonly [name: string, change: Partial<CookieFields>, expected: Partial<CookieFields>])[] = [
  ["a cookie as it is", {}, {}],
  ["a domain in another form", { domain: ".EXAMPLE.com" }, { domain: "example.com" }],
  ["a public suffix as a host", { domain: "com" }, { domain: "com", hostOnly: true }],
  ["a private suffix as a host", { domain: "github.io" }, { domain: "github.io", hostOnly: true }],
  ["an address as a host", { domain: "127.0.0.1" }, { domain: "127.0.0.1", hostOnly: true }],
  ["an absolute name as a host", { domain: "com." }, { domain: "com.", hostOnly: true }],
  ["400 days at most", { expires: Number.MAX_SAFE_INTEGER }, { expires: NOW + MAX_AGE }],
  ["what has expired, for its caller to see", { expires: 5 }, { expires: 5 }],
];

for (const [name, change, expected] of KEPT) {
  test(`checkStored() keeps ${name}`, () => assertEquals(check(change), { ...PLAIN, ...expected }));
}

const REFUSED: readonly (readonly [name: string, change: Partial<CookieFields>, reason: string])[] = [
  ["an empty pair", { name: "", value: "" }, "neither"],
  ["a name with an equals sign", { name: "a=b" }, 'holds "="'],
  ["a value with a line break", { value: "a\r\nb" }, "control character"],
  ["a value that would begin another cookie", { value: "a; b=c" }, 'holds ";"'],
  ["a domain that is none", { domain: "a/b" }, "not a host name"],
  ["a domain of dots alone", { domain: "..." }, "not a host name"],
  ["an empty domain", { domain: "" }, "not a host name"],
  ["a path without a slash", { path: "" }, "path"],
  ["a path with control characters", { path: "/\0" }, "path"],
  ["a broken __Host-", { name: "__Host-a", secure: true, hostOnly: true, path: "/x" }, "__Host-"],
  ["a broken __Secure-", { name: "__Secure-a" }, "__Secure-"],
];

for (const [name, change, reason] of REFUSED) {
  test(`checkStored() refuses ${name}`, () => assertStringIncludes(check(change) as string, reason));
}
