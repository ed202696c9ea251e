import { assertEquals, assertRejects } from "@std/assert";
import { BodyTooLargeError } from "../../src/errors.ts";
import type { Progress } from "../../src/http/body.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { progressLayer } from "../../src/policy/progress.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, type settingsOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";

const GET = requestOf("GET", "https://a.example/");
const collect = collectLayer(new RetryPlanner());

function start(
  t: TestContext,
  reply: Reply,
  given: Parameters<typeof settingsOf>[0] = {},
  streamed = false,
): { test: TestCall; told: Progress[] } {
  const told: Progress[] = [];
  const test = new TestCall([reply], { onDownloadProgress: (progress) => void told.push(progress), ...given }, {
    streamed,
  });
  watchLeaks(t, () => test.held);
  return { test, told };
}

test("progressLayer() tells how far a buffered body has come", async (t) => {
  const { test, told } = start(t, { body: ["ab", 5, "cde"], announced: true });
  assertEquals((await test.send(GET, collect, progressLayer)).text(), "abcde");
  assertEquals(told, [{ bytes: 2, total: 5 }, { bytes: 5, total: 5 }]);
});

test("progressLayer() tells how far a streamed body has come", async (t) => {
  const { test, told } = start(t, { body: ["ab", "cde"] }, {}, true);
  const { live } = await test.send(GET, progressLayer);
  assertEquals(told, []);
  while (await live!.read() !== null);
  assertEquals(told, [{ bytes: 2, total: undefined }, { bytes: 5, total: undefined }]);
});

test("progressLayer() keeps the limit of a buffered body", async (t) => {
  for (const announced of [true, false]) {
    const { test } = start(t, { body: ["ab", "cde"], announced }, { limits: { body: 4 } });
    await assertRejects(() => test.send(GET, collect, progressLayer), BodyTooLargeError, "stream()");
    assertEquals(test.net.bodies[0]!.ended, "cancelled");
  }
});

test("progressLayer() does not let its callback change the call", async (t) => {
  const { test } = start(t, { body: ["ab"] }, {
    onDownloadProgress: () => {
      throw new Error("x");
    },
  });
  assertEquals((await test.send(GET, collect, progressLayer)).text(), "ab");
});

test("progressLayer() leaves a response without a body, and all of them when off, alone", async (t) => {
  const { test, told } = start(t, {});
  assertEquals((await test.send(GET, progressLayer)).live, null);
  assertEquals(told, []);
  const off = start(t, { body: "x" }, { onDownloadProgress: null });
  const { live } = await off.test.send(GET, progressLayer);
  assertEquals(live === off.test.net.bodies[0], true);
  live!.cancel();
});
