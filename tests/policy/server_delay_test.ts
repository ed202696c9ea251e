import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { HeaderList, type HeadersInput } from "../../src/http/header_list.ts";
import { serverDelay } from "../../src/policy/server_delay.ts";
import { test } from "../support/suite.ts";

/** Thu, 01 Jan 2026 00:00:00 GMT */
const NOW = Date.UTC(2026, 0, 1);
const EPOCH = NOW / 1000;

const RETRY_AFTER: readonly [
  name: string,
  value: string | string[],
  headers: HeadersInput,
  delay: number | undefined,
][] = [
  ["seconds", "5", {}, 5_000],
  ["zero", "0", {}, 0],
  ["leading zeros", "007", {}, 7_000],
  ["fraction", "1.5", {}, 1_500],
  ["a day", "86400", {}, 86_400_000],
  ["ten digits", "9999999999", {}, 9_999_999_999_000],
  ["eleven digits", "99999999999", {}, Infinity],
  ["400 digits", "9".repeat(400), {}, Infinity],
  ["negative", "-5", {}, undefined],
  ["plus", "+5", {}, undefined],
  ["hexadecimal", "0x10", {}, undefined],
  ["exponent", "1e3", {}, undefined],
  ["NaN", "NaN", {}, undefined],
  ["Infinity", "Infinity", {}, undefined],
  ["empty", "", {}, undefined],
  ["words", "soon", {}, undefined],
  ["date", "Thu, 01 Jan 2026 00:00:10 GMT", {}, 10_000],
  ["date in the past", "Wed, 31 Dec 2025 23:59:00 GMT", {}, 0],
  ["date of RFC 850", "Thursday, 01-Jan-26 00:00:10 GMT", {}, 10_000],
  ["date of asctime", "Thu Jan  1 00:00:10 2026", {}, 10_000],
  [
    "date, the server's clock an hour ahead",
    "Thu, 01 Jan 2026 01:00:10 GMT",
    { Date: "Thu, 01 Jan 2026 01:00:00 GMT" },
    10_000,
  ],
  [
    "date, the server's clock a day behind",
    "Wed, 31 Dec 2025 00:00:10 GMT",
    { Date: "Wed, 31 Dec 2025 00:00:00 GMT" },
    10_000,
  ],
  ["date, no date as Date", "Thu, 01 Jan 2026 00:00:10 GMT", { Date: "now" }, 10_000],
  ["date that does not exist", "Thu, 31 Feb 2026 00:00:00 GMT", {}, undefined],
  ["several: the longest", ["1", "7", "3"], {}, 7_000],
  ["several, one of them garbage", ["x", "3"], {}, 3_000],
];

test("serverDelay() reads Retry-After", () => {
  for (const [name, value, headers, delay] of RETRY_AFTER) {
    const list = HeaderList.from({ ...(headers as Record<string, string>), "Retry-After": value });
    for (const status of [429, 500, 503]) assertEquals(serverDelay(list, status, NOW), delay, `${name}, ${status}`);
  }
});

const RATE_LIMIT: readonly [
  name: string,
  status: number,
  headers: Record<string, string>,
  delay: number | undefined,
][] = [
  ["draft", 429, { RateLimit: '"default";r=0;t=30' }, 30_000],
  ["draft, order of parameters", 429, { RateLimit: '"default";t=30;r=0' }, 30_000],
  ["draft, spaces", 429, { RateLimit: ' "default" ; r=0 ; t=30 ' }, 30_000],
  ["draft, quota left", 429, { RateLimit: '"default";r=5;t=30' }, undefined],
  ["draft, 503", 503, { RateLimit: '"default";r=0;t=30' }, 30_000],
  ["draft, 500 is not about load", 500, { RateLimit: '"default";r=0;t=30' }, undefined],
  ["draft, several quotas: the longest wait of those used up", 429, {
    RateLimit: '"a";r=0;t=5, "b";r=0;t=9, "c";r=1;t=99',
  }, 9_000],
  [
    "draft, window of the policy",
    429,
    { RateLimit: '"b";r=0', "RateLimit-Policy": '"a";q=9;w=10, "b";q=9;w=60' },
    60_000,
  ],
  ["draft, policy of another name", 429, { RateLimit: '"b";r=0', "RateLimit-Policy": '"a";q=9;w=10' }, undefined],
  ["draft, separators in the name", 429, { RateLimit: '"a,b;c\\"";r=0;t=4' }, 4_000],
  ["draft, partition key", 429, { RateLimit: '"a";r=0;t=4;pk=:c2VjcmV0:' }, 4_000],
  ["draft, negative", 429, { RateLimit: '"a";r=0;t=-4' }, undefined],
  ["draft, garbage", 429, { RateLimit: ';;;,,,"""' }, undefined],
  ["older draft", 429, { RateLimit: "limit=10, remaining=0, reset=7" }, 7_000],
  ["older draft, quota left", 429, { RateLimit: "limit=10, remaining=1, reset=7" }, undefined],
  ["three fields", 429, { "RateLimit-Remaining": "0", "RateLimit-Reset": "7" }, 7_000],
  ["X, seconds", 429, { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7" }, 7_000],
  ["X, seconds since 1970", 429, { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": `${EPOCH + 7}` }, 7_000],
  ["X, with a fraction", 429, { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": `${EPOCH + 7}.25` }, 7_250],
  ["X, milliseconds since 1970", 429, { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": `${NOW + 7_000}` }, 7_000],
  ["X, date", 429, { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "Thu, 01 Jan 2026 00:00:07 GMT" }, 7_000],
  ["X, in the past", 429, { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": `${EPOCH - 7}` }, 0],
  [
    "X, reset-after",
    429,
    { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "0.5", "X-RateLimit-Reset": "9" },
    500,
  ],
  ["X with a dash more", 429, { "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": `${EPOCH + 7}` }, 7_000],
  ["X, nothing said of what remains, 429", 429, { "X-RateLimit-Reset": "7" }, 7_000],
  ["X, nothing said of what remains, 503", 503, { "X-RateLimit-Reset": "7" }, undefined],
  ["X, quota left", 429, { "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "7" }, undefined],
  ["X, garbage", 429, { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "NaN" }, undefined],
  ["Retry-After wins", 429, { "Retry-After": "1", RateLimit: '"a";r=0;t=30' }, 1_000],
  ["a broken Retry-After does not", 429, { "Retry-After": "x", RateLimit: '"a";r=0;t=30' }, 30_000],
  ["skew", 429, {
    Date: "Thu, 01 Jan 2026 01:00:00 GMT",
    "X-RateLimit-Remaining": "0",
    "X-RateLimit-Reset": `${EPOCH + 3_607}`,
  }, 7_000],
];

test("serverDelay() reads the rate-limit fields when the status is about load", () => {
  for (const [name, status, headers, delay] of RATE_LIMIT) {
    assertEquals(serverDelay(HeaderList.from(headers), status, NOW), delay, name);
  }
});

test("serverDelay() gives a number of 0 or more, or nothing, whatever the text", () => {
  const names = ["Retry-After", "Date", "RateLimit", "RateLimit-Policy", "X-RateLimit-Reset", "X-RateLimit-Remaining"];
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789.-+eE";=,:? rtw') }),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...names), text)), fc.constantFrom(429, 503), (fields, status) => {
      const delay = serverDelay(HeaderList.from(fields), status, NOW);
      assert(delay === undefined || delay >= 0, `${delay}`);
    }),
    { numRuns: 300 },
  );
});

test("serverDelay() takes time in proportion to the text", () => {
  const hostile = [
    '"'.repeat(60_000),
    ",".repeat(60_000),
    ";r=0".repeat(15_000),
    '"a";r=0,'.repeat(7_500),
    "9".repeat(60_000),
    '"a\\'.repeat(20_000),
  ];
  const started = Date.now();
  for (const value of hostile) {
    serverDelay(HeaderList.from({ RateLimit: value, "RateLimit-Policy": value, "Retry-After": value }), 429, NOW);
  }
  assert(Date.now() - started < 2_000);
});
