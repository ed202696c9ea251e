import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { resolveRetry } from "../../src/client/retry.ts";
import { AbortError } from "../../src/errors.ts";
import { backoffDelay, pause } from "../../src/policy/backoff.ts";
import { TestCall } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

test("backoffDelay() doubles up to its bound without jitter", () => {
  const settings = resolveRetry({ jitter: "none" })!;
  assertEquals([1, 2, 3, 4, 5, 6, 7, 50].map((retry) => backoffDelay(settings, retry)), [
    250,
    500,
    1_000,
    2_000,
    4_000,
    8_000,
    8_000,
    8_000,
  ]);
});

test("backoffDelay() draws from the whole of the wait with full jitter", () => {
  const settings = resolveRetry({ seed: 1 })!;
  const delays = Array.from({ length: 1_000 }, () => backoffDelay(settings, 1) as number);
  assert(delays.every((delay) => delay >= 0 && delay < 250));
  assert(delays.some((delay) => delay < 25) && delays.some((delay) => delay > 225));
});

test("backoffDelay() repeats itself by its seed", () => {
  const draw = (seed: number): number[] => {
    const settings = resolveRetry({ seed })!;
    return [1, 2, 3].map((retry) => backoffDelay(settings, retry) as number);
  };
  assertEquals(draw(7), draw(7));
  assert(draw(7).join() !== draw(8).join());
});

test("backoffDelay() refuses what is no time to wait", () => {
  for (const value of [NaN, -1, Infinity]) {
    assertThrows(() => backoffDelay(resolveRetry({ jitter: () => value })!, 1), RangeError, "retry.jitter");
  }
});

test("pause() waits and holds the process", async () => {
  const { call, clock } = new TestCall([]);
  let done = false;
  const waiting = pause(call, 100).then(() => done = true);
  assertEquals(clock.held, 1);
  await clock.tick(99);
  assertEquals(done, false);
  await clock.tick(1);
  await waiting;
  assertEquals([done, call.cancel.listenerCount, clock.held], [true, 0, 0]);
});

test("pause() ends with the call", async () => {
  const { call, clock } = new TestCall([]);
  const waiting = pause(call, 100);
  const reason = new AbortError("x", { reason: 1 });
  call.cancel.cancel(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  assertEquals([call.cancel.listenerCount, clock.held], [0, 0]);
  assertEquals(await assertRejects(() => pause(call, 100)), reason);
  assertEquals(clock.held, 0);
});
