import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { systemClock } from "../../src/base/clock.ts";
import { test } from "../support/suite.ts";

test("systemClock.now() never goes back and is not the date", () => {
  const first = systemClock.now();
  const second = systemClock.now();
  assertGreaterOrEqual(second, first);
  assertLess(second, Date.UTC(2020, 0, 1));
});

test("systemClock.wall() is the date", () => {
  const before = Date.now();
  const wall = systemClock.wall();
  assert(wall >= before && wall <= Date.now());
});

test("systemClock.schedule() calls back once, also for a delay below zero", async () => {
  let calls = 0;
  await new Promise<void>((resolve) => {
    systemClock.schedule(
      () => {
        calls++;
        resolve();
      },
      -5,
      true,
    );
  });
  await new Promise<void>((resolve) => systemClock.schedule(resolve, 0, true));
  assertEquals(calls, 1);
});

test("systemClock.schedule() does not call back when it was stopped, however often", async () => {
  let called = false;
  const stop = systemClock.schedule(() => called = true, 0, true);
  stop();
  stop();
  await new Promise<void>((resolve) => systemClock.schedule(resolve, 2, true));
  assertEquals(called, false);
});

test("systemClock.schedule() waits when the delay is longer than a timer of the host can hold", async () => {
  let called = false;
  const stops = [2 ** 31, 2 ** 40, Infinity].map((delay) => systemClock.schedule(() => called = true, delay, true));
  await new Promise<void>((resolve) => systemClock.schedule(resolve, 5, true));
  for (const stop of stops) stop();
  assertEquals(called, false);
});

test("systemClock.schedule() accepts a timer that does not hold the process", () => {
  systemClock.schedule(() => {}, 60_000, false)();
});
