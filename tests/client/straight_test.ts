import { assertEquals } from "@std/assert";
import { resolveRedirect } from "../../src/client/redirect_options.ts";
import { resolveRetry } from "../../src/client/retry.ts";
import { type Run, Stack } from "../../src/client/stack.ts";
import type { RetryState, Settings } from "../../src/core/settings.ts";
import { BodyTooLargeError, ConnectError, HTTPError, IncompleteReadError, JetstreamError } from "../../src/errors.ts";
import type { Settle, Transport } from "../../src/core/transport.ts";
import { BytesBody } from "../../src/http/bodies/kinds.ts";
import type { HttpRequest } from "../../src/http/request.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { encode } from "../support/bodies.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, type settingsOf, TestCall } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

const A = "https://a.example/";
const STEADY = { jitter: "none", backoff: () => 100 } as const;
const GET = requestOf("GET", A);

type Given = Parameters<typeof settingsOf>[0];

/** What the client has on by default. */
const DEFAULTS: NonNullable<Given> = {
  retry: resolveRetry(STEADY),
  redirect: resolveRedirect(undefined),
  decode: { accept: ["gzip"], maxLayers: 2, maxRatio: 200, ratioFloor: 1 << 20 },
};

/** All that can be told of a call from outside. */
interface Story {
  readonly outcome: unknown;
  readonly requests: readonly string[];
  readonly times: readonly number[];
  readonly attempts: readonly unknown[];
  readonly history: readonly number[];
}

function storyOf(test: TestCall, outcome: unknown): Story {
  return {
    outcome,
    requests: test.net.requests.map(({ method, url }) => `${method} ${url.href}`),
    times: test.net.times,
    attempts: test.call.attempts.map(({ cause, delay, status, notRetried }) => ({ cause, delay, status, notRetried })),
    history: test.call.history.map(({ status }) => status),
  };
}

function promised(run: Run, request: HttpRequest, { call }: TestCall, transport: Transport): Promise<HttpResponse> {
  return new Promise((resolve, reject) => run(request, call, transport, { resolve, reject }));
}

/** Who takes the straight way: nobody, or a call over a transport that promises, or over one that tells. */
type Straight = "none" | "promised" | "told";

async function tell(t: Parameters<typeof watchLeaks>[0], way: Straight, sent: HttpRequest, script: Script) {
  const stack = new Stack(detectRuntime());
  const given = { ...DEFAULTS, ...script.given, ...(way === "none" ? {} : { listener: null }) };
  const test = new TestCall(script.replies, given);
  watchLeaks(t, () => test.held);
  const run: Run = stack.runFor(test.call.settings as Settings, false);
  const send = (request: HttpRequest): Promise<HttpResponse> => test.net.next(test.call)(request);
  const start = (request: HttpRequest, _: unknown, settle: Settle): void => {
    send(request).then((response) => settle.resolve(response), (error) => settle.reject(error));
  };
  const transport = { send, close: async () => {}, ...(way === "told" ? { start } : {}) };
  try {
    const response: HttpResponse = await test.clock.until(promised(run, sent, test, transport));
    return storyOf(test, [response.status, response.live, response.text()]);
  } catch (error) {
    if (!(error instanceof JetstreamError)) throw error;
    return storyOf(test, [error.name, error.code, error.message]);
  }
}

interface Script {
  readonly replies: readonly Reply[];
  readonly given?: Given;
  readonly request?: HttpRequest;
}

const refused = new ConnectError("Cannot connect to a.example:443: refused", { code: "ECONNREFUSED" });
const cut = new IncompleteReadError("The body was cut short", { received: 2, expected: 4 });
const busy: Reply = { status: 503, body: "busy" };
const fine: Reply = { body: "fine" };

/** Outcomes that are ordinary, and every reason why one is not. */
const SCRIPTS: { readonly [what: string]: Script } = {
  "a body": { replies: [fine] },
  "no body": { replies: [{ status: 204 }] },
  "a body that comes late": { replies: [{ body: ["fi", "ne"], delay: 50 }] },
  "a status that nobody retries": { replies: [{ status: 404, body: "not here" }] },
  "a status that is retried": { replies: [busy, busy, fine] },
  "a status that is retried in vain": { replies: [busy] },
  "a POST, which is not retried": {
    replies: [busy],
    request: requestOf("POST", A, undefined, new BytesBody(encode("x"), null, "text")),
  },
  "a failure before the head": { replies: [{ error: refused }, fine] },
  "a failure that stays": { replies: [{ error: refused }] },
  "a body that is cut short": { replies: [{ body: ["fi", cut] }, fine] },
  "a redirect": { replies: [{ status: 302, headers: { location: "/b" }, body: "there" }, fine] },
  "a redirect to what must be retried": { replies: [{ status: 301, headers: { location: "/b" } }, busy, fine] },
  "redirects without end": { replies: [{ status: 302, headers: { location: "/b" } }] },
  "a 304, which leads nowhere": { replies: [{ status: 304 }] },
  "more codings than are undone": { replies: [{ headers: { "content-encoding": "gzip, gzip, gzip" }, body: "x" }] },
  "a coding that nobody knows": { replies: [{ headers: { "content-encoding": "rot13" }, body: "svar" }] },
  "a body that is too large": { replies: [fine], given: { ...DEFAULTS, limits: { body: 3 } } },
  "a body that turns out too large": {
    replies: [{ body: ["fi", "ne"], announced: false }],
    given: { ...DEFAULTS, limits: { body: 3 } },
  },
  "a retry that a function decides": {
    replies: [fine, { body: "finer" }],
    given: { ...DEFAULTS, retry: resolveRetry({ ...STEADY, when: ({ retry }: RetryState) => retry === 1 }) },
  },
  "an idempotency key": {
    replies: [busy, fine],
    given: { ...DEFAULTS, retry: resolveRetry({ ...STEADY, idempotencyKey: "key-1" }) },
    request: requestOf("POST", A, undefined, new BytesBody(encode("x"), null, "text")),
  },
  "nothing switched on": { replies: [busy], given: { retry: null, redirect: null, decode: null } },
};

for (const [what, script] of Object.entries(SCRIPTS)) {
  test(`straight() comes to the same as the whole stack for ${what}`, async (t) => {
    const sent = script.request ?? GET;
    // Who listens is told by the layers: such a call goes through all of them.
    const whole = await tell(t, "none", sent, script);
    assertEquals(await tell(t, "promised", sent, script), whole);
    assertEquals(await tell(t, "told", sent, script), whole);
  });
}

test("straight() counts each request once towards the retry budget", async () => {
  const stack = new Stack(detectRuntime());
  const retry = resolveRetry({ ...STEADY, max: 1, budget: { ratio: 0.5, floor: 0 } });
  const granted: number[] = [];
  for (let i = 0; i < 8; i++) {
    const test = new TestCall([busy], { ...DEFAULTS, retry, listener: null });
    const run = stack.runFor(test.call.settings, false);
    const transport = { send: (request: HttpRequest) => test.net.next(test.call)(request), close: async () => {} };
    await test.clock.until(promised(run, GET, test, transport));
    granted.push(test.net.requests.length - 1);
  }
  // 1, 2, 3 … requests: half of them, rounded up.
  assertEquals(granted, [1, 0, 1, 0, 1, 0, 1, 0]);
});

test("straight() is left when a response would be raised", async () => {
  const stack = new Stack(detectRuntime());
  const test = new TestCall([{ status: 404, body: "no" }], { ...DEFAULTS, listener: null, raise: () => true });
  const transport = { send: (request: HttpRequest) => test.net.next(test.call)(request), close: async () => {} };
  const outcome = test.clock.until(promised(stack.runFor(test.call.settings, false), GET, test, transport));
  assertEquals(await outcome.catch((error) => error instanceof HTTPError), true);
});

test("straight() explains a body that is too large as the whole stack does", async () => {
  const stack = new Stack(detectRuntime());
  const test = new TestCall([fine], { ...DEFAULTS, listener: null, limits: { body: 1 } });
  const transport = { send: (request: HttpRequest) => test.net.next(test.call)(request), close: async () => {} };
  const outcome = test.clock.until(promised(stack.runFor(test.call.settings, false), GET, test, transport));
  const error = await outcome.catch((error) => error);
  assertEquals(error instanceof BodyTooLargeError && error.message.includes("limits.body"), true);
});
