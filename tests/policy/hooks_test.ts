import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { Hooks } from "../../src/core/hooks.ts";
import { JetstreamError, SocketError } from "../../src/errors.ts";
import { AttemptRecord } from "../../src/http/record.ts";
import { HttpResponse } from "../../src/http/response.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { MemoryBody } from "../../src/http/memory_body.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { hooksLayer } from "../../src/policy/hooks.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { encode } from "../support/bodies.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";

const GET = requestOf("GET", "https://a.example/");
const collect = collectLayer(new RetryPlanner());

function start(
  t: TestContext,
  hooks: Hooks | null,
  replies: readonly Reply[] = [{ body: "x" }],
  streamed = false,
): TestCall {
  const test = new TestCall(replies, { hooks, tag: "tag" }, { streamed });
  watchLeaks(t, () => test.held);
  return test;
}

function answer(test: TestCall, status: number, text: string): HttpResponse {
  return new HttpResponse({
    status,
    reason: "",
    version: "1.1",
    headers: HeaderList.empty,
    request: GET,
    body: null,
    attempt: new AttemptRecord(0, "first", GET, 0, 0),
    call: test.call,
  }).complete(encode(text));
}

test("hooksLayer() runs request hooks in order, each on what the last one made", async (t) => {
  const seen: unknown[] = [];
  const test = start(t, {
    request: [
      ({ request, tag }) => {
        seen.push(request.headers.get("x"), tag);
        return request.withHeader("X", "1");
      },
      () => {},
      ({ request }) => Promise.resolve(request.withHeader("X", `${request.headers.get("x")}2`)),
    ],
  });
  await test.send(GET, hooksLayer, collect);
  assertEquals(seen, [null, "tag"]);
  assertEquals(test.net.requests[0]!.headers.get("x"), "12");
});

test("hooksLayer() takes a request hook's response as the answer", async (t) => {
  let later = 0;
  const told: number[] = [];
  const test: TestCall = start(t, {
    request: [() => answer(test, 299, "made"), () => void later++],
    response: [({ response }) => void told.push(response.status)],
  });
  const response = await test.send(GET, hooksLayer, collect);
  assertEquals([response.status, response.text()], [299, "made"]);
  assertEquals([test.net.requests.length, later, told], [0, 0, [299]]);
});

test("hooksLayer() shows response hooks the final response and lets them replace it", async (t) => {
  const seen: unknown[] = [];
  const test: TestCall = start(t, {
    response: [
      ({ request, response, tag }) => {
        seen.push(request.method, response.text(), tag);
        return answer(test, 201, "other");
      },
      ({ response }) => void seen.push(response.status),
    ],
  });
  const response = await test.send(GET, hooksLayer, collect);
  assertEquals([seen, response.text()], [["GET", "x", "tag", 201], "other"]);
});

test("hooksLayer() drops a live response that a hook replaces, but not one that goes on", async (t) => {
  const replacing: TestCall = start(t, { response: [() => answer(replacing, 200, "other")] }, [{ body: ["x"] }], true);
  await replacing.send(GET, hooksLayer);
  assertEquals(replacing.net.bodies[0]!.log, ["discard 65536"]);

  const keeping = start(t, { response: [({ response }) => response.withBody(response.live)] }, [{ body: ["x"] }], true);
  const response = await keeping.send(GET, hooksLayer);
  assertEquals(keeping.net.bodies[0]!.log, []);
  await response.live!.collect(10);
});

test("hooksLayer() fails by the name of the hook, the failure kept as cause", async (t) => {
  const cause = new SocketError("of the hook itself, with a s3cret");
  for (const phase of ["request", "response"] as const) {
    const test = start(t, {
      [phase]: [async function signs(): Promise<void> {
        await Promise.reject(cause);
      }],
    });
    const error = await assertRejects(() => test.send(GET, hooksLayer, collect), JetstreamError);
    assertEquals(error.message, `The ${phase} hook "signs" failed`);
    assertEquals([error.code, error.phase, error.retryable], ["HOOK_FAILED", "hook", false]);
    assertStrictEquals(error.cause, cause);
  }
});

test("hooksLayer() cancels the body when a response hook fails", async (t) => {
  const test = start(t, { response: [() => Promise.reject(new Error("x"))] }, [{ body: ["stall"] }], true);
  await assertRejects(() => test.send(GET, hooksLayer), JetstreamError);
  assertEquals(test.net.bodies[0]!.ended, "cancelled");
});

test("hooksLayer() says what a hook may return", async (t) => {
  const rows: readonly [phase: "request" | "response", value: unknown, part: string][] = [
    ["request", "x", "returned a string, expected an HttpRequest, an HttpResponse or nothing"],
    ["request", null, "returned null"],
    ["response", GET, "returned a HttpRequest, expected an HttpResponse or nothing"],
  ];
  for (const [phase, value, part] of rows) {
    const test = start(t, { [phase]: [() => value as never] });
    const error = await assertRejects(() => test.send(GET, hooksLayer, collect), TypeError);
    assertStringIncludes(error.message, part);
  }
});

test("hooksLayer() tells error hooks every failure, once, and lets them replace it", async (t) => {
  const failure = new SocketError("reset");
  const told: unknown[] = [];
  const test = start(t, { error: [({ error, request, tag }) => void told.push(error, request, tag)] }, [{
    error: failure,
  }]);
  assertStrictEquals(await assertRejects(() => test.send(GET, hooksLayer, collect)), failure);
  assertEquals(told, [failure, GET, "tag"]);

  const other = new Error("other");
  const chain: unknown[] = [];
  const replacing = start(
    t,
    { error: [() => other, ({ error }) => void chain.push(error)] },
    [{ error: failure }],
  );
  assertStrictEquals(await assertRejects(() => replacing.send(GET, hooksLayer, collect)), other);
  assertEquals(chain, [other]);
});

test("hooksLayer() tells error hooks the failure of another hook", async (t) => {
  const told: unknown[] = [];
  const test = start(t, {
    request: [({ request }) => request.withHeader("X", "1"), () => Promise.reject(new Error("x"))],
    error: [({ error }) => void told.push((error as JetstreamError).code)],
  });
  await assertRejects(() => test.send(GET, hooksLayer, collect), JetstreamError);
  assertEquals(told, ["HOOK_FAILED"]);
});

test("hooksLayer() survives an error hook that fails or returns no error", async (t) => {
  const cause = new Error("within");
  const test = start(t, { error: [() => Promise.reject(cause)] }, [{ error: new SocketError("reset") }]);
  const error = await assertRejects(() => test.send(GET, hooksLayer, collect), JetstreamError);
  assertEquals([error.message, error.cause], ["The error hook failed", cause]);
  const wrong = start(t, { error: [() => "x" as never] }, [{ error: new SocketError("reset") }]);
  await assertRejects(() => wrong.send(GET, hooksLayer, collect), TypeError, "expected an Error or nothing");
});

test("hooksLayer() does nothing without hooks", async (t) => {
  const test = start(t, null);
  assertEquals((await test.send(GET, hooksLayer, collect)).text(), "x");
  const memory = answer(test, 200, "y").withBody(new MemoryBody(encode("y")));
  assertStrictEquals(await hooksLayer(GET, () => Promise.resolve(memory), test.call), memory);
});
