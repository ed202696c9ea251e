import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { CookieFields } from "../../../src/policy/cookies/cookie.ts";
import { formatCookiesTxt, parseCookiesTxt } from "../../../src/policy/cookies/cookies_txt.ts";
import { test } from "../../support/suite.ts";
import { NOW, storedCookie } from "./stored_forms.ts";

const FIELDS: CookieFields = {
  name: "sid",
  value: "1",
  domain: "example.com",
  hostOnly: false,
  path: "/x",
  secure: true,
  httpOnly: true,
  sameSite: null,
  partitioned: false,
  expires: 1_800_000_000_000,
  created: NOW,
  accessed: NOW,
};

test("formatCookiesTxt() writes the form that other clients read", () => {
  const session: CookieFields = { ...FIELDS, hostOnly: true, secure: false, httpOnly: false, expires: null, value: "" };
  assertEquals(
    formatCookiesTxt([FIELDS, session]),
    "# Netscape HTTP Cookie File\n\n" +
      "#HttpOnly_.example.com\tTRUE\t/x\tTRUE\t1800000000\tsid\t1\n" +
      "example.com\tFALSE\t/x\tFALSE\t0\tsid\t\n",
  );
});

test("formatCookiesTxt() leaves out what holds a tab", () => {
  const lines = formatCookiesTxt([{ ...FIELDS, value: "a\tb" }, { ...FIELDS, name: "a\tb" }, FIELDS]).split("\n");
  assertEquals(lines.length, 4);
});

test("parseCookiesTxt() reads the lines of other writers", () => {
  const text = [
    "# Netscape HTTP Cookie File",
    "# a comment",
    "",
    "   ",
    "#HttpOnly_.example.com\tTRUE\t/x\tTRUE\t1800000000\tsid\t1\r",
    ".example.com\ttrue\t/x\ttrue\t1800000000.5\tsid\t1",
    "example.com\tFALSE\t/x\tFALSE\t0\tsid\t",
    "example.com\tFALSE\t/x\tFALSE\t\tsid",
  ].join("\n");
  const session = { ...FIELDS, hostOnly: true, secure: false, httpOnly: false, expires: null, value: "" };
  assertEquals(parseCookiesTxt(text, NOW), [
    { ...FIELDS, domain: ".example.com" },
    { ...FIELDS, domain: ".example.com", httpOnly: false },
    session,
    session,
  ]);
});

const FAULTS: readonly (readonly [name: string, line: string, message: string])[] = [
  ["blanks for tabs", "example.com TRUE / FALSE 0 a canary", "it has 1 fields"],
  ["too many fields", "example.com\tTRUE\t/\tFALSE\t0\ta\tb\tcanary", "it has 8 fields"],
  ["a flag that is none", "example.com\tYES\t/\tFALSE\t0\ta\tcanary", "TRUE or FALSE"],
  ["a time that is none", "example.com\tTRUE\t/\tFALSE\tsoon\ta\tcanary", "seconds since 1970"],
  ["a negative time", "example.com\tTRUE\t/\tFALSE\t-1\ta\tcanary", "seconds since 1970"],
  ["control characters", "example.com\tTRUE\t/\tFALSE\t0\ta\tcanary\0", "control character"],
];

for (const [name, line, message] of FAULTS) {
  test(`parseCookiesTxt() names the line that has ${name}, and not its content`, () => {
    const error = assertThrows(() => parseCookiesTxt(`# x\n${line}\n`, NOW), TypeError, message);
    assertEquals([error.message.includes("line 2"), error.message.includes("canary")], [true, false]);
  });
}

test("parseCookiesTxt() reads back what formatCookiesTxt() writes, in all that the form holds", () => {
  fc.assert(fc.property(fc.array(storedCookie), (cookies) => {
    const held = cookies.map((cookie) => ({
      ...cookie,
      domain: cookie.hostOnly ? cookie.domain : `.${cookie.domain}`,
      sameSite: null,
      partitioned: false,
      created: NOW,
      accessed: NOW,
    }));
    assertEquals(parseCookiesTxt(formatCookiesTxt(cookies), NOW), held);
  }));
});
