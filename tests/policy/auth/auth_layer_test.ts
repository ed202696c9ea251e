import { assert, assertEquals, assertRejects } from "@std/assert";
import { resolveRedirect } from "../../../src/client/redirect_options.ts";
import type { Auth, AuthContext, AuthFlow } from "../../../src/core/auth.ts";
import { BytesBody, OnceBody } from "../../../src/http/bodies/kinds.ts";
import { BytesReader } from "../../../src/http/bodies/readers.ts";
import type { HttpRequest } from "../../../src/http/request.ts";
import { RequestUrl } from "../../../src/http/request_url.ts";
import type { HttpResponse } from "../../../src/http/response.ts";
import { authLayer, MAX_ROUNDS } from "../../../src/policy/auth/auth_layer.ts";
import { basic } from "../../../src/policy/auth/basic.ts";
import { digest } from "../../../src/policy/auth/digest.ts";
import { redirectLayer } from "../../../src/policy/redirect.ts";
import { authHost } from "../../support/auth_host.ts";
import { encode } from "../../support/bodies.ts";
import { type Reply, requestOf, TestCall } from "../../support/scripted_next.ts";
import { test } from "../../support/suite.ts";

const URL = "https://a.test/x";
const layer = authLayer(authHost());
const redirect = resolveRedirect({})!;
const CHALLENGE: Reply = {
  status: 401,
  headers: { "WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"' },
  body: "denied",
};

const authorized = (call: TestCall): boolean[] => call.net.requests.map(({ headers }) => headers.has("authorization"));

/** A scheme made of one generator function. */
function schemeOf(flow: (request: HttpRequest, context: AuthContext) => AuthFlow): Auth {
  return { scheme: "test", flow };
}

const auth = (scheme: Auth, origin: string | null = null): { auth: { scheme: Auth; origin: string | null } } => ({
  auth: { scheme, origin },
});

test("authLayer drops each challenge before the next request, and leaves the last body live", async () => {
  const call = new TestCall([CHALLENGE, { body: ["a", "b"] }], auth(digest("u", "p")));
  const response = await call.send(requestOf("GET", URL), layer);
  assertEquals(call.net.bodies.map(({ ended, log }) => [ended, log]), [["discarded", ["discard 65536"]], [
    undefined,
    [],
  ]]);
  assertEquals([response.status, response.live !== null], [200, true]);
  response.live!.cancel();
});

test("authLayer names the cause of what it sends again", async () => {
  const call = new TestCall([CHALLENGE, {}], auth(digest("u", "p")));
  await call.send(requestOf("GET", URL), layer);
  assertEquals(call.call.attempts.map(({ cause, status }) => [cause, status]), [["first", 401], ["auth", 200]]);
});

test("authLayer gives back a challenge that the scheme does not answer, its body live", async () => {
  const call = new TestCall([{ ...CHALLENGE, headers: { "WWW-Authenticate": "Negotiate" } }], auth(digest("u", "p")));
  const response = await call.send(requestOf("GET", URL), layer);
  assertEquals([response.status, call.net.bodies[0]!.ended], [401, undefined]);
  response.live!.cancel();
});

test("authLayer gives back the challenge when the body cannot be sent again", async () => {
  const body = new OnceBody("a ReadableStream", () => new BytesReader(encode("x")));
  const call = new TestCall([CHALLENGE, {}], auth(digest("u", "p")));
  const response = await call.send(requestOf("POST", URL, {}, body), layer);
  assertEquals([response.status, call.net.requests.length, call.net.bodies[0]!.ended], [401, 1, undefined]);
  response.live!.cancel();
  // The challenge is remembered: the next call needs no other.
  const next = new TestCall([{}], call.call.settings);
  await next.send(requestOf("POST", URL), layer);
  assertEquals(authorized(next), [true]);
});

test("authLayer sends a replayable body again", async () => {
  const body = new BytesBody(encode("x"), null, "bytes");
  const call = new TestCall([CHALLENGE, {}], auth(digest("u", "p")));
  assertEquals((await call.send(requestOf("POST", URL, {}, body), layer)).status, 200);
  assertEquals(call.net.requests.map((request) => request.body === body), [true, true]);
});

test("authLayer lets a scheme ask first without the body that can be sent once", async () => {
  const body = new OnceBody("a ReadableStream", () => new BytesReader(encode("x")));
  const scheme = schemeOf(
    function* (request): AuthFlow {
      yield request.with({ body: null });
      yield request;
    } as Auth["flow"],
  );
  const call = new TestCall([CHALLENGE, {}], auth(scheme));
  assertEquals((await call.send(requestOf("POST", URL, {}, body), layer)).status, 200);
  assertEquals(call.net.requests.map(({ body }) => body === null), [true, false]);
});

test("authLayer drives generators of both kinds, and tells them each response", async () => {
  for (const isAsync of [false, true]) {
    const seen: number[] = [];
    const sync = function* (request: HttpRequest): Generator<HttpRequest, void, HttpResponse> {
      seen.push((yield request.withHeader("Step", "1")).status);
      seen.push((yield request.withHeader("Step", "2")).status);
    };
    const scheme = schemeOf(
      isAsync
        ? async function* (request) {
          await Promise.resolve();
          yield* sync(request);
        } as Auth["flow"]
        : sync,
    );
    const call = new TestCall([{ status: 401 }, { status: 403 }], auth(scheme));
    assertEquals((await call.send(requestOf("GET", URL), layer)).status, 403);
    assertEquals(call.net.requests.map(({ headers }) => headers.get("step")), ["1", "2"]);
    assertEquals(seen, [401, 403]);
  }
});

test("authLayer ends a dialogue that has no end", async () => {
  let cleanedUp = false;
  const scheme = schemeOf(function* (request) {
    try {
      for (;;) yield request;
    } finally {
      cleanedUp = true;
    }
  });
  const call = new TestCall([{ status: 401, body: "x" }], auth(scheme));
  const response = await call.send(requestOf("GET", URL), layer);
  assertEquals([response.status, call.net.requests.length, cleanedUp], [401, MAX_ROUNDS, true]);
  assertEquals(call.net.bodies.map(({ ended }) => ended), [...Array(MAX_ROUNDS - 1).fill("discarded"), undefined]);
  response.live!.cancel();
});

test("authLayer sends nothing in the name of a scheme that sends nothing", async () => {
  const scheme = schemeOf(function* () {});
  await assertRejects(
    () => new TestCall([{}], auth(scheme)).send(requestOf("GET", URL), layer),
    TypeError,
    "ended before it sent",
  );
});

test("authLayer does not let a scheme send elsewhere", async () => {
  const scheme = schemeOf(function* (request) {
    yield request;
    yield request.with({ url: new RequestUrl("https://tokens.test/") });
  });
  const call = new TestCall([{ status: 401, body: ["x", "stall"] }], auth(scheme));
  await assertRejects(
    () => call.send(requestOf("GET", URL), layer),
    TypeError,
    "asks for https://tokens.test, expected https://a.test",
  );
  assertEquals([call.net.requests.length, call.net.bodies[0]!.ended], [1, "cancelled"]);
});

test("authLayer fails with what a scheme throws, and lets go of the response", async () => {
  const scheme = schemeOf(function* (request) {
    yield request;
    throw new Error("no keys");
  });
  const call = new TestCall([{ body: ["x", "stall"] }], auth(scheme));
  await assertRejects(() => call.send(requestOf("GET", URL), layer), Error, "no keys");
  assertEquals(call.net.bodies[0]!.ended, "cancelled");
  const early = schemeOf(() => {
    throw new Error("no scheme");
  });
  await assertRejects(() => new TestCall([{}], auth(early)).send(requestOf("GET", URL), layer), Error, "no scheme");
});

test("authLayer lets the scheme clean up when a request fails, and ignores what it throws then", async () => {
  let cleanedUp = 0;
  for (const isAsync of [false, true]) {
    const sync = function* (request: HttpRequest): Generator<HttpRequest, void, HttpResponse> {
      try {
        yield request;
      } finally {
        cleanedUp++;
        // deno-lint-ignore no-unsafe-finally
        throw new Error("while cleaning up");
      }
    };
    const scheme = schemeOf(
      isAsync
        ? async function* (request) {
          yield* sync(request);
        } as Auth["flow"]
        : sync,
    );
    const call = new TestCall([{ error: new Error("no network") }], auth(scheme));
    await assertRejects(() => call.send(requestOf("GET", URL), layer), Error, "no network");
  }
  assertEquals(cleanedUp, 2);
});

test("authLayer ends with the call while a scheme waits", async () => {
  let signal: AbortSignal | undefined;
  const scheme = schemeOf(async function* (request, context) {
    signal = context.signal;
    await new Promise(() => {});
    yield request;
  });
  const call = new TestCall([{}], { ...auth(scheme), timeout: { total: 500 } });
  await assertRejects(() => call.send(requestOf("GET", URL), layer), Error, "total limit of 500 ms");
  assertEquals([signal!.aborted, call.net.requests.length, call.held.listeners], [true, 0, 0]);
});

test("authLayer ends with the call while a challenge is dropped", async () => {
  const call = new TestCall([{ ...CHALLENGE, body: ["x", 400, "y"] }, {}], {
    ...auth(digest("u", "p")),
    timeout: { total: 100 },
  });
  await assertRejects(() => call.send(requestOf("GET", URL), layer), Error, "total limit");
  assertEquals(call.net.requests.length, 1);
});

test("authLayer gives a scheme time, digests, files and environment", async () => {
  let context: AuthContext | undefined;
  const scheme = schemeOf(function* (request, given) {
    context = given;
    yield request;
  });
  const host = authHost(undefined, { HOME: "/home" });
  const call = new TestCall([{}], auth(scheme));
  await call.send(requestOf("GET", URL), authLayer(host));
  assertEquals(context!.now(), call.clock.wall());
  assertEquals(context!.hash("md5", encode("x")), host.hash("md5", encode("x")));
  assertEquals([context!.files, context!.env!("HOME"), context!.peer, context!.target], [
    undefined,
    "/home",
    undefined,
    undefined,
  ]);
});

const HOPS:
  readonly (readonly [name: string, first: string, hops: string[], origin: string | null, authorized: boolean[]])[] = [
    ["the same origin after a redirect", URL, ["/y"], null, [true, true]],
    ["another host after a redirect", URL, ["https://b.test/"], null, [true, false]],
    ["a host below after a redirect", URL, ["https://x.a.test/"], null, [true, false]],
    ["another port after a redirect", URL, ["https://a.test:8443/"], null, [true, false]],
    ["another scheme after a redirect", "http://a.test/", ["https://a.test/"], null, [true, false]],
    ["home again after a hop elsewhere", URL, ["https://b.test/", URL], null, [true, false, false]],
    ["the origin that it is bound to", URL, [], "https://a.test", [true]],
    ["an origin that it is not bound to", URL, [], "https://other.test", [false]],
    ["the origin that it is bound to, when a redirect led there", URL, ["https://other.test/"], "https://other.test", [
      false,
      false,
    ]],
  ];

for (const [name, first, hops, origin, expected] of HOPS) {
  test(`authLayer ${expected.at(-1) ? "authenticates" : "does not authenticate"} at ${name}`, async () => {
    const replies = [...hops.map((to) => ({ status: 302, headers: { Location: to } })), {}];
    const call = new TestCall(replies, { ...auth(basic("u", "p"), origin), redirect });
    await call.send(requestOf("GET", first), redirectLayer, layer);
    assertEquals(authorized(call), expected);
  });
}

test("authLayer passes a request through unchanged when it is not its to authenticate", async () => {
  const request = requestOf("GET", URL);
  const call = new TestCall([{}], auth(basic("u", "p"), "https://other.test"));
  await call.send(request, layer);
  assert(call.net.requests[0] === request);
  const off = new TestCall([{}]);
  await off.send(request, layer);
  assert(off.net.requests[0] === request);
});
