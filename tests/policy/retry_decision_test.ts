import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { resolveRetry, type RetryOptions } from "../../src/client/retry.ts";
import type { RetrySettings } from "../../src/core/settings.ts";
import {
  ConnectError,
  DecodeError,
  DNSError,
  IncompleteReadError,
  type JetstreamError,
  PoolError,
  RemoteProtocolError,
  SocketError,
  TimeoutError,
  type TimeoutPhase,
  TLSError,
} from "../../src/errors.ts";
import { BytesBody, OnceBody } from "../../src/http/bodies/kinds.ts";
import { BytesReader } from "../../src/http/bodies/readers.ts";
import { AttemptRecord } from "../../src/http/record.ts";
import { HttpResponse } from "../../src/http/response.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { decideDelay, judgeRetry, retryCause } from "../../src/policy/retry_decision.ts";
import { encode } from "../support/bodies.ts";
import { requestOf } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

const URL_ = "https://a.example/";

function settings(options: RetryOptions = {}): RetrySettings {
  return resolveRetry(options)!;
}

function respond(status: number): { response: HttpResponse } {
  const request = requestOf("GET", URL_);
  const response = new HttpResponse({
    status,
    reason: "",
    version: "1.1",
    headers: HeaderList.empty,
    request,
    body: null,
    attempt: new AttemptRecord(1, "first", request, 0, 0),
    call: { attempts: [], history: [] },
  });
  return { response };
}

function timeout(phase: TimeoutPhase, progress: "unsent" | "sent" = "sent"): TimeoutError {
  return new TimeoutError("x", { phase, limit: 1, elapsed: 1, option: "x", progress });
}

/** `yes`, or which part of the verdict is against it. */
function outcomeOf(
  options: RetryOptions,
  request: ReturnType<typeof requestOf>,
  outcome: { response: HttpResponse } | { error: JetstreamError },
  retries = 0,
): string {
  const { reason, barrier, objection } = judgeRetry(settings(options), request, outcome, retries);
  if (reason === undefined) return "no reason";
  if (barrier !== undefined) return "barrier";
  return objection === undefined ? "yes" : "objection";
}

test("judgeRetry() goes by status", () => {
  for (const status of [408, 429, 500, 502, 503, 504]) {
    assertEquals(outcomeOf({}, requestOf("GET", URL_), respond(status)), "yes", `${status}`);
  }
  for (const status of [200, 204, 301, 304, 400, 401, 404, 409, 415, 425, 501, 505]) {
    assertEquals(outcomeOf({}, requestOf("GET", URL_), respond(status)), "no reason", `${status}`);
  }
  assertEquals(outcomeOf({ statuses: [404] }, requestOf("GET", URL_), respond(404)), "yes");
  assertEquals(outcomeOf({ statuses: [404] }, requestOf("GET", URL_), respond(503)), "no reason");
});

const METHODS: readonly [
  name: string,
  method: string,
  options: RetryOptions,
  headers: Record<string, string>,
  expected: string,
][] = [
  ["GET", "GET", {}, {}, "yes"],
  ["HEAD", "HEAD", {}, {}, "yes"],
  ["OPTIONS", "OPTIONS", {}, {}, "yes"],
  ["PUT", "PUT", {}, {}, "yes"],
  ["DELETE", "DELETE", {}, {}, "yes"],
  ["QUERY", "QUERY", {}, {}, "yes"],
  ["POST", "POST", {}, {}, "objection"],
  ["PATCH", "PATCH", {}, {}, "objection"],
  ["own method", "BREW", {}, {}, "objection"],
  ["POST with a key", "POST", {}, { "Idempotency-Key": "1" }, "yes"],
  ["PATCH with a key in another case", "PATCH", {}, { "idempotency-key": "1" }, "yes"],
  ["POST on the list", "POST", { methods: ["POST"] }, {}, "yes"],
  ["GET off the list", "GET", { methods: ["POST"] }, {}, "objection"],
];

test("judgeRetry() repeats idempotent methods, others with a key", () => {
  for (const [name, method, options, headers, expected] of METHODS) {
    assertEquals(outcomeOf(options, requestOf(method, URL_, headers), respond(503)), expected, name);
  }
});

const replayable = new BytesBody(encode("x"), null, "text");
const once = new OnceBody("a ReadableStream", () => new BytesReader(encode("x")));

test("judgeRetry() never repeats a body that can be read once", () => {
  assertEquals(outcomeOf({}, requestOf("PUT", URL_, {}, replayable), respond(503)), "yes");
  assertEquals(outcomeOf({}, requestOf("PUT", URL_, {}, once), respond(503)), "barrier");
  assertEquals(outcomeOf({}, requestOf("PUT", URL_, {}, once), { error: new ConnectError("x") }), "barrier");
  const { barrier } = judgeRetry(settings(), requestOf("PUT", URL_, {}, once), respond(503), 0);
  assertStringIncludes(barrier!, "a ReadableStream");
});

test("judgeRetry() stops at retry.max", () => {
  assertEquals(outcomeOf({ max: 2 }, requestOf("GET", URL_), respond(503), 1), "yes");
  assertEquals(outcomeOf({ max: 2 }, requestOf("GET", URL_), respond(503), 2), "barrier");
});

const CAUSES: readonly [name: string, error: JetstreamError, cause: string | undefined][] = [
  ["refused", new ConnectError("x"), "connect"],
  ["name not found", new DNSError("x"), "connect"],
  ["certificate", new TLSError("x"), undefined],
  ["pool is full", new PoolError("x"), undefined],
  ["reset", new SocketError("x"), "reset"],
  ["cut short", new IncompleteReadError("x", { received: 1, expected: 2 }), "reset"],
  ["stream refused", new RemoteProtocolError("x", { retryable: true, progress: "unsent" }), "reset"],
  ["garbage", new RemoteProtocolError("x"), undefined],
  ["broken coding", new DecodeError("x"), undefined],
  ["connect limit", timeout("connect"), "connect"],
  ["head limit", timeout("head"), "timeout"],
  ["read limit", timeout("read"), "timeout"],
  ["attempt limit", timeout("attempt"), "timeout"],
  ["pool limit", timeout("pool"), "timeout"],
  ["total limit", timeout("total"), undefined],
];

test("retryCause() sorts failures", () => {
  for (const [name, error, cause] of CAUSES) assertEquals(retryCause(error), cause as never, name);
});

const ERRORS: readonly [
  name: string,
  options: RetryOptions,
  method: string,
  error: JetstreamError,
  expected: string,
][] = [
  ["connect, GET", {}, "GET", new ConnectError("x"), "yes"],
  ["connect, POST: nothing was sent", {}, "POST", new ConnectError("x"), "yes"],
  ["connect limit, POST: nothing was sent", {}, "POST", timeout("connect", "unsent"), "yes"],
  ["connect switched off", { on: ["reset"] }, "GET", new ConnectError("x"), "no reason"],
  ["reset, GET", {}, "GET", new SocketError("x"), "yes"],
  ["reset, POST: it may have arrived", {}, "POST", new SocketError("x"), "objection"],
  ["reset, POST, unsent", {}, "POST", new SocketError("x", { progress: "unsent" }), "yes"],
  ["reset switched off", { on: ["connect"] }, "GET", new SocketError("x"), "no reason"],
  ["limits are off by default", {}, "GET", timeout("read"), "no reason"],
  ["limits switched on", { on: ["timeout"] }, "GET", timeout("read"), "yes"],
  ["limits switched on, POST", { on: ["timeout"] }, "POST", timeout("read"), "objection"],
  ["total limit never", { on: ["timeout"] }, "GET", timeout("total"), "no reason"],
  ["cut short, GET", {}, "GET", new IncompleteReadError("x", { received: 1 }), "yes"],
  ["certificate", {}, "GET", new TLSError("x"), "no reason"],
];

test("judgeRetry() goes by cause and progress of a failure", () => {
  for (const [name, options, method, error, expected] of ERRORS) {
    assertEquals(outcomeOf(options, requestOf(method, URL_), { error }), expected, name);
  }
});

const DELAYS: readonly [
  name: string,
  backoff: number,
  asked: number | undefined,
  maxRetryAfter: number,
  remaining: number,
  expected: number | "retry.maxRetryAfter" | "total limit",
][] = [
  ["back-off alone", 250, undefined, 30_000, Infinity, 250],
  ["the server asks for more", 250, 1_000, 30_000, Infinity, 1_000],
  ["the server asks for less", 250, 0, 30_000, Infinity, 250],
  ["at the cap", 250, 30_000, 30_000, Infinity, 30_000],
  ["over the cap", 250, 30_001, 30_000, Infinity, "retry.maxRetryAfter"],
  ["past all reason", 250, Infinity, 30_000, Infinity, "retry.maxRetryAfter"],
  ["no cap", 250, 1e9, Infinity, Infinity, 1e9],
  ["within the total", 250, undefined, 30_000, 251, 250],
  ["up to the total: nothing would be left", 250, undefined, 30_000, 250, "total limit"],
  ["over the total", 250, undefined, 30_000, 100, "total limit"],
  ["total is over", 0, undefined, 30_000, -5, "total limit"],
  ["the server asks for more than is left", 0, 2_000, 30_000, 1_000, "total limit"],
];

test("decideDelay() waits as long as the server asks, or not at all", () => {
  for (const [name, backoff, asked, maxRetryAfter, remaining, expected] of DELAYS) {
    const delay = decideDelay(backoff, asked, { maxRetryAfter, remaining });
    if (typeof expected === "number") assertEquals(delay, expected, name);
    else assert(typeof delay === "string" && delay.includes(expected), `${name}: ${delay}`);
  }
});
