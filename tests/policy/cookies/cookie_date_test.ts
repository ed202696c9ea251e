import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseCookieDate } from "../../../src/policy/cookies/cookie_date.ts";
import { test } from "../../support/suite.ts";

const ROWS: readonly (readonly [name: string, text: string, iso: string | undefined])[] = [
  ["reads the form of RFC 9110", "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["reads the form of RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["reads the form of asctime", "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"],
  ["takes parts in any order", "1994 08:49:37 06 november", "1994-11-06T08:49:37Z"],
  ["takes the first time only", "06 Nov 1994 08:49:37 10:00:00", "1994-11-06T08:49:37Z"],
  ["takes times of one digit", "6 Nov 1994 8:9:7", "1994-11-06T08:09:07Z"],
  ["ignores what follows a time", "6 Nov 1994 08:49:37.123Z", "1994-11-06T08:49:37Z"],
  ["ignores the zone", "Wed Dec 12 2007 08:44:07 GMT-0500 (EST)", "2007-12-12T08:44:07Z"],
  ["reads year 69 as 2069", "1 Jan 69 00:00:00", "2069-01-01T00:00:00Z"],
  ["reads year 70 as 1970", "1 Jan 70 00:00:00", "1970-01-01T00:00:00Z"],
  ["takes a second number of two digits as the year", "01 Jan 02 00:00:00", "2002-01-01T00:00:00Z"],
  ["takes letters behind the digits of a day", "6th Nov 1994 08:49:37", "1994-11-06T08:49:37Z"],
  ["reads 29 February of a leap year", "29 Feb 2024 00:00:00", "2024-02-29T00:00:00Z"],
  ["refuses 29 February of another year", "29 Feb 2023 00:00:00", undefined],
  ["refuses 31 April", "31 Apr 2023 00:00:00", undefined],
  ["refuses day 0", "00 Nov 1994 08:49:37", undefined],
  ["refuses day 32", "32 Nov 1994 08:49:37", undefined],
  ["refuses hour 24", "06 Nov 1994 24:00:00", undefined],
  ["refuses minute 60", "06 Nov 1994 08:60:37", undefined],
  ["refuses second 60", "06 Nov 1994 08:49:60", undefined],
  ["refuses years before 1601", "06 Nov 1600 08:49:37", undefined],
  ["refuses years of three digits as too early", "06 Nov 199 08:49:37", undefined],
  ["refuses years of five digits", "06 Nov 19945 08:49:37", undefined],
  ["refuses times of three digits", "06 Nov 1994 008:49:37", undefined],
  ["refuses seconds of three digits", "06 Nov 1994 08:49:377", undefined],
  ["refuses a missing time", "06 Nov 1994", undefined],
  ["refuses a missing month", "06 1994 08:49:37", undefined],
  ["refuses an unknown month", "06 Foo 1994 08:49:37", undefined],
  ["refuses a time with blanks inside", "06 Nov 1994 08: 49:37", undefined],
  ["refuses nothing", "", undefined],
  ["refuses digits beyond ASCII", "٠٦ Nov 1994 08:49:37", undefined],
];

for (const [name, text, iso] of ROWS) {
  test(`parseCookieDate() ${name}`, () => {
    assertEquals(parseCookieDate(text), iso === undefined ? undefined : Date.parse(iso));
  });
}

test("parseCookieDate() reads every date that toUTCString() writes, to the second", () => {
  const date = fc.date({ min: new Date("1601-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(fc.property(date, (date) => {
    assertEquals(parseCookieDate(date.toUTCString()), Math.floor(date.getTime() / 1000) * 1000);
  }));
});

test("parseCookieDate() never throws and gives an integer or nothing", () => {
  const part = fc.constantFrom("1", "12", "1994", "nov", "Jan", ":", "08:49:37", " ", "-", ",", "\x7f", "x", "99");
  const text = fc.oneof(fc.string(), fc.array(part).map((parts) => parts.join("")));
  fc.assert(fc.property(text, (text) => {
    const date = parseCookieDate(text);
    return date === undefined || Number.isInteger(date);
  }));
});
