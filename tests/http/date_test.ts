import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatHttpDate, parseHttpDate } from "../../src/http/date.ts";
import { test } from "../support/suite.ts";

const NOW = Date.UTC(2026, 5, 1);
const WANTED = Date.UTC(1994, 10, 6, 8, 49, 37);

const ROWS: readonly [text: string, time: number | undefined][] = [
  ["Sun, 06 Nov 1994 08:49:37 GMT", WANTED],
  ["Sunday, 06-Nov-94 08:49:37 GMT", WANTED],
  ["Sun Nov  6 08:49:37 1994", WANTED],
  ["Sun Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
  ["Mon, 06 Nov 1994 08:49:37 GMT", WANTED], // The day of the week is not checked against the date.
  ["Sun, 06 Nov 1994 08:49:60 GMT", Date.UTC(1994, 10, 6, 8, 50, 0)],
  ["Thu, 29 Feb 2024 00:00:00 GMT", Date.UTC(2024, 1, 29)],
  ["Sat, 01 Jan 0001 00:00:00 GMT", new Date("0001-01-01T00:00:00Z").getTime()],
  ["Fri, 31 Dec 9999 23:59:59 GMT", Date.UTC(9999, 11, 31, 23, 59, 59)],
  // Two digits: at most 50 years ahead of now.
  ["Monday, 01-Jan-76 00:00:00 GMT", Date.UTC(2076, 0, 1)],
  ["Monday, 01-Jan-77 00:00:00 GMT", Date.UTC(1977, 0, 1)],
  ["Monday, 01-Jan-00 00:00:00 GMT", Date.UTC(2000, 0, 1)],
  ["Fri, 29 Feb 2023 00:00:00 GMT", undefined],
  ["Fri, 31 Apr 2023 00:00:00 GMT", undefined],
  ["Fri, 00 Apr 2023 00:00:00 GMT", undefined],
  ["Sun, 06 Nov 1994 24:00:00 GMT", undefined],
  ["Sun, 06 Nov 1994 08:60:00 GMT", undefined],
  ["Sun, 06 Nov 1994 08:49:61 GMT", undefined],
  ["Sun, 06 nov 1994 08:49:37 GMT", undefined],
  ["Sun, 06 Abc 1994 08:49:37 GMT", undefined],
  ["Xyz, 06 Nov 1994 08:49:37 GMT", undefined],
  ["Sun, 6 Nov 1994 08:49:37 GMT", undefined],
  ["Sun, 06 Nov 94 08:49:37 GMT", undefined],
  ["Sun, 06 Nov 1994 08:49:37 UTC", undefined],
  ["Sun, 06 Nov 1994 08:49:37 +0000", undefined],
  ["Sun, 06 Nov 1994 08:49:37", undefined],
  ["Sun, 06 Nov 1994 8:49:37 GMT", undefined],
  [" Sun, 06 Nov 1994 08:49:37 GMT", undefined],
  ["Sun, 06 Nov 1994 08:49:37 GMT ", undefined],
  ["1994-11-06T08:49:37Z", undefined],
  ["784111777", undefined],
  ["", undefined],
  ["Sunday, 06-Nov-94 08:49:37 GMT".padEnd(40), undefined],
];

for (const [text, time] of ROWS) {
  test(`parseHttpDate() reads ${JSON.stringify(text)}`, () => assertEquals(parseHttpDate(text, NOW), time));
}

test("parseHttpDate() undoes formatHttpDate() in the years 0 to 9999", () => {
  const times = fc.integer({ min: -62167219200, max: 253402300799 });
  fc.assert(fc.property(times, (seconds) => {
    const text = formatHttpDate(seconds * 1000);
    assertEquals(text.length, 29);
    assertEquals(parseHttpDate(text, 0), seconds * 1000);
  }));
});

test("formatHttpDate() writes an IMF-fixdate, and refuses other years", () => {
  assertEquals(formatHttpDate(WANTED + 999), "Sun, 06 Nov 1994 08:49:37 GMT");
  for (const time of [NaN, Infinity, Date.UTC(10000, 0, 1), -62167219201000]) {
    assertThrows(() => formatHttpDate(time), RangeError, "expected a year from 0 to 9999");
  }
});
