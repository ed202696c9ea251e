import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatCookiesJson, parseCookiesJson } from "../../../src/policy/cookies/cookies_json.ts";
import { test } from "../../support/suite.ts";
import { storedCookie } from "./stored_forms.ts";

const ENTRY = {
  name: "a",
  value: "canary",
  domain: "example.com",
  hostOnly: false,
  path: "/",
  secure: false,
  httpOnly: false,
  sameSite: null,
  partitioned: false,
  expires: null,
  created: "2026-01-01T00:00:00.000Z",
  accessed: "2026-01-01T00:00:00.000Z",
};

const read = (...entries: unknown[]): unknown => parseCookiesJson(JSON.stringify({ version: 1, cookies: entries }));

test("parseCookiesJson() reads back what formatCookiesJson() writes", () => {
  fc.assert(fc.property(fc.array(storedCookie), (cookies) => {
    assertEquals(parseCookiesJson(formatCookiesJson(cookies)), cookies);
  }));
});

test("formatCookiesJson() writes ASCII, whatever the values", () => {
  fc.assert(fc.property(fc.array(storedCookie), (cookies) => /^[\x20-\x7e\n]*$/.test(formatCookiesJson(cookies))));
});

test("parseCookiesJson() reads dates", () => {
  const time = Date.UTC(2026, 0, 1);
  assertEquals(read(ENTRY), [{ ...ENTRY, created: time, accessed: time }]);
});

const FAULTS: readonly (readonly [name: string, text: string, message: string])[] = [
  ["what is no JSON", "{canary", "the text is not JSON"],
  ["another version", '{"version":2,"cookies":[]}', "version 1"],
  ["no list", '{"version":1}', "a list of cookies"],
  ["null", "null", "a list of cookies"],
  ...Object.keys(ENTRY).map((field) =>
    [
      `an entry whose ${field} is wrong`,
      JSON.stringify({ version: 1, cookies: [ENTRY, { ...ENTRY, [field]: 5 }] }),
      `cookie 1 of the list: its ${field} is not`,
    ] as const
  ),
  ["an entry that is no object", '{"version":1,"cookies":[null]}', "cookie 0 of the list"],
];

for (const [name, text, message] of FAULTS) {
  test(`parseCookiesJson() refuses ${name}, without its content`, () => {
    const error = assertThrows(() => parseCookiesJson(text), TypeError, message);
    assert(!error.message.includes("canary"));
    assertEquals(error.cause, undefined);
  });
}
