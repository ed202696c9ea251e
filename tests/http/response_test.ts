import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BodyError, BodyUsedError, EmptyBodyError, SchemaError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import type { StandardSchema } from "../../src/http/standard_schema.ts";
import { encode, ScriptedBody } from "../support/bodies.ts";
import { liveResponse, response } from "../support/responses.ts";
import { test } from "../support/suite.ts";

const JSON_TYPE = { "Content-Type": "application/json" };

const counts: StandardSchema<unknown, number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => Array.isArray(value) ? { value: value.length } : { issues: [{ message: "Expected array" }] },
  },
};

test("a complete response hands its body out in every form", async () => {
  const complete = response("é", { headers: { "Content-Type": "text/plain" } });
  assertEquals([complete.content, complete.bytes() === complete.content], [encode("é"), true]);
  assertEquals([complete.text(), complete.text(), complete.text("latin1"), complete.encoding], [
    "é",
    "é",
    "Ã©",
    "utf-8",
  ]);
  const blob = complete.blob();
  assert(blob.type.startsWith("text/plain"));
  assertEquals([await blob.text(), blob.size], ["é", 2]);
  assertThrows(() => complete.text("made-up"), RangeError, "made-up");
  assertEquals(response("x").blob().type, "");
});

test("text() and encoding follow mark, charset and default", () => {
  const latin = { headers: { "Content-Type": "text/plain;charset=ISO-8859-1" } };
  assertEquals([response(Uint8Array.of(0xe9), latin).text(), response("", latin).encoding], ["é", "windows-1252"]);
  assertEquals(response("\ufeffé", latin).text(), "é");
  assertEquals([response("\ufeffé", latin).encoding, liveResponse(new ScriptedBody([]), latin).encoding], [
    "utf-8",
    "windows-1252",
  ]);
});

test("json() parses, validates and revives", () => {
  const json: unknown = response("[1,2]", { headers: JSON_TYPE }).json();
  assertEquals(json, [1, 2]);
  const count: number = response("[1,2]").json(counts);
  assertEquals(count, 2);
  assertEquals(response("[1]").json(undefined, { reviver: (key, value) => key === "0" ? 5 : value }), [5]);
  assertThrows(() => response("{}").json(counts), SchemaError, "does not fit the schema at $");
  assertThrows(() => response("").json(), EmptyBodyError);
  assertThrows(() => response("<html>", { headers: { "Content-Type": "text/html" } }).json(), BodyError, "text/html");
});

test("json() reads by the codec of the call", () => {
  const settings = { parseJson: (text: string) => `<${text}>`, limits: { body: 1, drain: 1 } };
  assertEquals(response("1", { settings }).json(), "<1>");
  assertEquals(response("1", { settings }).json(undefined, { reviver: () => 2 }), 2);
});

test("jsonOr() falls back on nothing, and on nothing else", () => {
  assertEquals([response("").jsonOr(7), response(" \n").jsonOr(7), response("1").jsonOr(7)], [7, 7, 1]);
  assertEquals([response("").jsonOr(null, counts), response("[1]").jsonOr(null, counts)], [null, 1]);
  assertThrows(() => response("{").jsonOr(7), BodyError);
  assertThrows(() => response("1").jsonOr(7, counts), SchemaError);
});

test("formData() reads by the media type", () => {
  const form = response("a=1", { headers: { "Content-Type": "application/x-www-form-urlencoded" } }).formData();
  assertEquals(form.get("a"), "1");
  assertThrows(() => response("a=1").formData(), BodyError, "expected a form");
});

test("a live response says how to get at its body", () => {
  const live = liveResponse(new ScriptedBody(["x"]));
  for (
    const read of [() => live.content, () => live.text(), () => live.json(), () => live.jsonOr(1), () => live.blob()]
  ) {
    assertThrows(read, BodyUsedError, "it is still on the wire");
  }
  assertEquals([live.loaded, live.live === null], [undefined, false]);
});

test("complete() puts the body in place and keeps the trailers", () => {
  const body = new ScriptedBody([], false, HeaderList.from({ "X-Sum": "1" }));
  const live = liveResponse(body);
  assertEquals(live.trailers.length, 0);
  body.read();
  assertStrictEquals(live.complete(encode("x")), live);
  assertEquals([live.text(), live.live, live.trailers.get("x-sum")], ["x", null, "1"]);
});

test("a response without a body is complete and empty", () => {
  const none = liveResponse(null, { status: 204 });
  assertEquals([none.content.length, none.text(), none.trailers.length], [0, "", 0]);
});

test("drop() lets go of the body once, and leaves the head", () => {
  const body = new ScriptedBody(["x"]);
  const dropped = liveResponse(body, { status: 301 });
  dropped.drop(64);
  dropped.drop(64);
  assertEquals([body.log, dropped.status, dropped.live, dropped.loaded], [["discard 64"], 301, null, undefined]);
  const error = assertThrows(() => dropped.content, BodyError, "it was dropped");
  assertEquals(error instanceof BodyUsedError, false);
  const complete = response("x");
  complete.drop(64);
  assertEquals(complete.text(), "x");
});

test("withBody() makes another response with the same head", () => {
  const first = liveResponse(new ScriptedBody(["x"]), { status: 203, headers: { A: "1" } });
  const body = new ScriptedBody(["y"]);
  const second = first.withBody(body, HeaderList.from({ B: "2" }));
  assertEquals([second.status, second.headers.get("b"), second.headers.has("a")], [203, "2", false]);
  assertStrictEquals(second.live, body);
  assertStrictEquals(second.request, first.request);
  assertEquals(first.withBody(null).text(), "");
});

test("toWeb() makes a Response of the web", async () => {
  const history = [response("", { status: 302, url: "https://a.test/old" })];
  const complete = response("é", {
    status: 201,
    reason: "Made",
    headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"], ["X", "1"]],
    url: "https://u:p@a.test/x#f",
    history,
  });
  const web = complete.toWeb();
  assertEquals([web.status, web.statusText, web.url, web.redirected], [201, "Made", "https://a.test/x#f", true]);
  assertEquals([web.headers.getSetCookie(), web.headers.get("x")], [["a=1", "b=2"], "1"]);
  assertEquals([await web.text(), complete.text()], ["é", "é"]);
});

test("toWeb() moves a body that is on the wire", async () => {
  const live = liveResponse(new ScriptedBody(["a", "b"], true));
  const web = live.toWeb();
  assertEquals([await web.text(), live.live, web.redirected], ["ab", null, false]);
});

test("toWeb() makes no body where the web allows none, and refuses what it cannot say", () => {
  assertEquals([
    response("", { status: 204, reason: "" }).toWeb().body,
    liveResponse(null, { status: 304 }).toWeb().body,
  ], [
    null,
    null,
  ]);
  for (const status of [101, 199, 600, 999]) {
    assertThrows(() => response("", { status }).toWeb(), TypeError, `of status ${status}`);
  }
});
