import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError } from "../../../src/errors.ts";
import {
  encodeChunk,
  encodeLastChunk,
  encodeRequestHead,
  encodeRequestHeadOnce,
  joinParts,
} from "../../../src/protocol/h1/request_writer.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, GET, request, textOf } from "./transcript.ts";

test("encodeRequestHead() and encodeRequestHeadOnce() write the same", () => {
  const head = request({
    method: "POST",
    fields: [["Host", "a.test"], ["X", "y \t z"]],
    body: 3,
    expectContinue: true,
  });
  const kept = encodeRequestHead(head);
  const once = encodeRequestHeadOnce(head);
  assertEquals(textOf(kept.bytes), textOf(once.bytes));
  assertEquals(kept.facts, once.facts);
  assertEquals(
    textOf(kept.bytes),
    "POST / HTTP/1.1\r\nHost: a.test\r\nX: y \t z\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
  );
});

test("encodeRequestHead() gives bytes that pin no more than themselves", () => {
  const { bytes } = encodeRequestHead(GET);
  assertEquals(bytes.buffer.byteLength, bytes.length);
});

test("encodeRequestHeadOnce() never changes bytes that it gave before", () => {
  const heads = Array.from({ length: 300 }, (_, index) => encodeRequestHeadOnce(request({ target: `/${index}` })));
  heads.forEach(({ bytes }, index) => assert(textOf(bytes).startsWith(`GET /${index} HTTP`)));
});

test("encodeRequestHead() writes a head of any size", () => {
  const value = "v".repeat(100_000);
  const { bytes } = encodeRequestHead(request({ fields: [["Host", "a"], ["X", value]] }));
  assertEquals(textOf(bytes), `GET / HTTP/1.1\r\nHost: a\r\nX: ${value}\r\n\r\n`);
});

test("encodeRequestHead() names the field and the character, never the value", () => {
  const head = request({ fields: [["Host", "a"], ["Authorization", "Bearer s3cret\n"]] });
  const error = assertThrows(() => encodeRequestHead(head), LocalProtocolError);
  assertEquals(
    error.message,
    'Cannot send the request: the value of the field "Authorization" is malformed: found U+000A at position 13',
  );
  assertFalse(`${error.stack}`.includes("s3cret"));
});

test("encodeRequestHead() refuses a Host that is more than a host and a port", () => {
  for (const host of ["a/b", "a b", "a@b", "a?b", "a#b", 'a"b', "a\\b", "a<b", "ä", "a\tb"]) {
    assertThrows(() => encodeRequestHead(request({ fields: [["hOSt", host]] })), LocalProtocolError, "is malformed");
  }
  for (const host of ["", "a.test:80", "[::1]:8080", "[fe80::1%25eth0]", "a_b", "xn--a"]) {
    assert(textOf(encodeRequestHead(request({ fields: [["Host", host]] })).bytes).includes(`Host: ${host}\r\n`));
  }
});

test("encodeRequestHead() refuses an empty method and an empty name", () => {
  assertThrows(() => encodeRequestHead(request({ method: "" })), LocalProtocolError, "not a token: it is empty");
  assertThrows(
    () => encodeRequestHead(request({ fields: [["Host", "a"], ["", "x"]] })),
    LocalProtocolError,
    "not a token: it is empty",
  );
});

test("encodeRequestHead() writes whatever it writes as it was given", () => {
  const anything = fc.string({ unit: "binary", maxLength: 8 });
  fc.assert(fc.property(anything, anything, anything, anything, (method, path, name, value) => {
    const head = request({ method, target: `/${path}`, fields: [["Host", "a"], [name, value]] });
    let bytes: Uint8Array;
    try {
      bytes = encodeRequestHead(head).bytes;
    } catch (error) {
      assert(error instanceof LocalProtocolError, `${error}`);
      return;
    }
    assertEquals(textOf(bytes), `${method} /${path} HTTP/1.1\r\nHost: a\r\n${name}: ${value}\r\n\r\n`);
    assertEquals(textOf(bytes).split("\r\n").length, 5);
  }));
});

test("encodeChunk() frames bytes without copying them", () => {
  const bytes = new Uint8Array(0x1a2b);
  const parts = encodeChunk(bytes);
  assertEquals(parts.length, 3);
  assertEquals(textOf(parts[0]!), "1a2b\r\n");
  assertStrictEquals(parts[1], bytes);
  assertEquals(textOf(parts[2]!), "\r\n");
});

test("encodeChunk() never writes the chunk that ends the body", () => assertEquals(encodeChunk(bytesOf("")), []));

test("encodeLastChunk() writes trailers, and refuses those that come too late", () => {
  assertEquals(textOf(encodeLastChunk([])), "0\r\n\r\n");
  assertEquals(textOf(encodeLastChunk([["A", "b"], ["C", ""]])), "0\r\nA: b\r\nC: \r\n\r\n");
  for (
    const name of [
      "Content-Length",
      "transfer-encoding",
      "HOST",
      "Trailer",
      "Connection",
      "TE",
      "Expect",
      "Authorization",
      "Content-Type",
      "Content-Encoding",
      "Content-Range",
      "Upgrade",
      "Max-Forwards",
      "Keep-Alive",
      "Proxy-Authorization",
    ]
  ) {
    assertThrows(() => encodeLastChunk([[name, "1"]]), LocalProtocolError, "expected it in the head");
  }
  assertThrows(() => encodeLastChunk([["A", "b\r\nC: d"]]), LocalProtocolError, "U+000D at position 1");
  assertThrows(() => encodeLastChunk([["A b", "c"]]), LocalProtocolError, "U+0020 at position 1");
});

test("joinParts() makes one array, and copies nothing when there is one", () => {
  const one = bytesOf("abc");
  assertStrictEquals(joinParts([one]), one);
  assertEquals(textOf(joinParts([one, bytesOf(""), bytesOf("de")])), "abcde");
  assertEquals(joinParts([]).length, 0);
  const large = new Uint8Array(100_000).fill(0x61);
  assertEquals(textOf(joinParts([one, large])), `abc${"a".repeat(100_000)}`);
});
