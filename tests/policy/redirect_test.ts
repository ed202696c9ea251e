import { assert, assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { type RedirectOptions, resolveRedirect } from "../../src/client/redirect_options.ts";
import { AbortError, JetstreamError, RedirectError, SocketError } from "../../src/errors.ts";
import { BytesBody } from "../../src/http/bodies/kinds.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { redirectLayer } from "../../src/policy/redirect.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { encode } from "../support/bodies.ts";
import { type Reply, requestOf, type settingsOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";
import { watchLeaks } from "../support/leaks.ts";

const A = "https://a.example";
const B = "https://b.example";

function to(location: string, status = 302, more: Partial<Reply> = {}): Reply {
  return { status, headers: { Location: location }, ...more };
}

function start(
  t: TestContext,
  replies: ConstructorParameters<typeof TestCall>[0],
  options: RedirectOptions = {},
  given: Parameters<typeof settingsOf>[0] = {},
  streamed = false,
): TestCall {
  const test = new TestCall(replies, { redirect: resolveRedirect(options), ...given }, { streamed });
  watchLeaks(t, () => test.held);
  return test;
}

const collect = collectLayer(new RetryPlanner());

test("redirectLayer() follows to the end and keeps the heads", async (t) => {
  const test = start(t, [to("/1", 301, { body: "moved" }), to("/2", 308, { body: "moved" }), { body: "done" }]);
  const response = await test.send(requestOf("GET", `${A}/0`), redirectLayer, collect);
  assertEquals([response.status, response.text(), response.url], [200, "done", `${A}/2`]);
  assertEquals(response.history.map((one) => [one.status, one.url]), [[301, `${A}/0`], [308, `${A}/1`]]);
  assertEquals(test.call.attempts.map(({ cause }) => cause), ["first", "redirect", "redirect"]);
});

test("redirectLayer() drops the body of a redirect raw, up to limits.drain", async (t) => {
  const test = start(
    t,
    [to("/1", 302, { body: "short" }), to("/2", 302, { body: ["x".repeat(100)] }), { body: "done" }],
    {},
    {
      limits: { drain: 10 },
    },
  );
  await test.send(requestOf("GET", `${A}/0`), redirectLayer, collect);
  assertEquals(test.net.bodies.map(({ ended }) => ended), ["discarded", "cancelled", "whole"]);
  assertEquals(test.net.bodies[0]!.log, ["discard 10"]);
  assertEquals(test.net.bodies[1]!.log, ["discard 10", "cancel"]);
});

test("redirectLayer() gives a body that does not end a quarter of a second", async (t) => {
  const test = start(t, [to("/1", 302, { body: ["x", "stall"] }), {}]);
  await test.send(requestOf("GET", `${A}/0`), redirectLayer, collect);
  assertEquals(test.net.times, [0, 250]);
  assertEquals(test.net.bodies[0]!.ended, "cancelled");
});

test("redirectLayer() drops the body itself when the call streams", async (t) => {
  const test = start(t, [to("/1", 302, { body: "moved" }), { body: ["done"] }], {}, {}, true);
  const response = await test.send(requestOf("GET", `${A}/0`), redirectLayer);
  assertEquals(test.net.bodies.map(({ ended }) => ended), ["discarded", undefined]);
  assertEquals(test.story.includes("hop-end 2 ok 200"), false, "the last hop ends with its body");
  await response.live!.collect(10);
  assertEquals(test.story.at(-1), "hop-end 2 ok 200");
});

test("redirectLayer() tells hops and redirects in order", async (t) => {
  const test = start(t, [to(`${B}/?token=s3cret`), {}]);
  await test.send(requestOf("GET", `${A}/`), redirectLayer, collect);
  assertEquals(test.story, [
    `hop-start 1 GET ${A}/`,
    "hop-end 1 ok 302",
    `redirect 302 ${A}/ ${B}/?token=***`,
    `hop-start 2 GET ${B}/?token=***`,
    "hop-end 2 ok 200",
  ]);
});

test("redirectLayer() ends the hop of a failure", async (t) => {
  const test = start(t, [to("/1"), { error: new SocketError("reset") }]);
  await assertRejects(() => test.send(requestOf("GET", `${A}/0`), redirectLayer, collect), SocketError);
  assertEquals(test.story.at(-1), "hop-end 2 error SOCKET_FAILED");
});

const REFUSALS: readonly [name: string, reply: Reply, options: RedirectOptions, part: string][] = [
  ["limit", to("/more"), { max: 3 }, "redirect.max"],
  ["loop", to("/"), {}, "loop"],
  ["downgrade", to("http://a.example/"), {}, "allowDowngrade"],
  ["other scheme", to("file:///x"), {}, "expected http: or https:"],
  ["malformed", to("https://"), {}, "no URL"],
  ["policy", to("/x"), { policy: () => "error" }, "redirect.policy"],
];

test("redirectLayer() fails with the history of what it refuses", async (t) => {
  for (const [name, reply, options, part] of REFUSALS) {
    const count = { n: 0 };
    const replies = name === "limit" ? [() => to(`/${count.n++}`, 302, { body: "x" })] : [{ ...reply, body: "x" }];
    const test = start(t, replies, options);
    const error = await assertRejects(
      () => test.send(requestOf("GET", `${A}/`), redirectLayer, collect),
      RedirectError,
    ) as RedirectError<HttpResponse>;
    assertStringIncludes(error.message, part, name);
    assertEquals(error.history.length, test.net.requests.length, name);
    assertEquals(error.history.at(-1)!.status, 302, name);
    assert(test.net.bodies.every(({ ended }) => ended !== undefined), name);
    assertEquals(test.story.at(-1), `hop-end ${test.net.requests.length} error 302 REDIRECT`, name);
  }
});

test("redirectLayer() finds a loop by the request as it went out, cookie included", async (t) => {
  // The first answer sets a cookie, which the layers within add: the second request is another one.
  const test = start(t, [to("/"), {}]);
  let sent = 0;
  const response = await test.send(
    requestOf("GET", `${A}/`),
    redirectLayer,
    collect,
    (request, next) => next(sent++ === 0 ? request : request.withHeader("Cookie", "seen=1")),
  );
  assertEquals(response.status, 200);
  const stuck = start(t, [to("/")]);
  await assertRejects(() => stuck.send(requestOf("GET", `${A}/`), redirectLayer, collect), RedirectError, "loop");
  assertEquals(stuck.net.requests.length, 2);
});

test("redirectLayer() does not give back what was stripped when the way leads home (A-B-A)", async (t) => {
  const test = start(t, [to(`${B}/`), to(`${A}/home`), to("/end"), {}]);
  await test.send(
    requestOf("GET", `${A}/`, { Authorization: "secret", "X-Key": "secret", Accept: "*/*" }),
    redirectLayer,
  );
  assertEquals(test.net.requests.map(({ headers }) => [...headers.keys()].join()), [
    "accept,authorization,x-key",
    "accept",
    "accept",
    "accept",
  ]);
});

test("redirectLayer() asks the policy at each hop with both URLs", async (t) => {
  const asked: unknown[] = [];
  const policy: RedirectOptions["policy"] = ({ from, to, status, method, hop }) => {
    asked.push([from.href, to.href, status, method, hop]);
    // What a policy does to its URLs changes nothing.
    to.hostname = "evil.example";
    return Promise.resolve("follow");
  };
  const test = start(t, [to("/1", 303), to(`${B}/2`), {}], { policy });
  const response = await test.send(
    requestOf("POST", `${A}/0`, {}, new BytesBody(encode("x"), null, "text")),
    redirectLayer,
    collect,
  );
  assertEquals(asked, [[`${A}/0`, `${A}/1`, 303, "GET", 1], [`${A}/1`, `${B}/2`, 302, "GET", 2]]);
  assertEquals(response.url, `${B}/2`);
});

test("redirectLayer() returns the redirect, body included, when the policy says stop", async (t) => {
  const test = start(t, [to("app://callback", 302, { body: "look there" })], { policy: () => "stop" });
  const response = await test.send(requestOf("GET", `${A}/`), redirectLayer, collect);
  assertEquals([response.status, response.text(), response.history.length], [302, "look there", 0]);
});

test("redirectLayer() keeps heads alone also when a policy was asked", async (t) => {
  const test = start(t, [to("/1", 302, { body: "moved" }), {}], { policy: () => "follow" });
  const response = await test.send(requestOf("GET", `${A}/`), redirectLayer, collect);
  assertEquals(response.history[0]!.loaded?.length ?? 0, 0);
});

test("redirectLayer() does not let a policy loosen the rules", async (t) => {
  const test = start(t, [to("http://a.example/")], { policy: () => "follow" });
  await assertRejects(
    () => test.send(requestOf("GET", `${A}/`), redirectLayer, collect),
    RedirectError,
    "allowDowngrade",
  );
});

test("redirectLayer() fails with what a policy throws, and with a word on what it should not return", async (t) => {
  const failure = new Error("own");
  for (const streamed of [true, false]) {
    const test = start(t, [to("/1", 302, { body: "x" })], { policy: () => Promise.reject(failure) }, {}, streamed);
    assertStrictEquals(
      await assertRejects(() => test.send(requestOf("GET", `${A}/`), redirectLayer, collect)),
      failure,
    );
  }
  const test = start(t, [to("/1", 302, { body: "x" })], { policy: () => "yes" as never });
  await assertRejects(
    () => test.send(requestOf("GET", `${A}/`), redirectLayer, collect),
    TypeError,
    "redirect.policy gave yes",
  );
});

test("redirectLayer() lets a hook replace the request to come", async (t) => {
  const states: unknown[] = [];
  const hooks = {
    redirect: [
      (
        { request, response, next, hop, tag }: Parameters<
          NonNullable<NonNullable<TestCall["call"]["settings"]["hooks"]>["redirect"]>[0]
        >[0],
      ) => {
        states.push([request.url.href, response.status, next.url.href, hop, tag]);
        return next.withHeader("X-Hop", String(hop));
      },
      () => {},
    ],
  };
  const test = start(t, [to("/1"), to("/2"), {}], {}, { hooks, tag: "t" });
  await test.send(requestOf("GET", `${A}/0`), redirectLayer, collect);
  assertEquals(states, [[`${A}/0`, 302, `${A}/1`, 1, "t"], [`${A}/1`, 302, `${A}/2`, 2, "t"]]);
  assertEquals(test.net.requests.map(({ headers }) => headers.get("x-hop")), [null, "1", "2"]);
});

test("redirectLayer() stops by a hook that throws, and names it", async (t) => {
  const cause = new Error("not there");
  const hooks = {
    redirect: [function fence(): void {
      throw cause;
    }],
  };
  const test = start(t, [to("/1", 302, { body: "x" })], {}, { hooks });
  const error = await assertRejects(() => test.send(requestOf("GET", `${A}/`), redirectLayer, collect), JetstreamError);
  assertStringIncludes(error.message, 'redirect hook "fence"');
  assertStrictEquals(error.cause, cause);
  assertEquals(error.code, "HOOK_FAILED");
});

test("redirectLayer() follows no further once the call is cancelled", async (t) => {
  const test = start(t, [to("/1", 302, { body: ["stall"] }), {}]);
  const sent = test.start(requestOf("GET", `${A}/`), redirectLayer, collect);
  const failed = assertRejects(() => sent, AbortError);
  await test.clock.tick(100);
  test.call.cancel.cancel(new AbortError("x", { reason: 1 }));
  await failed;
  assertEquals(test.net.requests.length, 1);
  assertEquals(test.story.at(-1), "hop-end 1 aborted 302 ABORTED");
});

test("redirectLayer() returns a redirect that leads nowhere as it is", async (t) => {
  for (const headers of [{}, { Location: "" }]) {
    const test = start(t, [{ status: 302, headers, body: "text" }]);
    assertEquals((await test.send(requestOf("GET", `${A}/`), redirectLayer, collect)).text(), "text");
  }
});

test("redirectLayer() does nothing when redirects are off", async (t) => {
  const test = start(t, [to("/1", 302, { body: "text" })], {}, { redirect: null });
  const response = await test.send(requestOf("GET", `${A}/`), redirectLayer, collect);
  assertEquals([response.status, response.text(), test.story], [302, "text", []]);
});
