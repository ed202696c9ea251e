import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { HeadParser } from "../../../src/protocol/h1/head_parser.ts";
import { DEFAULT_H1_SETTINGS, MAX_HEAD_BYTES } from "../../../src/protocol/h1/limits.ts";
import { ReceiveBuffer } from "../../../src/protocol/h1/receive_buffer.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, pairsOf, textOf } from "./transcript.ts";

const HEAD = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";

function parser(): HeadParser {
  const parser = new HeadParser();
  parser.begin("response head", DEFAULT_H1_SETTINGS);
  return parser;
}

test("ReceiveBuffer.receive() borrows the view while nothing is left over", () => {
  const buffer = new ReceiveBuffer();
  const view = bytesOf("abc");
  buffer.receive(view);
  assertStrictEquals(buffer.view, view);
  assertEquals([buffer.at, buffer.end, buffer.pending], [0, 3, 3]);
});

test("ReceiveBuffer.receive() joins what is left with what comes", () => {
  const buffer = new ReceiveBuffer();
  buffer.receive(bytesOf("abc"));
  buffer.at = 2;
  buffer.receive(bytesOf("de"));
  assertEquals(textOf(buffer.take()), "cde");
  assertEquals(buffer.pending, 0);
});

test("ReceiveBuffer.readSection() takes a section out of the view, and leaves the rest there", () => {
  const buffer = new ReceiveBuffer();
  const view = bytesOf(`${HEAD}rest`);
  buffer.receive(view);
  assertEquals(pairsOf(buffer.readSection(parser())!), [["A", "b"]]);
  assertStrictEquals(buffer.view, view);
  assertEquals(buffer.at, HEAD.length);
});

test("ReceiveBuffer.readSection() keeps the start of a section, not the rest of the last view", () => {
  const buffer = new ReceiveBuffer();
  const head = parser();
  const first = bytesOf(HEAD.slice(0, 20));
  buffer.receive(first);
  assertEquals(buffer.readSection(head), null);
  assertEquals(buffer.pending, 20);
  first.fill(0xff);
  const body = "x".repeat(100_000);
  const last = bytesOf(HEAD.slice(20) + body);
  buffer.receive(last);
  assertEquals(pairsOf(buffer.readSection(head)!), [["A", "b"]]);
  assertStrictEquals(buffer.view, last);
  assertEquals(buffer.at, HEAD.length - 20);
  assertEquals(textOf(buffer.take()), body);
});

test("ReceiveBuffer.readSection() keeps a long section that comes in long pieces", () => {
  const long = `HTTP/1.1 200 OK\r\nA: ${"y".repeat(MAX_HEAD_BYTES - 100)}\r\n\r\n`;
  for (const size of [1000, 2048, 5000, 60_000]) {
    const buffer = new ReceiveBuffer();
    const head = parser();
    const bytes = bytesOf(`${long}rest`);
    let section = null;
    for (let at = 0; section === null; at += size) {
      assert(at < bytes.length);
      buffer.receive(bytes.slice(at, at + size));
      section = buffer.readSection(head);
    }
    assertEquals(section.text, long);
    assertEquals("rest".startsWith(textOf(buffer.take())), true);
  }
});

test("ReceiveBuffer.retain() copies what is left, and nothing when nothing is", () => {
  const buffer = new ReceiveBuffer();
  const view = bytesOf("abc");
  buffer.receive(view);
  buffer.at = 1;
  buffer.retain();
  view.fill(0);
  assertEquals(textOf(buffer.take()), "bc");
  buffer.receive(view);
  buffer.at = 3;
  buffer.retain();
  assertEquals(buffer.view.length, 0);
});

test("ReceiveBuffer.release() lets go of a consumed view, and of no other", () => {
  const buffer = new ReceiveBuffer();
  const view = bytesOf("abc");
  buffer.receive(view);
  buffer.release();
  assertStrictEquals(buffer.view, view);
  buffer.at = 3;
  buffer.release();
  assertEquals(buffer.view.length, 0);
  buffer.receive(view);
  assertEquals(textOf(buffer.take()), "abc");
});

test("ReceiveBuffer.take() gives kept and borrowed bytes in order, as bytes of their own", () => {
  const buffer = new ReceiveBuffer();
  const head = parser();
  buffer.receive(bytesOf("HTTP/1.1 2"));
  buffer.readSection(head);
  const view = bytesOf("00 OK");
  buffer.receive(view);
  const taken = buffer.take();
  view.fill(0);
  assertEquals(textOf(taken), "HTTP/1.1 200 OK");
  assertEquals(buffer.pending, 0);
});
