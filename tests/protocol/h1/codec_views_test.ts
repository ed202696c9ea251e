/** What the codec does with the memory that it is given: bodies that land elsewhere, and borrowed views. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { IncompleteReadError, LocalProtocolError, RemoteProtocolError } from "../../../src/errors.ts";
import { H1Codec } from "../../../src/protocol/h1/codec.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, GET, OK, told } from "./transcript.ts";

// Bodies that land in place

test("H1Codec lets a body of known length go past it", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  assertEquals(codec.bodyBytesExpected, 0);
  assertEquals(told(codec, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), [
    "head 1.1 200 OK: length 10",
    "data abc",
  ]);
  assertEquals(codec.bodyBytesExpected, 7);
  codec.consumeBody(4);
  assertEquals(codec.bodyBytesExpected, 3);
  assertEquals(codec.nextEvent().type, "need-data");
  assertThrows(() => codec.consumeBody(4), LocalProtocolError, "3 are left");
  codec.consumeBody(2);
  assertEquals(told(codec, "z"), ["data z", "end"]);
  assertEquals([codec.bodyBytesExpected, codec.reusable], [0, true]);
  codec.sendRequest(GET);
  told(codec, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  codec.consumeBody(10);
  assertEquals(told(codec), ["end"]);
  assertEquals(codec.reusable, true);
});

test("H1Codec.bodyBytesExpected is 0 while bytes wait to be read", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  codec.receive(bytesOf("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
  codec.nextEvent();
  assertEquals(codec.bodyBytesExpected, 0);
  assertThrows(() => codec.consumeBody(1), LocalProtocolError);
});

test("H1Codec counts what went past it when the body is cut short", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  told(codec, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  codec.consumeBody(4);
  codec.receiveEof();
  assertThrows(() => codec.nextEvent(), IncompleteReadError, "after 7 of 10 bytes");
});

test("H1Codec lets a body until close go past it, and none that is chunked", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  told(codec, "HTTP/1.1 200 OK\r\n\r\n");
  assertEquals(codec.bodyBytesExpected, Infinity);
  codec.consumeBody(1e9);
  codec.receiveEof();
  assertEquals(told(codec), ["end", "closed"]);
  const chunked = new H1Codec();
  chunked.sendRequest(GET);
  told(chunked, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  assertEquals(chunked.bodyBytesExpected, 0);
  assertThrows(() => chunked.consumeBody(1), LocalProtocolError);
});

// Borrowed views

test("H1Codec gives parts of the view it was given, not copies", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  const view = bytesOf(OK);
  codec.receive(view);
  codec.nextEvent();
  const event = codec.nextEvent();
  assert(event.type === "data");
  assertStrictEquals(event.view, view);
  assertEquals([event.from, event.to, event.length], [OK.length - 2, OK.length, 2]);
});

test("H1Codec.retain() keeps what was not read yet", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  const view = bytesOf(OK);
  codec.receive(view);
  codec.nextEvent();
  codec.retain();
  view.fill(0);
  assertEquals(told(codec), ["data ok", "end"]);
});

test("H1Codec joins a view with what was left of the one before", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  codec.receive(bytesOf(OK.slice(0, -1)));
  codec.nextEvent();
  codec.receive(bytesOf(OK.slice(-1)));
  assertEquals(told(codec), ["data ok", "end"]);
});

test("H1Codec takes no notice of an empty view", () => {
  const codec = new H1Codec();
  codec.receive(new Uint8Array(0));
  assertEquals([codec.reusable, codec.nextEvent().type], [true, "need-data"]);
});

test("H1Codec hoards nothing once it is closed", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  const error = told(codec, "junk");
  for (let i = 0; i < 100; i++) codec.receive(new Uint8Array(1000));
  assertEquals(told(codec), error);
  assertThrows(() => codec.nextEvent(), RemoteProtocolError);
  assertEquals(`${codec}`, "H1Codec(request closed, response closed, remote-protocol-error)");
});
