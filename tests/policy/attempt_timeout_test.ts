import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { resolveRetry } from "../../src/client/retry.ts";
import { AbortError, SocketError, TimeoutError } from "../../src/errors.ts";
import { attemptTimeoutLayer } from "../../src/policy/attempt_timeout.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { retryLayer } from "../../src/policy/retry.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { watchLeaks } from "../support/leaks.ts";
import { requestOf, TestCall } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

const GET = requestOf("GET", "https://a.example/");
const collect = collectLayer(new RetryPlanner());
const timeout = { attempt: 100, source: { attempt: "timeout.attempt" } };

test("attemptTimeoutLayer() ends an attempt without a head", async (t) => {
  const test = new TestCall([{ delay: 200 }], { timeout });
  watchLeaks(t, () => test.held);
  const error = await assertRejects(() => test.send(GET, attemptTimeoutLayer, collect), TimeoutError);
  assertEquals([error.phase, error.limit, error.elapsed, error.option], ["attempt", 100, 100, "timeout.attempt"]);
  assertEquals(test.call.cancel.reason, undefined, "the call goes on");
});

test("attemptTimeoutLayer() covers the body up to its last byte", async (t) => {
  const test = new TestCall([{ body: ["a", 40, "b", 40, "c", 40, "d"] }], { timeout });
  watchLeaks(t, () => test.held);
  const error = await assertRejects(() => test.send(GET, attemptTimeoutLayer, collect), TimeoutError);
  assertEquals([error.phase, error.elapsed], ["attempt", 100]);
  assertEquals(test.net.bodies[0]!.ended, "failed");
});

test("attemptTimeoutLayer() covers the body of a streamed call", async (t) => {
  const test = new TestCall([{ body: ["a", 200, "b"] }], { timeout }, { streamed: true });
  watchLeaks(t, () => test.held);
  const response = await test.send(GET, attemptTimeoutLayer);
  assertEquals([test.deadlines.size, test.call.scope === test.call.cancel], [1, false]);
  const error = await assertRejects(() => test.clock.until(Promise.resolve(response.live!.collect(10))), TimeoutError);
  assertEquals(error.phase, "attempt");
});

test("attemptTimeoutLayer() leaves nothing behind", async () => {
  const outcomes = [{ body: "x" }, {}, { error: new SocketError("reset") }] as const;
  for (const reply of outcomes) {
    const test = new TestCall([reply], { timeout });
    await test.send(GET, attemptTimeoutLayer, collect).catch(() => {});
    assertEquals(test.held, { deadlines: 0, listeners: 0, timers: 0, bodies: 0 });
    assertStrictEquals(test.call.scope, test.call.cancel);
  }
});

test("attemptTimeoutLayer() gives each attempt its own limit", async (t) => {
  const retry = resolveRetry({ on: ["timeout"], max: 3, jitter: "none", backoff: () => 10 });
  const planner = new RetryPlanner();
  const test = new TestCall([{ delay: 150 }, { delay: 150 }, { delay: 50 }], { timeout, retry });
  watchLeaks(t, () => test.held);
  await test.send(GET, retryLayer(planner), attemptTimeoutLayer, collectLayer(planner));
  assertEquals(test.net.times, [0, 110, 220]);
});

test("attemptTimeoutLayer() passes on the end of the call", async (t) => {
  const test = new TestCall([{ delay: 50 }], { timeout });
  watchLeaks(t, () => test.held);
  const failed = assertRejects(() => test.start(GET, attemptTimeoutLayer, collect), AbortError);
  await test.clock.tick(10);
  test.call.cancel.cancel(new AbortError("x", { reason: 1 }));
  await failed;
});

test("attemptTimeoutLayer() does nothing without a limit", async () => {
  const test = new TestCall([{}]);
  test.clock.reads = 0;
  await test.start(GET, attemptTimeoutLayer);
  assertEquals(test.clock.reads, 2);
});
