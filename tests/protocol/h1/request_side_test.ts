import { assertEquals, assertThrows } from "@std/assert";
import { LocalProtocolError } from "../../../src/errors.ts";
import { checkHead, type RequestHead } from "../../../src/protocol/h1/request_facts.ts";
import { RequestSide } from "../../../src/protocol/h1/request_side.ts";
import { ON_REQUEST } from "../../../src/protocol/h1/states.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, request, textOf } from "./transcript.ts";

function begun(parts: Partial<RequestHead>): RequestSide {
  const side = new RequestSide();
  side.begin(checkHead(request(parts)).facts);
  return side;
}

test("RequestSide.begin() goes where the body says", () => {
  assertEquals(begun({}).stateName, "done");
  assertEquals(begun({ body: 0 }).stateName, "done");
  assertEquals(begun({ body: 1 }).stateName, "body");
  assertEquals(begun({ body: "chunked" }).stateName, "body");
  assertEquals(begun({ body: 1, expectContinue: true }).stateName, "waiting");
});

test("RequestSide sends exactly the announced length", () => {
  const side = begun({ body: 5 });
  assertEquals(side.send(bytesOf("he")).map(textOf), ["he"]);
  assertEquals(side.send(bytesOf("")), []);
  assertEquals(side.send(bytesOf("llo")).map(textOf), ["llo"]);
  assertEquals(side.end([]).length, 0);
  assertEquals(side.stateName, "done");
});

test("RequestSide.send() refuses a byte too many, and is closed then", () => {
  const side = begun({ body: 5 });
  side.send(bytesOf("hell"));
  assertThrows(() => side.send(bytesOf("o!")), LocalProtocolError, "6 bytes or more: Content-Length is 5");
  assertEquals(side.stateName, "closed");
  assertThrows(() => side.send(bytesOf("o")), LocalProtocolError, '"data" does not follow in the state "closed"');
});

test("RequestSide.end() refuses a byte too few, and is closed then", () => {
  const side = begun({ body: 5 });
  side.send(bytesOf("hell"));
  assertThrows(() => side.end([]), LocalProtocolError, "after 4 bytes: Content-Length is 5");
  assertEquals(side.stateName, "closed");
});

test("RequestSide.end() refuses trailers of a body that is not chunked, and changes nothing", () => {
  const side = begun({ body: 1 });
  side.send(bytesOf("x"));
  assertThrows(() => side.end([["A", "b"]]), LocalProtocolError, "expected a chunked one");
  assertEquals(side.end([]).length, 0);
});

test("RequestSide.end() refuses a malformed trailer, and changes nothing", () => {
  const side = begun({ body: "chunked" });
  assertThrows(() => side.end([["Host", "b"]]), LocalProtocolError);
  assertEquals(textOf(side.end([["A", "b"]])), "0\r\nA: b\r\n\r\n");
});

test("RequestSide takes no body before a head, after the end, or without one", () => {
  const fresh = new RequestSide();
  assertThrows(() => fresh.send(bytesOf("x")), LocalProtocolError, 'in the state "idle"');
  assertThrows(() => fresh.end([]), LocalProtocolError, 'in the state "idle"');
  const bodyless = begun({});
  assertThrows(() => bodyless.send(bytesOf("x")), LocalProtocolError, 'in the state "done"');
  assertThrows(() => bodyless.end([]), LocalProtocolError, 'in the state "done"');
  const ended = begun({ body: "chunked" });
  ended.end([]);
  assertThrows(() => ended.send(bytesOf("x")), LocalProtocolError);
  assertThrows(() => ended.end([]), LocalProtocolError);
});

test("RequestSide.step() waits for 100, loses patience, or gives up", () => {
  const granted = begun({ body: 1, expectContinue: true });
  granted.step(ON_REQUEST.continue);
  assertEquals(granted.stateName, "body");
  const impatient = begun({ body: 1, expectContinue: true });
  impatient.send(bytesOf("x"));
  assertEquals(impatient.stateName, "body");
  const refused = begun({ body: 1, expectContinue: true });
  refused.step(ON_REQUEST.final);
  assertEquals(refused.stateName, "abandoned");
  assertThrows(() => refused.send(bytesOf("x")), LocalProtocolError, 'in the state "abandoned"');
  assertThrows(() => refused.step(ON_REQUEST.next), LocalProtocolError);
});
