import { assertEquals, assertThrows } from "@std/assert";
import { Cookie } from "../../../src/policy/cookies/cookie.ts";
import { type CookieInit, readCookieInit, textFaultOf } from "../../../src/policy/cookies/cookie_init.ts";
import { test } from "../../support/suite.ts";

const READ = {
  name: "a",
  value: "b",
  domain: "",
  hostOnly: false,
  path: "/",
  expires: undefined,
  maxAge: undefined,
  secure: false,
  httpOnly: false,
  sameSite: null,
  partitioned: false,
};

test("readCookieInit() fills in what is absent", () => {
  assertEquals(readCookieInit({ name: "a", value: "b" }), READ);
});

test("readCookieInit() takes every field", () => {
  const init: CookieInit = {
    name: "a",
    value: "b c",
    domain: ".B\u00fccher.Example",
    hostOnly: true,
    path: "/x",
    expires: new Date(5),
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    partitioned: true,
  };
  const read = { ...READ, ...init, domain: "xn--bcher-kva.example", expires: 5, sameSite: "lax" };
  assertEquals(readCookieInit(init) as unknown, read);
  assertEquals(readCookieInit({ ...init, expires: 7 }).expires, 7);
  assertEquals(readCookieInit({ ...init, expires: null }).expires, undefined);
});

test("readCookieInit() takes a cookie of another jar", () => {
  const fields = { ...READ, domain: "a.test", sameSite: null, expires: null, created: 1, accessed: 1 };
  const { created: _created, accessed: _accessed, ...expected } = { ...fields, expires: undefined };
  assertEquals(readCookieInit(new Cookie(fields, 1)), expected);
});

const REFUSED: readonly (readonly [name: string, change: object, message: string])[] = [
  ["neither name nor value", { name: "", value: "" }, "neither name nor value"],
  ["a name that is no string", { name: 1 }, "not a string"],
  ["no value", { value: undefined }, "not a string"],
  ["a name with an equals sign", { name: "a=b" }, 'it holds "="'],
  ["a name with a semicolon", { name: "a;b" }, 'it holds ";"'],
  ["a name with blanks around", { name: " a" }, "white space"],
  ["a value with a semicolon", { value: "a;b" }, 'it holds ";"'],
  ["a value with a line break", { value: "a\nb" }, "control character"],
  ["a value with blanks around", { value: "b\t" }, "white space"],
  ["a value beyond octets", { value: "\u20ac" }, "above U+00FF"],
  ["a value that is too long", { value: "x".repeat(4096) }, "4097 bytes"],
  ["a domain that is none", { domain: "a b" }, "expected a host name"],
  ["an empty domain", { domain: "" }, "expected a host name"],
  ["a path without a slash", { path: "x" }, "begins with /"],
  ["a path with a semicolon", { path: "/;" }, "begins with /"],
  ["an expires that is no date", { expires: "tomorrow" }, "expected a date"],
  ["an invalid date", { expires: new Date(NaN) }, "expected a date"],
  ["an unknown sameSite", { sameSite: "x" }, "strict, lax or none"],
];

for (const [name, change, message] of REFUSED) {
  test(`readCookieInit() refuses ${name}`, () => {
    assertThrows(() => readCookieInit({ name: "a", value: "b", ...change } as CookieInit), TypeError, message);
  });
}

test("readCookieInit() refuses what is no object", () => {
  assertThrows(
    () => readCookieInit(null as unknown as CookieInit),
    TypeError,
    "expected a Set-Cookie value or an object",
  );
  assertThrows(() => readCookieInit(5 as unknown as CookieInit), TypeError, "number");
});

test("textFaultOf() is empty for what comes back from the wire as it is", () => {
  assertEquals(textFaultOf("a b\tc=\xff", ";"), "");
  assertEquals(textFaultOf("", ";"), "");
});
