/**
 * Owns arbitrary cookies as a jar holds them, for the tests of the forms they are stored in.
 */

import fc from "fast-check";
import type { CookieFields } from "../../../src/policy/cookies/cookie.ts";

/** 1 January 2026. */
export const NOW: number = Date.UTC(2026, 0, 1);

function octets(...without: string[]): fc.Arbitrary<string> {
  return fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code))
    .filter((character) => character !== "\x7f" && !without.includes(character));
}

const value = fc.string({ unit: octets(";"), minLength: 1, maxLength: 20 });

/** A cookie that `checkStored` keeps as it is. */
export const storedCookie: fc.Arbitrary<CookieFields> = fc.record({
  name: fc.string({ unit: octets(";", "="), maxLength: 12 }).map((name) => name.replace(/^__/, "x")),
  value: value.map((value) => value.replace(/^__/, "x")),
  domain: fc.constantFrom("example.com", "xn--bcher-kva.example", "a.b.test"),
  hostOnly: fc.boolean(),
  path: fc.oneof(fc.constant("/"), value.map((path) => `/${path}`)),
  secure: fc.boolean(),
  httpOnly: fc.boolean(),
  sameSite: fc.constantFrom("strict" as const, "lax" as const, "none" as const, null),
  partitioned: fc.boolean(),
  expires: fc.option(fc.integer({ min: 1, max: 1e7 }).map((seconds) => NOW + seconds * 1000)),
  created: fc.integer({ min: 0, max: NOW }),
  accessed: fc.integer({ min: 0, max: NOW }),
});
