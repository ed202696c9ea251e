import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { resolveRedirect } from "../../src/client/redirect_options.ts";
import { resolveRetry, type RetryOptions } from "../../src/client/retry.ts";
import type { RetryHookState } from "../../src/core/hooks.ts";
import type { RetryState } from "../../src/core/settings.ts";
import {
  AbortError,
  ConnectError,
  IncompleteReadError,
  JetstreamError,
  SocketError,
  TimeoutError,
} from "../../src/errors.ts";
import { BytesBody, OnceBody } from "../../src/http/bodies/kinds.ts";
import { BytesReader } from "../../src/http/bodies/readers.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { redirectLayer } from "../../src/policy/redirect.ts";
import { retryLayer } from "../../src/policy/retry.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { encode } from "../support/bodies.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, type settingsOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";

const A = "https://a.example/";
const STEADY: RetryOptions = { jitter: "none", backoff: () => 100 };
const GET = requestOf("GET", A);
const body = new BytesBody(encode("payload"), null, "text");

type Given = Parameters<typeof settingsOf>[0];

function start(
  t: TestContext,
  replies: ConstructorParameters<typeof TestCall>[0],
  options: RetryOptions = {},
  given: Given = {},
  streamed = false,
): TestCall {
  const test = new TestCall(replies, { retry: resolveRetry({ ...STEADY, ...options }), ...given }, { streamed });
  watchLeaks(t, () => test.held);
  return test;
}

function send(test: TestCall, request = GET): Promise<HttpResponse> {
  const planner = new RetryPlanner();
  return test.send(request, retryLayer(planner), collectLayer(planner));
}

const busy: Reply = { status: 503, body: "busy" };
const fine: Reply = { body: "fine" };

test("retryLayer() sends again after a status and a wait", async (t) => {
  const test = start(t, [busy, busy, fine], { backoff: (retry) => retry * 100 });
  const response = await send(test);
  assertEquals([response.status, response.text()], [200, "fine"]);
  assertEquals(test.net.times, [0, 100, 300]);
  assertEquals(test.call.attempts.map(({ cause, delay, status }) => [cause, delay, status]), [
    ["first", 0, 503],
    ["retry", 100, 503],
    ["retry", 200, 200],
  ]);
  assertEquals(test.story, ["retry 100 status 503", "retry 200 status 503"]);
});

test("retryLayer() sends again after a failure", async (t) => {
  const test = start(t, [{ error: new ConnectError("refused") }, { error: new SocketError("reset") }, fine]);
  assertEquals((await send(test)).text(), "fine");
  assertEquals(test.story, ["retry 100 CONNECT_FAILED", "retry 100 SOCKET_FAILED"]);
});

test("retryLayer() sends again after a body that was cut short", async (t) => {
  const cut = new IncompleteReadError("cut", { received: 2, expected: 9 });
  const test = start(t, [{ body: ["fi", cut] }, fine]);
  assertEquals((await send(test)).text(), "fine");
  assertEquals(test.call.retries, 1);
});

test("retryLayer() drops what it retries, raw and within the limit, before the next attempt", async (t) => {
  const test = start(t, [{ status: 503, body: ["x".repeat(100)] }, busy, fine], {}, { limits: { drain: 10 } });
  await send(test);
  assertEquals(test.net.bodies.map(({ ended }) => ended), ["cancelled", "discarded", "whole"]);
  assertEquals(test.net.bodies[1]!.log, ["discard 10"]);
});

test("retryLayer() drops what it retries when the call streams", async (t) => {
  const test = start(t, [busy, fine], {}, {}, true);
  const response = await send(test);
  assertEquals(test.net.bodies.map(({ ended }) => ended), ["discarded", undefined]);
  await response.live!.collect(10);
});

test("retryLayer() gives the last outcome back when the retries are used", async (t) => {
  const test = start(t, [busy], { max: 2 });
  const response = await send(test);
  assertEquals([response.status, response.text(), test.net.requests.length], [503, "busy", 3]);
  assertStringIncludes(test.call.attempt!.notRetried!, "retry.max");
  assertStringIncludes(test.story.at(-1)!, "retry-refused all 2 retries");

  const failure = new SocketError("reset");
  const failing = start(t, [{ error: failure }], { max: 1 });
  assertStrictEquals(await assertRejects(() => send(failing)), failure);
  assertEquals(failing.net.requests.length, 2);
});

test("retryLayer() lets other outcomes pass untouched", async (t) => {
  const test = start(t, [{ status: 404, body: "none" }]);
  assertEquals((await send(test)).text(), "none");
  assertEquals([test.call.attempt!.notRetried, test.story], [undefined, []]);
  const own = new Error("of a layer of the user");
  const failing = start(t, [{ error: own }]);
  assertStrictEquals(await assertRejects(() => send(failing)), own);
  assertEquals(failing.net.requests.length, 1);
});

const REFUSED: readonly [name: string, request: typeof GET, reply: Reply, options: RetryOptions, part: string][] = [
  ["POST", requestOf("POST", A, {}, body), busy, {}, "Idempotency-Key"],
  [
    "a body that is read once",
    requestOf("PUT", A, {}, new OnceBody("a ReadableStream", () => new BytesReader(encode("x")))),
    busy,
    {},
    "a ReadableStream",
  ],
  ["Retry-After over the cap", GET, { ...busy, headers: { "Retry-After": "3600" } }, {}, "3600000 ms, over 30000 ms"],
  [
    "Retry-After past all reason",
    GET,
    { ...busy, headers: { "Retry-After": "9".repeat(50) } },
    {},
    "retry.maxRetryAfter",
  ],
  ["the caller said no", GET, busy, { when: () => false }, "retry.when"],
  ["no budget", GET, busy, { budget: { floor: 0, ratio: 0 } }, "retry.budget"],
];

test("retryLayer() says on the attempt and by an event why there is no retry", async (t) => {
  for (const [name, request, reply, options, part] of REFUSED) {
    const test = start(t, [reply], options);
    const response = await send(test, request);
    assertEquals([response.status, response.text(), test.net.requests.length], [503, "busy", 1], name);
    assertStringIncludes(test.call.attempt!.notRetried ?? "", part, name);
    assertEquals(test.story.length, 1, name);
    assertStringIncludes(test.story[0]!, `retry-refused ${test.call.attempt!.notRetried}`, name);
  }
});

test("retryLayer() says on the attempt why a failure was not retried", async (t) => {
  const test = start(t, [{ error: new SocketError("reset") }]);
  await assertRejects(() => send(test, requestOf("POST", A, {}, body)), SocketError);
  assertStringIncludes(test.call.attempt!.notRetried!, "POST is not retried without an Idempotency-Key");
});

test("retryLayer() leaves Retry-After readable when it is over the cap", async (t) => {
  const test = start(t, [{ ...busy, headers: { "Retry-After": "3600" } }]);
  const response = await send(test);
  assertEquals([response.retryAfter, test.clock.pending], [3_600_000, 0]);
});

test("retryLayer() waits as long as the server asks", async (t) => {
  const test = start(t, [{ ...busy, headers: { "Retry-After": "7" } }, fine]);
  await send(test);
  assertEquals(test.net.times, [0, 7_000]);
});

test("retryLayer() sends one key with each attempt of a call", async (t) => {
  let made = 0;
  const test = start(t, [busy, busy, fine], { idempotencyKey: () => `key-${++made}` });
  await send(test, requestOf("POST", A, {}, body));
  assertEquals(test.net.requests.map(({ headers }) => headers.get("idempotency-key")), ["key-1", "key-1", "key-1"]);
  assertEquals(test.net.requests.every((request) => request.body === body), true);
});

test("retryLayer() leaves the caller's own key and idempotent methods alone", async (t) => {
  const own = start(t, [busy, fine], { idempotencyKey: () => "made" });
  await send(own, requestOf("POST", A, { "Idempotency-Key": "own" }, body));
  assertEquals(own.net.requests.map(({ headers }) => headers.get("idempotency-key")), ["own", "own"]);
  const get = start(t, [fine], { idempotencyKey: () => "made" });
  await send(get);
  assertEquals(get.net.requests[0]!.headers.has("idempotency-key"), false);
});

test("retryLayer() keeps the key over hops of the same call", async (t) => {
  const planner = new RetryPlanner();
  let made = 0;
  const test = start(
    t,
    [{ status: 307, headers: { Location: "/next" } }, fine],
    { idempotencyKey: () => `key-${++made}` },
    { redirect: resolveRedirect({}) },
  );
  await test.send(requestOf("POST", A, {}, body), redirectLayer, retryLayer(planner), collectLayer(planner));
  assertEquals(test.net.requests.map(({ headers }) => headers.get("idempotency-key")), ["key-1", "key-1"]);
});

test("retryLayer() counts the retries of a call over all its hops", async (t) => {
  const planner = new RetryPlanner();
  const test = start(t, [busy, { status: 302, headers: { Location: "/next" } }, busy, busy], { max: 2 }, {
    redirect: resolveRedirect({}),
  });
  const response = await test.send(GET, redirectLayer, retryLayer(planner), collectLayer(planner));
  assertEquals([response.status, test.net.requests.length], [503, 4]);
  assertEquals(test.call.attempts.map(({ cause }) => cause), ["first", "retry", "redirect", "retry"]);
});

test("retryLayer() asks `when` about each outcome, response bodies unread", async (t) => {
  const asked: (readonly unknown[])[] = [];
  const when = ({ request, response, error, retry, decision }: RetryState): undefined => {
    asked.push([request.method, response?.status, error?.code, retry, decision, response?.loaded]);
  };
  const test = start(t, [busy, { error: new SocketError("reset") }, fine], { max: 3, when });
  await send(test);
  assertEquals(asked, [
    ["GET", 503, undefined, 1, true, undefined],
    ["GET", undefined, "SOCKET_FAILED", 2, true, undefined],
    ["GET", 200, undefined, 3, false, undefined],
  ]);
});

test("retryLayer() lets `when` override the decision, later too", async (t) => {
  const whenHeader = ({ response }: RetryState): Promise<boolean> =>
    Promise.resolve(response?.headers.has("x-not-yet") ?? false);
  const test = start(t, [{ headers: { "X-Not-Yet": "1" }, body: "…" }, busy], { when: whenHeader });
  const response = await send(test);
  assertEquals([response.status, test.net.requests.length], [503, 2]);
  assertEquals(test.story[0], "retry 100 retry.when");

  const post = start(t, [busy, fine], { when: ({ response }) => response?.status === 503 });
  await send(post, requestOf("POST", A, {}, body));
  assertEquals(post.net.requests.length, 2, "over the objection to POST");
});

test("retryLayer() does not let `when` send again what is used up", async (t) => {
  let asked = 0;
  const when = (): boolean => ++asked > 0;
  const once = requestOf("PUT", A, {}, new OnceBody("a ReadableStream", () => new BytesReader(encode("x"))));
  const test = start(t, [busy], { when });
  await send(test, once);
  assertEquals([test.net.requests.length, asked], [1, 0]);
  const limited = start(t, [fine], { when, max: 3 });
  await send(limited);
  assertEquals(limited.net.requests.length, 4);
});

test("retryLayer() fails with what `when` throws and leaves nothing open", async (t) => {
  const own = new Error("own");
  for (const streamed of [false, true]) {
    const test = start(t, [busy], { when: () => Promise.reject(own) }, {}, streamed);
    assertStrictEquals(await assertRejects(() => send(test)), own);
    assertEquals(test.net.bodies[0]!.ended, "cancelled");
  }
});

test("retryLayer() lets a hook replace the request of the next attempt", async (t) => {
  const states: unknown[] = [];
  const hooks = {
    retry: [({ request, response, error, retry, delay, tag }: RetryHookState) => {
      states.push([request.url.target, response?.status, error?.code, retry, delay, tag]);
      return request.withHeader("X-Retry", String(retry));
    }],
  };
  const test = start(t, [busy, { error: new SocketError("reset") }, fine], {}, { hooks, tag: "t" });
  await send(test);
  assertEquals(states, [["/", 503, undefined, 1, 100, "t"], ["/", undefined, "SOCKET_FAILED", 2, 100, "t"]]);
  assertEquals(test.net.requests.map(({ headers }) => headers.get("x-retry")), [null, "1", "2"]);
});

test("retryLayer() stops by a hook that throws or returns something else", async (t) => {
  const cause = new Error("enough");
  const test = start(t, [busy], {}, {
    hooks: {
      retry: [() => {
        throw cause;
      }],
    },
  });
  const error = await assertRejects(() => send(test), JetstreamError);
  assertEquals([error.code, error.cause], ["HOOK_FAILED", cause]);
  assertNotEquals(test.net.bodies[0]!.ended, undefined);
  const wrong = start(t, [busy], {}, { hooks: { retry: [() => "no" as never] } });
  await assertRejects(() => send(wrong), TypeError, "returned a string");
});

test("retryLayer() ends a wait with the call", async (t) => {
  const test = start(t, [{ ...busy, headers: { "Retry-After": "20" } }]);
  const planner = new RetryPlanner();
  const failed = assertRejects(() => test.start(GET, retryLayer(planner), collectLayer(planner)), AbortError);
  await test.clock.tick(5_000);
  assertEquals(test.clock.held, 1, "the wait holds the process");
  test.call.cancel.cancel(new AbortError("x", { reason: 1 }));
  await failed;
  assertEquals([test.net.requests.length, test.clock.held], [1, 0]);
});

test("retryLayer() does not retry what failed because the call ended", async (t) => {
  const test = start(t, [{ delay: 100 }], { on: ["connect", "reset", "timeout"] }, { timeout: { total: 50 } });
  const error = await assertRejects(() => send(test), TimeoutError);
  assertEquals([error.phase, test.net.requests.length], ["total", 1]);
});

test("retryLayer() ends at the total limit to the millisecond, however many retries are left", async (t) => {
  const test = start(t, [{ ...busy, delay: 90 }], { max: 5, backoff: () => 20 }, { timeout: { total: 500 } });
  const started = test.clock.now();
  const error = await assertRejects(() => send(test), TimeoutError);
  assertEquals([error.phase, error.limit, test.clock.now() - started], ["total", 500, 500]);
  assertEquals(test.net.times, [0, 110, 220, 330, 440]);
});

test("retryLayer() does not wait for an attempt that the total limit leaves no time for", async (t) => {
  const test = start(t, [busy], { max: 5, backoff: (retry) => 100 * 2 ** (retry - 1) }, { timeout: { total: 500 } });
  const started = test.clock.now();
  const response = await send(test);
  assertEquals([response.status, test.net.times, test.clock.now() - started], [503, [0, 100, 300], 300]);
  assertStringIncludes(test.call.attempt!.notRetried!, "400 ms is over the 200 ms left");
  test.call.settle();
});

test("retryLayer() stops when the budget of the origin is used up", async (t) => {
  const planner = new RetryPlanner();
  const settings = { budget: { floor: 3, ratio: 0, window: 10_000 }, max: 2 };
  const sent: number[] = [];
  let last: TestCall | undefined;
  for (let i = 0; i < 4; i++) {
    last = start(t, [busy], settings);
    const response = await last.send(GET, retryLayer(planner), collectLayer(planner));
    assertEquals([response.status, response.text()], [503, "busy"]);
    sent.push(last.net.requests.length);
  }
  assertEquals(sent, [3, 2, 1, 1]);
  assertStringIncludes(last!.call.attempt!.notRetried!, "budget");
  const other = start(t, [busy, fine], settings);
  await other.send(requestOf("GET", "https://b.example/"), retryLayer(planner), collectLayer(planner));
  assertEquals(other.net.requests.length, 2, "another origin has its own");
});

test("retryLayer() counts requests for the budget without reading the clock", async (t) => {
  const test = start(t, [fine]);
  const planner = new RetryPlanner();
  test.call.clock.now();
  test.clock.reads = 0;
  await test.start(GET, retryLayer(planner));
  // Two are the transport's.
  assertEquals(test.clock.reads, 2);
  await test.net.bodies[0]!.collect(10);
});

test("retryLayer() does nothing when retries are off", async (t) => {
  const test = start(t, [busy], {}, { retry: null });
  assertEquals((await send(test)).text(), "busy");
  assert(test.net.requests.length === 1 && test.story.length === 0);
});
