import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { Layer, Next } from "../../src/core/layer.ts";
import { SocketError } from "../../src/errors.ts";
import type { HttpRequest } from "../../src/http/request.ts";
import { callLayers, networkLayers } from "../../src/policy/user_layers.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";

const GET = requestOf("GET", "https://a.example/");
const LEVELS = [["call", callLayers], ["network", networkLayers]] as const;

function start(
  t: TestContext,
  level: "call" | "network",
  layers: readonly Layer[],
  replies: readonly Reply[] = [{ body: ["x"] }],
): TestCall {
  const test = new TestCall(replies, { [`${level}Layers`]: layers }, { streamed: true });
  watchLeaks(t, () => ({ ...test.held, bodies: 0 }));
  return test;
}

function marks(name: string): Layer {
  return async (request, next) => {
    const response = await next(request.withHeader("X", `${request.headers.get("x") ?? ""}${name}`));
    return response.withBody(response.live, response.headers.withAppended("X", name));
  };
}

test("user layers run in order, outermost first", async (t) => {
  for (const [level, layer] of LEVELS) {
    const test = start(t, level, [marks("a"), marks("b"), marks("c")]);
    const response = await test.send(GET, layer);
    assertEquals([test.net.requests[0]!.headers.get("x"), response.headers.get("x")], ["abc", "c, b, a"]);
    await response.live!.collect(10);
  }
});

test("user layers get the call and pass failures on", async (t) => {
  for (const [level, layer] of LEVELS) {
    const failure = new SocketError("reset");
    const seen: unknown[] = [];
    const spy: Layer = (request, next, call) => {
      seen.push(call);
      return next(request);
    };
    const test = start(t, level, [spy], [{ error: failure }]);
    assertStrictEquals(await assertRejects(() => test.send(GET, layer)), failure);
    assertEquals(seen, [test.call]);
    const own = new Error("own");
    const failing = start(t, level, [() => Promise.reject(own)]);
    assertStrictEquals(await assertRejects(() => failing.send(GET, layer)), own);
  }
});

test("a call-level layer may answer itself, and send again what it has dropped", async (t) => {
  const silent = start(t, "call", []);
  const response = await silent.send(GET);
  response.live!.cancel();
  const answering = start(t, "call", [() => Promise.resolve(response)]);
  assertStrictEquals(await answering.send(GET, callLayers), response);
  assertEquals(answering.net.requests.length, 0);

  const again = start(t, "call", [async (request, next) => {
    const first = await next(request);
    await first.drop(100);
    return await next(request);
  }], [{ status: 503, body: ["busy"] }, { body: ["fine"] }]);
  const second = await again.send(GET, callLayers);
  assertEquals([second.status, (await second.live!.collect(10)).length], [200, 4]);
});

test("a call-level layer may go on after a failure", async (t) => {
  const test = start(t, "call", [(request, next) => next(request).catch(() => next(request))], [
    { error: new SocketError("reset") },
    { body: ["fine"] },
  ]);
  const response = await test.send(GET, callLayers);
  assertEquals([response.status, (await response.live!.collect(10)).length], [200, 4]);
});

type Misuse = readonly [name: string, level: "call" | "network" | "both", layer: Layer, part: string];

const MISUSES: readonly Misuse[] = [
  [
    "returns nothing",
    "both",
    (async (request: HttpRequest, next: Next) => {
      await next(request);
    }) as unknown as Layer,
    "returned undefined, expected an HttpResponse",
  ],
  ["returns something else", "both", (() => "x") as unknown as Layer, "returned a string, expected an HttpResponse"],
  [
    "sends something else",
    "both",
    (_request, next) => next("https://a.example/" as never),
    "called next with a string, expected an HttpRequest",
  ],
  ["sends again without dropping", "call", async (request, next) => {
    await next(request);
    return await next(request);
  }, "last response still open"],
  ["sends twice at a time", "call", async (request, next) => {
    const [one] = await Promise.all([next(request), next(request)]);
    return one;
  }, "one at a time"],
  ["sends twice", "network", async (request, next) => {
    const first = await next(request);
    await first.drop(100);
    return await next(request);
  }, "called next twice, expected exactly once"],
  ["swallows the misuse", "network", async (request, next) => {
    const first = await next(request);
    await next(request).catch(() => {});
    return first;
  }, "called next twice"],
  ["does not wait", "both", async (request, next) => {
    const first = await next(request).catch((error) => Promise.reject(error));
    void next(request).catch(() => {});
    return first;
  }, "next"],
];

test("user layers that misuse next fail the call and leave nothing open", async (t) => {
  for (const [name, at, layer, part] of MISUSES) {
    for (const [level, runner] of LEVELS) {
      if (at !== "both" && at !== level) continue;
      const test = start(t, level, [Object.defineProperty(layer, "name", { value: "mine" })]);
      const error = await assertRejects(() => test.send(GET, runner), TypeError, undefined, `${name}, ${level}`);
      assertStringIncludes(error.message, `The ${level}-level layer "mine" `, name);
      assertStringIncludes(error.message, part, name);
      assertEquals(test.net.bodies.filter(({ ended }) => ended === undefined), [], `${name}, ${level}`);
    }
  }
});

test("a network-level layer must call next", async (t) => {
  const ready = await start(t, "call", []).send(GET);
  const test = start(t, "network", [() => Promise.resolve(ready)]);
  await assertRejects(() => test.send(GET, networkLayers), TypeError, "did not call next, expected exactly once");
  assertEquals(test.net.requests.length, 0);
});

test("a layer that returns before next has settled fails, and what comes later is cancelled", async (t) => {
  const ready = await start(t, "call", []).send(GET);
  const test = start(t, "call", [(request, next) => {
    void next(request);
    return Promise.resolve(ready);
  }], [{ delay: 10, body: ["late"] }]);
  await assertRejects(() => test.send(GET, callLayers), TypeError, "returned before its call of next had settled");
  await test.clock.tick(10);
  assertEquals(test.net.bodies.map(({ ended }) => ended), ["cancelled"]);
});

test("a layer that calls next after it has settled is told so", async (t) => {
  for (const [level, runner] of LEVELS) {
    let kept: (() => Promise<unknown>) | undefined;
    const test = start(t, level, [(request, next) => {
      kept = () => next(request);
      return next(request);
    }]);
    const response = await test.send(GET, runner);
    await assertRejects(() => kept!(), TypeError, "called next after it had settled");
    assertEquals(test.net.requests.length, 1);
    await response.live!.collect(10);
  }
});

test("a layer that fails after next leaves no response open", async (t) => {
  const own = new Error("own");
  const test = start(t, "call", [async (request, next) => {
    await next(request);
    throw own;
  }]);
  assertStrictEquals(await assertRejects(() => test.send(GET, callLayers)), own);
  assertEquals(test.net.bodies[0]!.ended, "cancelled");
});
