import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError } from "../../../src/errors.ts";
import type { RequestBody, RequestHead } from "../../../src/protocol/h1/request_facts.ts";
import { type EncodedHead, RequestMemory } from "../../../src/protocol/h1/request_memory.ts";
import { encodeRequestHead, encodeRequestHeadOnce } from "../../../src/protocol/h1/request_writer.ts";
import { test } from "../../support/suite.ts";
import { GET, request, textOf } from "./transcript.ts";

const HEAD: RequestHead = request({ method: "POST", target: "/a", fields: [["Host", "a"], ["X", "y"]], body: 3 });

test("RequestMemory recalls a head that differs in its target alone", () => {
  const memory = new RequestMemory();
  assertEquals(memory.recall(HEAD), null);
  const encoded = encodeRequestHead(HEAD);
  memory.remember(HEAD, encoded);
  assertStrictEquals(memory.recall({ ...HEAD, fields: [["Host", "a"], ["X", "y"]] }), encoded);
  assertStrictEquals(memory.recall({ ...HEAD, target: "/b" }), encoded);
  assertStrictEquals(memory.recall({ ...HEAD, expectContinue: false }), encoded);
  assertEquals([memory.target, textOf(memory.rest)], [
    "/a",
    " HTTP/1.1\r\nHost: a\r\nX: y\r\nContent-Length: 3\r\n\r\n",
  ]);
});

const OTHERS: readonly [name: string, parts: Partial<RequestHead>][] = [
  ["the method", { method: "PUT" }],
  ["the length", { body: 4 }],
  ["the framing", { body: "chunked" }],
  ["the expectation", { expectContinue: true }],
  ["a name", { fields: [["Host", "a"], ["x", "y"]] }],
  ["a value", { fields: [["Host", "a"], ["X", "z"]] }],
  ["the order", { fields: [["X", "y"], ["Host", "a"]] }],
  ["a field less", { fields: [["Host", "a"]] }],
  ["a field more", { fields: [["Host", "a"], ["X", "y"], ["Z", ""]] }],
];

for (const [name, parts] of OTHERS) {
  test(`RequestMemory does not recall a head that differs in ${name}`, () => {
    const memory = new RequestMemory();
    memory.remember(HEAD, encodeRequestHead(HEAD));
    assertEquals(memory.recall({ ...HEAD, ...parts }), null);
  });
}

test("RequestMemory keeps copies of the lists that it was given", () => {
  const fields: [string, string][] = [["Host", "a"], ["X", "y"]];
  const memory = new RequestMemory();
  memory.remember({ ...HEAD, fields }, encodeRequestHead({ ...HEAD, fields }));
  fields[1]![1] = "evil";
  assertEquals(memory.recall({ ...HEAD, fields }), null);
  assert(memory.recall(HEAD) !== null);
});

/** Encodes often enough that the memory, which all share, takes it in whatever came before. */
function encodeOften(head: RequestHead): EncodedHead {
  for (let i = 0; i < 20; i++) encodeRequestHeadOnce(head);
  return encodeRequestHeadOnce(head);
}

test("encodeRequestHeadOnce() gives equal bytes again for an equal head", () => {
  const first = encodeOften(HEAD);
  assertStrictEquals(encodeRequestHeadOnce({ ...HEAD, fields: [["Host", "a"], ["X", "y"]] }), first);
  const second = encodeRequestHeadOnce({ ...HEAD, target: "/longer" });
  assertStrictEquals(second.facts, first.facts);
  assertStrictEquals(encodeRequestHeadOnce({ ...HEAD, target: "/longer" }), second);
  assertEquals(textOf(first.bytes), textOf(encodeRequestHead(HEAD).bytes));
});

test("encodeRequestHeadOnce() checks the target of a head that it remembers", () => {
  encodeOften(GET);
  for (const target of ["", "*", "a", "/a b", "/a\r\nX: y", "/\u010a", "/a#b", "://a"]) {
    assertThrows(() => encodeRequestHeadOnce({ ...GET, target }), LocalProtocolError);
  }
  assertEquals(textOf(encodeRequestHeadOnce(GET).bytes), "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
});

test("encodeRequestHeadOnce() writes what encodeRequestHead() writes, whatever came before", () => {
  const head = fc.record({
    method: fc.constantFrom("GET", "POST", "HEAD"),
    target: fc.constantFrom("/", "/a", "/b?c", "*", "/ "),
    fields: fc.constantFrom<[string, string][]>([["Host", "a"]], [["Host", "b"]], [["Host", "a"], ["X", "y"]], [[
      "X",
      "y",
    ]]),
    body: fc.constantFrom<RequestBody>("none", 0, 5, "chunked"),
    expectContinue: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(head, { maxLength: 30 }), (heads) => {
    for (const head of heads) {
      const told = [encodeRequestHeadOnce, encodeRequestHead].map((encode) => {
        try {
          const { bytes, facts } = encode(head);
          return [textOf(bytes), facts];
        } catch (error) {
          return `${error}`;
        }
      });
      assertEquals(told[0], told[1]);
    }
  }));
});
