import { assertEquals, assertNotMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { HTTPError } from "../../src/errors.ts";
import { formatHttpDate } from "../../src/http/date.ts";
import { response } from "../support/responses.ts";
import { test } from "../support/suite.ts";

test("a response tells its head", () => {
  const head = response("abc", {
    status: 201,
    reason: "Made",
    version: "2",
    headers: [["B", "1"], ["a", "2"], ["B", "3"]],
    url: "https://u:p@a.test:8443/x?y#z",
    method: "POST",
  });
  assertEquals([head.status, head.statusText, head.ok, head.httpVersion], [201, "Made", true, "2"]);
  assertEquals(head.rawHeaders, [["B", "1"], ["a", "2"], ["B", "3"]]);
  assertEquals([head.headers.get("b"), head.url], ["1, 3", "https://a.test:8443/x?y#z"]);
  assertEquals([head.request.method, head.attempts.length, head.connection], ["POST", 1, undefined]);
  assertEquals([head.timings.total, head.history], [0, []]);
  assertEquals([199, 200, 299, 300].map((status) => response("", { status }).ok), [false, true, true, false]);
});

test("history of a response that was followed ends before it", () => {
  const history = [response("", { status: 301 })];
  const second = response("", { status: 302, history });
  history.push(second);
  const last = response("", { history });
  assertEquals([second.history.length, last.history.length], [1, 2]);
});

test("links() and retryAfter read their fields", () => {
  const head = response("", {
    headers: { Link: ["<2>; rel=next", "</1>; rel=prev"], "Retry-After": "7" },
    url: "https://a.test/v1/x",
  });
  assertEquals([head.links()["next"]?.url, head.links()["prev"]?.url], ["https://a.test/v1/2", "https://a.test/1"]);
  assertEquals([head.retryAfter, response().retryAfter, response().links()["next"]], [7000, undefined, undefined]);
  const soon = response("", { headers: { "Retry-After": formatHttpDate(1e12 + 5000), Date: formatHttpDate(1e12) } });
  assertEquals(soon.retryAfter, 5000);
});

test("raiseForStatus() returns the response or throws HTTPError", () => {
  const good = response();
  assertStrictEquals(good.raiseForStatus(), good);
  for (const status of [199, 304, 404, 500]) {
    const error = assertThrows(() => response("x", { status }).raiseForStatus(), HTTPError);
    assertEquals(error.status, status);
  }
});

test("a response is printed as one line without secrets", () => {
  const secret = response('{"token":"hunter2"}', {
    headers: { "Set-Cookie": "a=hunter2" },
    url: "https://me:hunter2@a.test/x?api_key=hunter2#hunter2",
  });
  const inspectors = ["Deno.customInspect", "nodejs.util.inspect.custom"].map((name) =>
    (secret as unknown as Record<symbol, () => string>)[Symbol.for(name)]!.call(secret)
  );
  const line = "HttpResponse { 200 OK, GET https://a.test/x?api_key=***, 19 bytes }";
  assertEquals(inspectors, [line, line]);
  assertEquals(JSON.parse(JSON.stringify(secret)), {
    status: 200,
    method: "GET",
    url: "https://a.test/x?api_key=***",
    httpVersion: "1.1",
    size: 19,
  });
  assertNotMatch(JSON.stringify(secret), /hunter2/);
  assertEquals(Object.keys(secret), []);
});
