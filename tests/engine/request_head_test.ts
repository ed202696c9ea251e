import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { headFor } from "../../src/engine/request_head.ts";
import type { Route } from "../../src/engine/route.ts";
import { LocalProtocolError } from "../../src/errors.ts";
import type { Body } from "../../src/http/body.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { test } from "../support/suite.ts";
import { bytesBody, partsBody, textOf } from "./engine_kit.ts";

const DIRECT = { forwarded: false, proxy: null } as unknown as Route;
const FORWARDED = {
  forwarded: true,
  proxy: { headers: HeaderList.from({ "Proxy-Authorization": "Basic eA==", "X-Via": "us" }) },
} as unknown as Route;

interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly fields?: readonly (readonly [string, string])[];
  readonly body?: Body;
  readonly route?: Route;
}

function head({ method = "GET", url = "http://a.test/p?q#f", fields = [], body, route = DIRECT }: Asked): string {
  const request = new HttpRequest(method, new RequestUrl(url), HeaderList.from(fields), body ?? null);
  return textOf(headFor(request, route, false).bytes);
}

/** Lines of a head, without the first. */
function fields(asked: Asked): string[] {
  return head(asked).split("\r\n").slice(1, -2);
}

const TARGETS: readonly (readonly [asked: Asked, line: string])[] = [
  [{}, "GET /p?q HTTP/1.1"],
  [{ route: FORWARDED }, "GET http://a.test/p?q HTTP/1.1"],
  [{ route: FORWARDED, url: "http://ana:pw@a.test:81/" }, "GET http://a.test:81/ HTTP/1.1"],
  [{ method: "CONNECT", url: "http://a.test/" }, "CONNECT a.test:80 HTTP/1.1"],
  [{ method: "CONNECT", url: "https://[::1]/" }, "CONNECT [::1]:443 HTTP/1.1"],
  [{ method: "OPTIONS", url: "http://a.test" }, "OPTIONS / HTTP/1.1"],
];

test("headFor() writes the target in the form that is due", () => {
  for (const [asked, line] of TARGETS) assertEquals(head(asked).split("\r\n")[0], line);
});

test("headFor() puts Host first, unless the caller set it, and keeps order and case", () => {
  assertEquals(fields({ fields: [["x-One", "1"], ["X-two", "2"], ["x-One", "3"]] }), [
    "Host: a.test",
    "x-One: 1",
    "X-two: 2",
    "x-One: 3",
  ]);
  assertEquals(fields({ fields: [["A", "1"], ["hOST", "other.test"]] }), ["A: 1", "hOST: other.test"]);
});

const FRAMINGS: readonly (readonly [name: string, asked: Asked, lines: readonly string[]])[] = [
  ["no body", {}, []],
  ["no body where one is meant", { method: "POST" }, ["Content-Length: 0"]],
  ["no body with PUT and PATCH", { method: "PATCH" }, ["Content-Length: 0"]],
  ["no body with DELETE", { method: "DELETE" }, []],
  ["bytes", { method: "POST", body: bytesBody("abc") }, ["Content-Length: 3"]],
  ["no bytes", { method: "POST", body: bytesBody("") }, ["Content-Length: 0"]],
  ["unknown length", { method: "POST", body: partsBody(["a"]) }, ["Transfer-Encoding: chunked"]],
  [
    "the same length from the caller",
    { method: "POST", body: bytesBody("abc"), fields: [["content-length", "3"]] },
    ["content-length: 3"],
  ],
  [
    "trailers behind a known length",
    { method: "POST", body: bytesBody("abc", { trailers: () => HeaderList.empty }) },
    ["Transfer-Encoding: chunked"],
  ],
];

test("headFor() frames the body in exactly one way", () => {
  for (const [name, asked, lines] of FRAMINGS) assertEquals(fields(asked).slice(1), lines, name);
});

const CONFLICTS: readonly (readonly [name: string, fields: readonly (readonly [string, string])[], asked?: Asked])[] = [
  ["another length", [["Content-Length", "4"]], { method: "POST", body: bytesBody("abc") }],
  ["a length without a body", [["Content-Length", "4"]]],
  ["two lengths", [["Content-Length", "3"], ["content-length", "3"]], { method: "POST", body: bytesBody("abc") }],
  ["a length beside a chunked body", [["Content-Length", "1"]], { method: "POST", body: partsBody(["a"]) }],
  ["a coding beside a length", [["Transfer-Encoding", "chunked"]], { method: "POST", body: bytesBody("abc") }],
  ["a coding without a body", [["Transfer-Encoding", "chunked"]]],
  ["another coding", [["Transfer-Encoding", "gzip, chunked"]], { method: "POST", body: partsBody(["a"]) }],
  ["two Hosts", [["Host", "a.test"], ["host", "b.test"]]],
  ["two Connections", [["Connection", "close"], ["connection", "close"]]],
  ["Connection: close, keep-alive", [["Connection", "close, keep-alive"]]],
  ["a field named by Connection", [["Connection", "authorization"]]],
  ["Host named by Connection", [["Connection", "host"]]],
  ["Keep-Alive", [["Keep-Alive", "timeout=5"]]],
  ["Upgrade alone", [["Upgrade", "websocket"]]],
  ["Upgrade that Connection does not name", [["Upgrade", "websocket"], ["Connection", "close"]]],
  ["TE: gzip", [["TE", "gzip"]]],
  ["TE that Connection does not name", [["TE", "trailers"], ["Connection", "close"]]],
  ["another expectation", [["Expect", "a miracle"]]],
  ["Expect without a body", [["Expect", "100-continue"]]],
  ["a body with TRACE", [], { method: "TRACE", body: bytesBody("a") }],
  ["a body with CONNECT", [], { method: "CONNECT", body: bytesBody("a") }],
];

for (const [name, list, asked] of CONFLICTS) {
  test(`headFor() refuses ${name}`, () => {
    assertThrows(() => head({ ...asked, fields: list }), LocalProtocolError);
  });
}

test("headFor() lets the options of Connection pass that are acted upon", () => {
  assertEquals(fields({ fields: [["Connection", "Close"]] }), ["Host: a.test", "Connection: Close"]);
  assertEquals(fields({ fields: [["Connection", "keep-alive"]] }).length, 2);
  assertEquals(fields({ fields: [["Connection", "Upgrade"], ["Upgrade", "websocket"]] }).length, 3);
  assertEquals(fields({ fields: [["TE", "Trailers"]] }), ["Host: a.test", "TE: Trailers", "Connection: TE"]);
  assertEquals(fields({ fields: [["TE", "trailers"], ["Connection", "te, close"]] }).length, 3);
});

const PROXY_FIELDS = [["Proxy-Authorization", "Basic c2VjcmV0"], ["PROXY-Connection", "keep-alive"], [
  "A",
  "1",
]] as const;

test("headFor() never sends a Proxy field to an origin", () => {
  assertEquals(fields({ fields: PROXY_FIELDS }), ["Host: a.test", "A: 1"]);
  assertEquals(fields({ fields: [["Proxya", "1"], ["proxy", "2"]] }).length, 3);
});

test("headFor() gives a forwarding proxy its own fields", () => {
  const lines = fields({ route: FORWARDED, fields: [["X-Via", "me"], ["A", "1"]] });
  assertEquals(lines, ["Host: a.test", "X-Via: me", "A: 1", "Proxy-Authorization: Basic eA=="]);
});

test("headFor() encodes once per request, route and expectation", () => {
  const request = new HttpRequest("PUT", new RequestUrl("http://a.test/"), undefined, bytesBody("abc"));
  const first = headFor(request, DIRECT, false);
  assertStrictEquals(headFor(request, DIRECT, false), first);
  const expecting = headFor(request, DIRECT, true);
  assertEquals(textOf(expecting.bytes).includes("Expect: 100-continue"), true);
  assertEquals(textOf(headFor(request, FORWARDED, false).bytes).startsWith("PUT http://"), true);
});
