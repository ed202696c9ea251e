/**
 * Hostile input at the level of the HTTP/1.1 codec that wants to cost much: S26 input without end,
 * S27 quadratic work, S28 backtracking.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RemoteProtocolError } from "../../src/errors.ts";
import { ChunkReader } from "../../src/protocol/h1/chunk_reader.ts";
import { H1Codec } from "../../src/protocol/h1/codec.ts";
import { HeadParser } from "../../src/protocol/h1/head_parser.ts";
import { DEFAULT_H1_SETTINGS, type H1Settings, resolveH1Settings } from "../../src/protocol/h1/limits.ts";
import { ReceiveBuffer } from "../../src/protocol/h1/receive_buffer.ts";
import { bytesOf, drain, feed, GET, singles } from "../protocol/h1/transcript.ts";
import { test } from "../support/suite.ts";

// S26: input without end

/** Feeds the pieces until the codec refuses, and tells how many bytes that took. */
function bytesUntilRefused(start: string, again: string, settings?: H1Settings, size = 1000): number {
  const codec = new H1Codec(settings);
  codec.sendRequest(GET);
  codec.receive(bytesOf(start));
  const lines: string[] = [];
  assert(drain(codec, lines), lines.at(-1));
  const piece = bytesOf(again.repeat(Math.max(1, Math.floor(size / again.length))));
  for (let sent = 0; sent < 4_000_000; sent += piece.length) {
    lines.length = 0;
    codec.receive(piece.slice());
    if (drain(codec, lines)) continue;
    const error = assertThrows(() => codec.nextEvent(), RemoteProtocolError);
    assertEquals(error.code, "LIMIT_EXCEEDED");
    return sent;
  }
  throw new Error("Never refused");
}

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const ENDLESS: readonly [name: string, start: string, again: string, most: number][] = [
  ["a reason", "HTTP/1.1 200 ", "x", 64 * 1024],
  ["a field name", "HTTP/1.1 200 OK\r\n", "x", 64 * 1024],
  ["a field value", "HTTP/1.1 200 OK\r\nX: ", "y", 64 * 1024],
  ["white space before a value", "HTTP/1.1 200 OK\r\nX:", " ", 64 * 1024],
  ["fields", "HTTP/1.1 200 OK\r\n", "x:\r\n", 128 * 4 + 4],
  ["long fields", "HTTP/1.1 200 OK\r\n", `x:${"y".repeat(996)}\r\n`, 64 * 1024],
  ["informational responses", "", "HTTP/1.1 103 \r\n\r\n", 33 * 17],
  ["a chunk extension", `${CHUNKED}5;`, "x", 4 * 1024],
  ["white space after a chunk size", `${CHUNKED}5`, " ", 4 * 1024],
  ["chunk extensions", CHUNKED, "1;abc\r\nx\r\n", 4 * 1024 * 10],
  ["a trailer", `${CHUNKED}0\r\nX: `, "y", 16 * 1024],
  ["trailers", `${CHUNKED}0\r\n`, "x:\r\n", 128 * 4 + 4],
];

for (const [name, start, again, most] of ENDLESS) {
  test(`S26: ${name} without end: refused after at most ${most} bytes, however it is split`, () => {
    for (const size of [1, 999, 100_000]) assert(bytesUntilRefused(start, again, undefined, size) <= most);
  });
}

test("S26: endless chunk sizes are refused by their digits", () => {
  const { lines } = feed([bytesOf(CHUNKED), bytesOf("0".repeat(14))]);
  assert(lines.at(-1)!.includes("too many digits"));
});

test("S26: a huge chunk and a huge length reserve no memory", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  codec.receive(bytesOf(`${CHUNKED}fffffffffffff\r\nabc`));
  const lines: string[] = [];
  drain(codec, lines);
  assertEquals(lines, ["head 1.1 200 OK: chunked", "data abc"]);
  assertEquals(
    feed([bytesOf("HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\nabc")]).lines.at(-1),
    "data abc",
  );
});

// S27, S28: work in proportion to the input

/** `bytes`, counting every byte that is looked at. */
function counted(bytes: Uint8Array): { view: Uint8Array; reads: () => number } {
  let reads = 0;
  const view = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { view, reads: () => reads };
}

/** Bytes that `run` copies from one array into another. */
function bytesCopied(run: () => void): number {
  let copied = 0;
  const { set } = Uint8Array.prototype;
  Uint8Array.prototype.set = function (source, offset): void {
    copied += source.length;
    set.call(this, source, offset);
  };
  try {
    run();
  } finally {
    Uint8Array.prototype.set = set;
  }
  return copied;
}

const LARGE = resolveH1Settings({ limits: { fields: 100_000 } });
const HEADS: readonly [name: string, head: string][] = [
  ["one long value", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(60_000)}\r\n\r\n`],
  ["one long name", `HTTP/1.1 200 OK\r\n${"x".repeat(60_000)}: y\r\n\r\n`],
  ["white space before a value", `HTTP/1.1 200 OK\r\nX:${" ".repeat(60_000)}y\r\n\r\n`],
  ["white space behind a value", `HTTP/1.1 200 OK\r\nX: y${" ".repeat(60_000)}\r\n\r\n`],
  ["white space within a value", `HTTP/1.1 200 OK\r\nX: ${"y ".repeat(30_000)}\r\n\r\n`],
  ["lines as short as can be", `HTTP/1.1 200 OK\r\n${"x:\r\n".repeat(15_000)}\r\n`],
  ["a long reason", `HTTP/1.1 200 ${"y".repeat(60_000)}\r\n\r\n`],
];

for (const [name, head] of HEADS) {
  test(`S27: a head with ${name} is looked at no more than three times per byte, whole or byte by byte`, () => {
    const bytes = bytesOf(head);
    for (const step of [bytes.length, 1]) {
      const { view, reads } = counted(bytes);
      const parser = new HeadParser();
      parser.begin("response head", LARGE);
      let complete = false;
      for (let end = step; end <= bytes.length; end += step) complete = parser.scan(view, 0, end);
      assert(complete);
      assert(reads() <= 3 * bytes.length + 200, `${reads()} reads of ${bytes.length} bytes`);
    }
  });
}

test("S27: a head that comes byte by byte is copied a constant number of times", () => {
  const bytes = bytesOf(HEADS[0]![1]);
  const copied = bytesCopied(() => {
    const codec = new H1Codec(LARGE);
    codec.sendRequest(GET);
    for (const piece of singles(bytes)) {
      codec.receive(piece);
      codec.nextEvent();
    }
    assertEquals(codec.responseState, "body");
  });
  assert(copied <= 4 * bytes.length, `${copied} copied of ${bytes.length} bytes`);
});

test("S27: a long body behind a head that came in two pieces is not copied", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
  const rest = new Uint8Array(1_000_000 + 10);
  rest.set(bytesOf(head.slice(-10)));
  const copied = bytesCopied(() => {
    const codec = new H1Codec();
    codec.sendRequest(GET);
    codec.receive(bytesOf(head.slice(0, -10)));
    codec.nextEvent();
    codec.receive(rest);
    assertEquals([codec.nextEvent().type, codec.nextEvent().type, codec.nextEvent().type], ["head", "data", "end"]);
  });
  assert(copied < 5_000, `${copied} bytes copied`);
});

const BODIES: readonly [name: string, text: string][] = [
  ["chunks of one byte", `${"1\r\nx\r\n".repeat(20_000)}0\r\n\r\n`],
  ["leading zeros", `${"0000000000001\r\nx\r\n".repeat(5_000)}0\r\n\r\n`],
  ["one long chunk", `${(100_000).toString(16)}\r\n${"x".repeat(100_000)}\r\n0\r\n\r\n`],
  ["one long trailer", `0\r\nX: ${"y".repeat(16_000)}\r\n\r\n`],
];

for (const [name, text] of BODIES) {
  test(`S27: ${name} cost no more than three looks and one event per byte, whole or byte by byte`, () => {
    const bytes = bytesOf(text);
    const whole = counted(bytes);
    const parts = singles(bytes).map(counted);
    for (const pieces of [[whole], parts]) {
      const reader = new ChunkReader(DEFAULT_H1_SETTINGS);
      reader.begin();
      const input = new ReceiveBuffer();
      let events = 0;
      let ended = false;
      const copied = bytesCopied(() => {
        for (const { view } of pieces) {
          input.receive(view);
          for (let event = reader.read(input); event.type !== "need-data"; event = reader.read(input)) {
            events++;
            ended = event.type === "end";
            if (ended) break;
          }
        }
      });
      const reads = pieces.reduce((sum, { reads }) => sum + reads(), 0);
      assert(ended);
      assert(events <= bytes.length);
      assert(reads <= 3 * bytes.length + 10, `${reads} reads of ${bytes.length} bytes`);
      assert(copied <= 4 * bytes.length, `${copied} copied of ${bytes.length} bytes`);
    }
  });
}

test("S28: values that would make a regular expression backtrack are read in one pass", () => {
  const evil = [" ".repeat(30_000), `${"a,".repeat(15_000)}`, `${" ,".repeat(15_000)}`, `${"timeout=".repeat(4_000)}`];
  for (const value of evil) {
    for (const name of ["Connection", "Keep-Alive", "X"]) {
      const bytes = bytesOf(`HTTP/1.1 204 No\r\n${name}: ${value}\r\n\r\n`);
      assertEquals(feed([bytes]).lines, ["head 1.1 204 No: none", "end"]);
    }
  }
});
