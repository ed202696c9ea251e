import { assertEquals } from "@std/assert";
import { formatHttpDate } from "../../src/http/date.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { parseRetryAfter, retryAfterOf } from "../../src/http/retry_after.ts";
import { test } from "../support/suite.ts";

const NOW = Date.UTC(2026, 0, 1);

const ROWS: readonly [value: string, milliseconds: number | undefined][] = [
  ["0", 0],
  ["120", 120_000],
  ["3600", 3_600_000],
  ["9999999999", 9_999_999_999_000],
  ["99999999999", undefined],
  ["1.5", undefined],
  ["-1", undefined],
  ["+1", undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["NaN", undefined],
  ["", undefined],
  [" 1", undefined],
  ["1, 2", undefined],
  ["soon", undefined],
  [formatHttpDate(NOW + 5000), 5000],
  [formatHttpDate(NOW - 5000), 0],
  ["Fri, 99 Jan 2026 00:00:00 GMT", undefined],
];

for (const [value, milliseconds] of ROWS) {
  test(`parseRetryAfter() reads ${JSON.stringify(value)}`, () =>
    assertEquals(parseRetryAfter(value, NOW), milliseconds));
}

test("retryAfterOf() measures a date by the server's clock where it tells it", () => {
  const skewed = NOW - 3_600_000;
  const headers = { "Retry-After": formatHttpDate(skewed + 7000), Date: formatHttpDate(skewed) };
  assertEquals(retryAfterOf(HeaderList.from(headers), NOW), 7000);
  assertEquals(retryAfterOf(HeaderList.from({ ...headers, Date: "junk" }), NOW), 0);
  assertEquals(retryAfterOf(HeaderList.from({ "Retry-After": "7", Date: formatHttpDate(skewed) }), NOW), 7000);
  assertEquals(retryAfterOf(HeaderList.from({ "Retry-After": ["1", "2"] }), NOW), 1000);
  assertEquals(retryAfterOf(HeaderList.empty, NOW), undefined);
});
