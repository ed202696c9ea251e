import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseSetCookie, type SetCookie } from "../../../src/policy/cookies/set_cookie.ts";
import { test } from "../../support/suite.ts";

const PLAIN: SetCookie = {
  name: "a",
  value: "b",
  domain: "",
  path: "",
  expires: undefined,
  maxAge: undefined,
  secure: false,
  httpOnly: false,
  sameSite: null,
  partitioned: false,
};

const ROWS: readonly (readonly [name: string, text: string, expected: Partial<SetCookie>])[] = [
  ["takes a pair", "a=b", {}],
  ["takes a pair with blanks around", " \ta \t=\t b ", {}],
  ["keeps blanks inside", "a b=c d", { name: "a b", value: "c d" }],
  ["keeps a tab inside", "a=c\td", { value: "c\td" }],
  ["keeps quotes", 'a="b"', { value: '"b"' }],
  ["keeps further equals signs in the value", "a=b=c=", { value: "b=c=" }],
  ["takes an empty value", "a=", { value: "" }],
  ["takes a nameless cookie without an equals sign", "b", { name: "" }],
  ["takes a nameless cookie with an equals sign", "=b", { name: "" }],
  ["keeps a no-break space, which is no blank", "a=\xa0b", { value: "\xa0b" }],
  ["keeps octets", "a=\xe2\x82\xac", { value: "\xe2\x82\xac" }],
  [
    "reads every attribute in any case",
    "a=b; PATH=/x; DOMAIN=.Example.com; SECURE; HTTPONLY; SameSite=LAX; Partitioned",
    {
      path: "/x",
      domain: "example.com",
      secure: true,
      httpOnly: true,
      sameSite: "lax",
      partitioned: true,
    },
  ],
  ["reads flags that have a value", "a=b; Secure=no; HttpOnly=0", { secure: true, httpOnly: true }],
  ["reads Expires", "a=b; Expires=Thu, 01 Jan 1970 00:00:01 GMT", { expires: 1000 }],
  ["ignores an Expires that is no date", "a=b; Expires=tomorrow", {}],
  ["keeps the Expires before one that is no date", "a=b; Expires=1 Jan 1970 00:00:01; Expires=x", { expires: 1000 }],
  ["reads Max-Age", "a=b; Max-Age=60", { maxAge: 60 }],
  ["reads a negative Max-Age", "a=b; Max-Age=-1", { maxAge: -1 }],
  ["ignores a Max-Age with a sign", "a=b; Max-Age=+1", {}],
  ["ignores a Max-Age with a fraction", "a=b; Max-Age=1.5", {}],
  ["ignores a Max-Age in hexadecimal", "a=b; Max-Age=0x10", {}],
  ["ignores an empty Max-Age", "a=b; Max-Age=", {}],
  ["ignores a lone minus", "a=b; Max-Age=-", {}],
  ["takes the last Domain", "a=b; Domain=x.test; Domain=y.test", { domain: "y.test" }],
  ["takes an empty Domain as none", "a=b; Domain=x.test; Domain=", { domain: "" }],
  ["drops one leading dot only", "a=b; Domain=..x.test", { domain: ".x.test" }],
  ["takes a Path without a slash as none", "a=b; Path=/x; Path=y", { path: "" }],
  ["takes a SameSite it does not know as none", "a=b; SameSite=Strict; SameSite=x", { sameSite: null }],
  ["reads SameSite=None", "a=b; SameSite=None", { sameSite: "none" }],
  ["ignores attributes it does not know", "a=b; Version=1; foo; =bar;;", {}],
  ["ignores an attribute above 1024 bytes", `a=b; Path=/x; Path=/${"y".repeat(1024)}`, { path: "/x" }],
  ["takes an attribute of 1024 bytes", `a=b; Path=/${"y".repeat(1023)}`, { path: `/${"y".repeat(1023)}` }],
  ["takes a pair of 4096 bytes", `a=${"b".repeat(4095)}`, { value: "b".repeat(4095) }],
];

for (const [name, text, expected] of ROWS) {
  test(`parseSetCookie() ${name}`, () => assertEquals(parseSetCookie(text), { ...PLAIN, ...expected }));
}

const REFUSED: readonly (readonly [text: string, reason: string])[] = [
  ["", "neither name nor value"],
  ["=", "neither name nor value"],
  [" ; Path=/", "neither name nor value"],
  [`a=${"b".repeat(4096)}`, "4097 bytes"],
  ["a=b\0c", "control character at position 3"],
  ["a=b; Path=/\n", "control character"],
  ["a=\x7f", "control character"],
  ["a=\u20ac", "above U+00FF"],
];

for (const [text, reason] of REFUSED) {
  test(`parseSetCookie() refuses ${JSON.stringify(text.slice(0, 20))}: ${reason}`, () => {
    assertStringIncludes(parseSetCookie(text) as string, reason);
  });
}

/** The form that a server writes; the library itself never writes Set-Cookie. */
function formatSetCookie(cookie: SetCookie): string {
  const parts = [cookie.name === "" ? cookie.value : `${cookie.name}=${cookie.value}`];
  if (cookie.domain) parts.push(`Domain=${cookie.domain}`);
  if (cookie.path) parts.push(`Path=${cookie.path}`);
  if (cookie.expires !== undefined) parts.push(`Expires=${new Date(cookie.expires).toUTCString()}`);
  if (cookie.maxAge !== undefined) parts.push(`Max-Age=${cookie.maxAge}`);
  if (cookie.secure) parts.push("Secure");
  if (cookie.httpOnly) parts.push("HttpOnly");
  if (cookie.sameSite) parts.push(`SameSite=${cookie.sameSite}`);
  if (cookie.partitioned) parts.push("Partitioned");
  return parts.join("; ");
}

const octet = fc.integer({ min: 0x21, max: 0xff }).filter((code) => code !== 0x7f && code !== 0x3b)
  .map((code) => String.fromCharCode(code));
const value = fc.string({ unit: octet, maxLength: 20 });
const seconds = fc.integer({ min: -1e9, max: 4e9 });
const cookie = fc.record<SetCookie>({
  name: fc.string({ unit: octet.filter((c) => c !== "="), minLength: 1, maxLength: 20 }),
  value,
  domain: fc.constantFrom("", "example.com", "a.b"),
  path: fc.oneof(fc.constant(""), value.map((path) => `/${path}`)),
  expires: fc.option(seconds.map((time) => time * 1000), { nil: undefined }),
  maxAge: fc.option(seconds, { nil: undefined }),
  secure: fc.boolean(),
  httpOnly: fc.boolean(),
  sameSite: fc.constantFrom("strict", "lax", "none", null),
  partitioned: fc.boolean(),
});

test("parseSetCookie() reads back what a server writes", () => {
  fc.assert(fc.property(cookie, (cookie) => assertEquals(parseSetCookie(formatSetCookie(cookie)), cookie)));
});

test("parseSetCookie() gives a cookie or a reason for any text", () => {
  const text = fc.string({ unit: fc.integer({ min: 0, max: 0x130 }).map((code) => String.fromCharCode(code)) });
  fc.assert(fc.property(text, (text) => ["object", "string"].includes(typeof parseSetCookie(text))));
});
