import { assertEquals, assertNotMatch, assertStrictEquals } from "@std/assert";
import { HTTPError } from "../../src/errors.ts";
import { statusError } from "../../src/http/status_error.ts";
import { ScriptedBody } from "../support/bodies.ts";
import { liveResponse, response } from "../support/responses.ts";
import { test } from "../support/suite.ts";

const TEXT = { "Content-Type": "text/plain" };

test("statusError() names request and status, and keeps the response off the log", () => {
  const failed = response("no", {
    status: 404,
    reason: "gone fishing",
    headers: TEXT,
    url: "https://u:p@a.test/x?token=t&q=1",
  });
  const error = statusError(failed);
  assertEquals(error.message, "GET https://a.test/x?token=***&q=1: The server answered 404 Not Found");
  assertEquals([error.status, error.code, error.retryable, error.bodySnippet], [404, "HTTP_STATUS", false, "no"]);
  assertStrictEquals(error.response, failed);
  assertEquals(error.request, { method: "GET", url: "https://a.test/x?token=***&q=1" });
  assertEquals(error.attempts.length, 1);
  assertEquals(Object.keys(error).includes("response"), false);
  assertEquals(error instanceof HTTPError, true);
  assertEquals(statusError(response("", { status: 599 })).message, "GET https://a.test/x: The server answered 599");
});

test("statusError() says whether the status may pass", () => {
  const retryable = [400, 408, 429, 500, 501, 503].map((status) => statusError(response("", { status })).retryable);
  assertEquals(retryable, [false, true, true, true, false, true]);
});

test("statusError() shows a bounded snippet of text only", () => {
  const snippet = (content: string | Uint8Array, headers = {}) =>
    statusError(response(content, { status: 500, headers })).bodySnippet;
  assertEquals(snippet("x".repeat(5000), TEXT).length, 1024);
  assertEquals(snippet("x".repeat(1023) + "€", TEXT), "x".repeat(1023));
  assertEquals(snippet('{"a":1}', { "Content-Type": "application/json" }), '{"a":1}');
  assertEquals(snippet("plain"), "plain");
  assertEquals(snippet("PK\u0000\u0001"), "");
  assertEquals(snippet("x", { "Content-Type": "image/png" }), "");
  assertEquals(snippet(Uint8Array.of(0xe9), { "Content-Type": "text/html;charset=latin1" }), "é");
  assertEquals(snippet("a\u001b[31mb\u0007\nc\td", TEXT), "a\ufffd[31mb\ufffd\nc\td");
  assertEquals(statusError(liveResponse(new ScriptedBody(["x"]), { status: 500 })).bodySnippet, "");
});

test("statusError() reads a problem document", () => {
  const headers = { "Content-Type": "application/problem+json; charset=utf-8" };
  const of = (content: string) => statusError(response(content, { status: 403, headers }));
  const error = of('{"title":"Out of\\ncredit","status":403,"detail":"hunter2","balance":30}');
  assertEquals({ ...error.problem }, { title: "Out of\ncredit", status: 403, detail: "hunter2", balance: 30 });
  assertEquals(error.message, 'GET https://a.test/x: The server answered 403 Forbidden: "Out of\\ncredit"');
  assertNotMatch(error.message, /hunter2/);
  assertEquals(of('{"title":"Forbidden"}').message, "GET https://a.test/x: The server answered 403 Forbidden");
  assertEquals([of("{").problem, of("[]").problem, of("").problem], [undefined, undefined, undefined]);
  assertEquals(of(JSON.stringify({ title: "x", detail: "y".repeat(70_000) })).problem, undefined);
  assertEquals(statusError(response('{"title":"x"}', { status: 403 })).problem, undefined);
});
