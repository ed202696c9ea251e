import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { resolveRedirect } from "../../src/client/redirect_options.ts";
import { resolveRetry } from "../../src/client/retry.ts";
import type { Settings } from "../../src/core/settings.ts";
import { BodyTooLargeError, IncompleteReadError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, TestCall } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

const GET = requestOf("GET", "https://a.example/");
const collect = collectLayer(new RetryPlanner());

test("collectLayer() completes a response", async (t) => {
  const test = new TestCall([{ body: ["he", 10, "llo"] }]);
  watchLeaks(t, () => test.held);
  const response = await test.send(GET, collect);
  assertEquals([response.text(), response.live, response.trailers], ["hello", null, HeaderList.empty]);
});

test("collectLayer() takes no turn of the loop for a body that has arrived", async () => {
  const turns = async (body: Reply["body"]): Promise<number> => {
    const test = new TestCall([{}]);
    const reply = await test.start(GET);
    const response = reply.withBody(
      body === undefined ? null : (await new TestCall([{ body }]).start(GET)).live,
    );
    let settled = false;
    void collect(GET, () => Promise.resolve(response), test.call).then(() => settled = true);
    let count = 0;
    for (; !settled && count < 50; count++) await undefined;
    return count;
  };
  assertEquals(await turns("here"), await turns(undefined));
});

test("collectLayer() leaves the body of a streamed call on the wire", async () => {
  const test = new TestCall([{ body: "x" }], {}, { streamed: true });
  const response = await test.send(GET, collect);
  assertEquals([response.live, test.net.bodies[0]!.log], [test.net.bodies[0]!, []]);
});

test("collectLayer() names the limit and the way around it", async (t) => {
  for (const announced of [true, false]) {
    const test = new TestCall([{ body: ["12345", "6"], announced }], { limits: { body: 5 } });
    watchLeaks(t, () => test.held);
    const error = await assertRejects(() => test.send(GET, collect), BodyTooLargeError);
    assertEquals(error.limit, 5);
    assertStringIncludes(error.message, "limits.body");
    assertStringIncludes(error.message, "stream()");
    assertEquals(test.net.bodies[0]!.ended, "cancelled");
  }
});

test("collectLayer() lets a failure of the body pass as it is", async () => {
  const cut = new IncompleteReadError("cut", { received: 1 });
  const test = new TestCall([{ body: ["x", cut] }]);
  assertEquals(await assertRejects(() => test.send(GET, collect)), cut);
});

const redirect = resolveRedirect({});
const retry = resolveRetry({});

const ROWS: readonly [name: string, reply: Reply, given: Partial<Settings>, kept: boolean][] = [
  ["200", { status: 200 }, { redirect, retry }, true],
  ["302 with Location", { status: 302, headers: { Location: "/x" } }, { redirect, retry }, false],
  ["302 that will be refused", { status: 302, headers: { Location: "file:///" } }, { redirect }, false],
  ["302 without Location", { status: 302 }, { redirect, retry }, true],
  ["302, redirects off", { status: 302, headers: { Location: "/x" } }, { retry }, true],
  ["302, a policy may say stop", { status: 302, headers: { Location: "/x" } }, {
    redirect: resolveRedirect({ policy: () => "follow" }),
  }, true],
  ["503", { status: 503 }, { redirect, retry }, false],
  ["503, retries off", { status: 503 }, { redirect }, true],
  ["503, over the cap", { status: 503, headers: { "Retry-After": "3600" } }, { retry }, true],
  ["503, said no", { status: 503 }, { retry: resolveRetry({ when: () => false }) }, true],
  ["200, said yes", { status: 200 }, { retry: resolveRetry({ when: () => true }) }, false],
  ["404", { status: 404 }, { redirect, retry }, true],
];

test("collectLayer() reads what will be handed out and drops the rest", async (t) => {
  for (const [name, reply, given, kept] of ROWS) {
    const test = new TestCall([{ ...reply, body: "text" }], given, {});
    watchLeaks(t, () => test.held);
    const response = await test.send(GET, collectLayer(new RetryPlanner()));
    assertEquals(response.loaded !== undefined, kept, name);
    assertEquals(test.net.bodies[0]!.log, kept ? ["collect"] : ["discard 65536"], name);
  }
});
