import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HTTPError, SocketError } from "../../src/errors.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { raiseLayer } from "../../src/policy/raise.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";

const GET = requestOf("GET", "https://a.example/");
const collect = collectLayer(new RetryPlanner());
const notOk = (response: HttpResponse): boolean => !response.ok;

function start(
  t: TestContext,
  reply: Reply,
  raise: ((response: HttpResponse) => boolean) | null = notOk,
  streamed = false,
): TestCall {
  const test = new TestCall([reply], { raise, limits: { drain: 10 } }, { streamed });
  watchLeaks(t, () => test.held);
  return test;
}

test("raiseLayer() raises what the settings pick", async (t) => {
  const error = await assertRejects(
    () => start(t, { status: 404, body: "none" }).send(GET, raiseLayer, collect),
    HTTPError,
  ) as HTTPError;
  assertEquals([error.status, error.bodySnippet], [404, "none"]);
  assertEquals((await start(t, { status: 204 }).send(GET, raiseLayer, collect)).status, 204);
  assertEquals((await start(t, { status: 404, body: "x" }, null).send(GET, raiseLayer, collect)).status, 404);
  const teapots = (response: HttpResponse): boolean => response.status === 200;
  await assertRejects(() => start(t, { status: 200 }, teapots).send(GET, raiseLayer, collect), HTTPError);
  assertEquals((await start(t, { status: 500 }, teapots).send(GET, raiseLayer, collect)).status, 500);
});

test("raiseLayer() reads a short body of a streamed call for the error", async (t) => {
  const test = start(t, { status: 500, body: ["why", 5, " not"] }, notOk, true);
  const error = await assertRejects(() => test.send(GET, raiseLayer), HTTPError) as HTTPError<HttpResponse>;
  assertEquals([error.bodySnippet, error.response.text()], ["why not", "why not"]);
});

test("raiseLayer() drops a long or broken body of a streamed call", async (t) => {
  for (const body of [["x".repeat(11)], ["x", new SocketError("reset")]]) {
    const test = start(t, { status: 500, body }, notOk, true);
    const error = await assertRejects(() => test.send(GET, raiseLayer), HTTPError) as HTTPError<HttpResponse>;
    assertEquals([error.status, error.bodySnippet, error.response.live], [500, "", null]);
  }
});

test("raiseLayer() fails with what the caller's function throws", async (t) => {
  const own = new Error("own");
  const test = start(
    t,
    { status: 200, body: ["stall"] },
    () => {
      throw own;
    },
    true,
  );
  assertStrictEquals(await assertRejects(() => test.send(GET, raiseLayer)), own);
  assertEquals(test.net.bodies[0]!.ended, "cancelled");
});
