import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { resolveRetry, Retry, type RetryOptions } from "../../src/client/retry.ts";
import { test } from "../support/suite.ts";

test("resolveRetry() has the documented defaults", () => {
  const retry = resolveRetry(undefined)!;
  assertEquals(retry.max, 2);
  assertEquals([...retry.methods].sort(), ["DELETE", "GET", "HEAD", "OPTIONS", "PUT", "QUERY", "TRACE"]);
  assertEquals([...retry.statuses], [408, 429, 500, 502, 503, 504]);
  assertEquals([...retry.on], ["connect", "reset"]);
  assertEquals([1, 2, 3, 6, 9].map(retry.backoff), [250, 500, 1_000, 8_000, 8_000]);
  assertEquals(retry.maxRetryAfter, 30_000);
  assertEquals(retry.budget, { ratio: 0.2, window: 10_000, floor: 10 });
  assertEquals([retry.when, retry.idempotencyKey], [null, null]);
});

test("resolveRetry() takes false and 0 as off, a number as how often", () => {
  for (const off of [false, 0, { max: 0 }] as const) assertEquals(resolveRetry(off), null);
  assertEquals(resolveRetry(7)!.max, 7);
});

test("resolveRetry() jitters over the full range and repeats with a seed", () => {
  const full = resolveRetry({})!;
  assertEquals(full.jitter(1_000, () => 0.25), 250);
  assertEquals(resolveRetry({ jitter: "none" })!.jitter(1_000, () => 0.25), 1_000);
  assertEquals(resolveRetry({ jitter: (delay, random) => delay + random() })!.jitter(1, () => 0.5), 1.5);
  const draw = (seed: number): number[] => {
    const { random } = resolveRetry({ seed })!;
    return Array.from({ length: 100 }, random);
  };
  assertEquals(draw(1), draw(1));
  assertNotEquals(draw(1), draw(2));
  assert(draw(3).every((number) => number >= 0 && number < 1));
});

test("resolveRetry() makes idempotency keys: random, given, or by function", () => {
  const random = resolveRetry({ idempotencyKey: true })!.idempotencyKey!;
  assertNotEquals(random(), random());
  assertEquals(resolveRetry({ idempotencyKey: "k-1" })!.idempotencyKey!(), "k-1");
  assertEquals(resolveRetry({ idempotencyKey: () => "made" })!.idempotencyKey!(), "made");
});

const REFUSED: readonly [name: string, options: unknown][] = [
  ["a negative number", { max: -1 }],
  ["an endless number", { max: Infinity }],
  ["text in place of the methods", { methods: "GET" }],
  ["a status out of range", { statuses: [99] }],
  ["a cause that is none", { on: ["weather"] }],
  ["a jitter that is none", { jitter: "some" }],
  ["a back-off that shrinks", { backoff: { factor: 0.5 } }],
  ["a budget above the whole", { budget: { ratio: 1.1 } }],
  ["an empty key", { idempotencyKey: "" }],
  ["an unknown name", { attempts: 3 }],
  ["true", true],
];

for (const [name, options] of REFUSED) {
  test(`resolveRetry() refuses ${name}`, () => {
    assertThrows(() => resolveRetry(options as RetryOptions));
  });
}

test("resolveRetry() refuses a back-off function that yields no delay, when it does", () => {
  const retry = resolveRetry({ backoff: () => NaN })!;
  assertThrows(() => retry.backoff(1), RangeError);
});

test("Retry checks and freezes its options and can stand where an object can", () => {
  const retry = new Retry({ max: 5, statuses: [503] });
  assertEquals(Object.isFrozen(retry), true);
  assertEquals([resolveRetry(retry)!.max, [...resolveRetry(retry)!.statuses]], [5, [503]]);
  assertThrows(() => new Retry({ max: -1 }), RangeError);
});
