import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { H1Codec } from "../../../src/protocol/h1/codec.ts";
import type { HeadEvent } from "../../../src/protocol/h1/events.ts";
import { HeadMemory } from "../../../src/protocol/h1/head_memory.ts";
import { DEFAULT_H1_SETTINGS } from "../../../src/protocol/h1/limits.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, GET, lineOf, pairsOf } from "./transcript.ts";

/** The head events of one connection, each answering a GET. */
function headsOf(codec: H1Codec, heads: readonly string[]): HeadEvent[] {
  return heads.map((head) => {
    codec.sendRequest(GET);
    codec.receive(bytesOf(head));
    const event = codec.nextEvent();
    assert(event.type === "head");
    while (codec.nextEvent().type !== "need-data");
    return event;
  });
}

/** What a codec that has seen nothing before says of a head. */
function fresh(head: string): string {
  try {
    const codec = new H1Codec();
    codec.sendRequest(GET);
    codec.receive(bytesOf(head));
    const event = codec.nextEvent();
    return event.type === "head" ? `${lineOf(event)} ${JSON.stringify(pairsOf(event.section))}` : lineOf(event);
  } catch (error) {
    return `${error}`;
  }
}

/** What a codec says of a head after `first`. */
function after(first: string, head: string): string {
  const codec = new H1Codec();
  headsOf(codec, [first]);
  codec.sendRequest(GET);
  codec.receive(bytesOf(head));
  try {
    const event = codec.nextEvent();
    return event.type === "head" ? `${lineOf(event)} ${JSON.stringify(pairsOf(event.section))}` : lineOf(event);
  } catch (error) {
    return `${error}`;
  }
}

const HEAD = "HTTP/1.1 204 None\r\nDate: Fri, 21 Nov 2025 03:44:12 GMT\r\nConnection: keep-alive\r\n" +
  "X-Id: 0123-abc\r\nKeep-Alive: timeout=5\r\nE:\r\n\r\n";

test("a head that is repeated gives the very event again", () => {
  const [first, second, third] = headsOf(new H1Codec(), [HEAD, HEAD, HEAD]);
  assertStrictEquals(second, first);
  assertStrictEquals(third, first);
});

test("a head that another codec of the same memory has read gives the very event", () => {
  const memory = new HeadMemory();
  const [first] = headsOf(new H1Codec(DEFAULT_H1_SETTINGS, memory), [HEAD]);
  const [second] = headsOf(new H1Codec(DEFAULT_H1_SETTINGS, memory), [HEAD]);
  assertStrictEquals(second, first);
});

test("a codec whose later heads differ keeps those to itself, and goes on to recall them", () => {
  const other = "HTTP/1.1 204 None\r\nA: b\r\n\r\n";
  const memory = new HeadMemory();
  const [first, second, third] = headsOf(new H1Codec(DEFAULT_H1_SETTINGS, memory), [HEAD, other, other]);
  assertStrictEquals(third, second);
  const [next] = headsOf(new H1Codec(DEFAULT_H1_SETTINGS, memory), [HEAD]);
  assertStrictEquals(next, first);
});

test("the first head of a codec takes the place of what others had read before", () => {
  const other = "HTTP/1.1 204 None\r\nA: b\r\n\r\n";
  const memory = new HeadMemory();
  headsOf(new H1Codec(DEFAULT_H1_SETTINGS, memory), [HEAD]);
  const [second] = headsOf(new H1Codec(DEFAULT_H1_SETTINGS, memory), [other]);
  const [third] = headsOf(new H1Codec(DEFAULT_H1_SETTINGS, memory), [other]);
  assertStrictEquals(third, second);
});

test("a head with another value of the same length shares offsets with the one before", () => {
  const other = HEAD.replace(":12 GMT", ":13 GMT").replace("0123-abc", "9876:def");
  const [first, second, third] = headsOf(new H1Codec(), [HEAD, other, other]);
  assertStrictEquals(second!.section.offsets, first!.section.offsets);
  assertStrictEquals(third, second);
  assertEquals(second!.section.value(2), "9876:def");
  assertEquals(second!.section.text, other);
  assertEquals(first!.section.text, HEAD);
});

/** What a head becomes when it differs from the one before, of the same length or not. */
const CHANGES: readonly [name: string, from: string, to: string][] = [
  ["a status", "204", "304"],
  ["a version", "HTTP/1.1", "HTTP/1.0"],
  ["a reason", "None", "Nine"],
  ["a NUL in the reason", "None", "No\0e"],
  ["a name", "X-Id", "Y-Id"],
  ["the case of a name", "X-Id", "x-id"],
  ["a name that decides", "Keep-Alive: timeout=5", "Set-Cookie: timeout=5"],
  ["close", "Connection: keep-alive", "Connection: close     "],
  ["another option", "Connection: keep-alive", "Connection: xeep-alive"],
  ["a hint", "timeout=5", "timeout=6"],
  ["NUL in a value", "0123-abc", "0123\0abc"],
  ["CR in a value", "0123-abc", "0123\rabc"],
  ["LF in a value", "0123-abc", "0123\nabc"],
  ["CR LF in a value", "0123-abc", "01\r\nA: b"],
  ["the end in a value", "0123-abc", "0\r\n\r\nabc"],
  ["obs-text in a value", "0123-abc", "0123\xe4abc"],
  ["white space before a value", "0123-abc", " 123-abc"],
  ["white space after a value", "0123-abc", "0123-ab\t"],
  ["white space in a value", "0123-abc", "0123 abc"],
  ["white space before the colon", "X-Id:", "X-I :"],
  ["a folded line", "\r\nX-Id", "\r\n -Id"],
  ["a value instead of white space", "X-Id: 0", "X-Id:00"],
  ["a value where there was none", "E:\r\n\r\n", "E:1\r\n\r\n"],
  ["a shorter head", "X-Id: 0123-abc\r\n", ""],
  ["a longer head", "X-Id: 0123-abc\r\n", "X-Id: 0123-abc\r\nContent-Length: 1\r\n"],
  ["a length", "X-Id: 0123-abc", "Content-Length: 0"],
];

for (const [name, from, to] of CHANGES) {
  test(`a head that differs by ${name} is read as if nothing came before`, () => {
    const changed = HEAD.replace(from, to);
    assert(changed !== HEAD);
    assertEquals(after(HEAD, changed), fresh(changed));
  });
}

test("a change of one byte anywhere, or of several, is read as if nothing came before", () => {
  const edits = fc.array(fc.tuple(fc.nat(HEAD.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });
  fc.assert(
    fc.property(edits, (edits) => {
      const codes = [...HEAD];
      for (const [at, code] of edits) codes[at] = String.fromCharCode(code);
      assertEquals(after(HEAD, codes.join("")), fresh(codes.join("")));
    }),
    { numRuns: 1_000 },
  );
});

test("a head of other characters than ASCII is read anew each time, and right", () => {
  const head = HEAD.replace("0123-abc", "0123\xe4abc");
  const changed = head.replace(":12 GMT", ":13 GMT");
  assertEquals(after(head, changed), fresh(changed));
});

test("a head whose body differs is recalled, and the body is not", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
  const codec = new H1Codec();
  const bodies = ["a", "b"].map((body) => {
    codec.sendRequest(GET);
    codec.receive(bytesOf(head + body));
    codec.nextEvent();
    const line = lineOf(codec.nextEvent());
    while (codec.nextEvent().type !== "need-data");
    return line;
  });
  assertEquals(bodies, ["data a", "data b"]);
});

test("a head is not recalled for a request that reads it in another way", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  const codec = new H1Codec();
  headsOf(codec, [head]);
  codec.sendRequest({ ...GET, method: "HEAD" });
  codec.receive(bytesOf(head));
  assertEquals(lineOf(codec.nextEvent()), "head 1.1 200 OK: none 0");
  while (codec.nextEvent().type !== "need-data");
  codec.sendRequest({ ...GET, fields: [...GET.fields, ["Connection", "close"]] });
  codec.receive(bytesOf(head));
  assertEquals(lineOf(codec.nextEvent()), "head 1.1 200 OK: length 0 (request-close)");
});

test("a head that arrives in pieces is read, whatever was remembered", () => {
  const codec = new H1Codec();
  headsOf(codec, [HEAD]);
  codec.sendRequest(GET);
  codec.receive(bytesOf(HEAD.slice(0, 30)));
  assertEquals(codec.nextEvent().type, "need-data");
  codec.receive(bytesOf(HEAD.slice(30)));
  assertEquals(lineOf(codec.nextEvent()), "head 1.1 204 None: none");
});

test("heads that differ each time, and heads too large to remember, are read right", () => {
  const codec = new H1Codec();
  const heads = Array.from(
    { length: 60 },
    (_, index) => `HTTP/1.1 204 No\r\nA: ${index}\r\nB: ${"b".repeat(index * 40)}\r\n\r\n`,
  );
  headsOf(codec, heads).forEach((event, index) => assertEquals(event.section.text, heads[index]));
  const same = Array.from({ length: 40 }, (_, index) => `HTTP/1.1 204 No\r\nA: ${index + 10}\r\n\r\n`);
  headsOf(codec, same).forEach((event, index) => assertEquals(event.section.value(0), `${index + 10}`));
  const [first, second] = headsOf(codec, [same[39]!, same[39]!].map((head) => head.replace("49", "50")));
  assertEquals(first!.section.text, second!.section.text);
});
