import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RemoteProtocolError } from "../../../src/errors.ts";
import {
  decideFraming,
  type FramingFields,
  isUpgrade,
  NO_LENGTH,
  readFramingFields,
  type RequestTraits,
} from "../../../src/protocol/h1/framing.ts";
import { HeadParser } from "../../../src/protocol/h1/head_parser.ts";
import { DEFAULT_H1_SETTINGS } from "../../../src/protocol/h1/limits.ts";
import { test } from "../../support/suite.ts";
import { bytesOf } from "./transcript.ts";

function read(fields: readonly string[], version = "1.1"): FramingFields {
  const bytes = bytesOf(`HTTP/${version} 200 OK\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`);
  const parser = new HeadParser();
  parser.begin("response head", DEFAULT_H1_SETTINGS);
  parser.scan(bytes, 0, bytes.length);
  return readFramingFields(parser.section(bytes, 0), parser);
}

const GOOD: readonly [fields: readonly string[], length: number, repeated: boolean, chunked: boolean][] = [
  [[], NO_LENGTH, false, false],
  [["X: y"], NO_LENGTH, false, false],
  [["Content-Length: 0"], 0, false, false],
  [["content-LENGTH:007"], 7, false, false],
  [["Content-Length: \t12 \t"], 12, false, false],
  [["Content-Length: 999999999999999"], 999_999_999_999_999, false, false],
  [["Content-Length: 5, 5"], 5, true, false],
  [["Content-Length: 5,5\t,5"], 5, true, false],
  [["Content-Length: 5", "X: y", "content-length: 5"], 5, true, false],
  [["Transfer-Encoding: chunked"], NO_LENGTH, false, true],
  [["transfer-encoding:CHUNKED "], NO_LENGTH, false, true],
];

for (const [fields, contentLength, repeatedLength, chunked] of GOOD) {
  test(`readFramingFields() reads ${JSON.stringify(fields)}`, () => {
    assertEquals(read(fields), { contentLength, repeatedLength, chunked });
  });
}

const BAD: readonly [fields: readonly string[], rule: string][] = [
  [["Content-Length:"], "6.2"],
  [["Content-Length: +5"], "6.2"],
  [["Content-Length: -5"], "6.2"],
  [["Content-Length: 0x5"], "6.2"],
  [["Content-Length: 5 5"], "6.2"],
  [["Content-Length: 5."], "6.2"],
  [["Content-Length: 5,"], "6.2"],
  [["Content-Length: ,5"], "6.2"],
  [["Content-Length: 5,,5"], "6.2"],
  [["Content-Length: \u00b2"], "6.2"],
  [["Content-Length: 1e3"], "6.2"],
  [["Content-Length: 1000000000000000"], "6.2"],
  [["Content-Length: 99999999999999999999999"], "6.2"],
  [["Content-Length: 5, 6"], "6.3"],
  [["Content-Length: 5", "Content-Length: 6"], "6.3"],
  [["Content-Length: 5", "Content-Length:"], "6.2"],
  [["Transfer-Encoding: chunked", "Content-Length: 5"], "6.3"],
  [["Content-Length: 0", "Transfer-Encoding: chunked"], "6.3"],
  [["Transfer-Encoding: foo", "Content-Length: 5"], "6.3"],
  [["Transfer-Encoding:"], "6.1"],
  [["Transfer-Encoding: foo"], "6.1"],
  [["Transfer-Encoding: identity"], "6.1"],
  [["Transfer-Encoding: gzip, chunked"], "6.1"],
  [["Transfer-Encoding: chunked, identity"], "6.1"],
  [["Transfer-Encoding: chunked, chunked"], "6.1"],
  [["Transfer-Encoding: ,chunked"], "6.1"],
  [["Transfer-Encoding: chunked;q=1"], "6.1"],
  [["Transfer-Encoding: xchunked"], "6.1"],
  [["Transfer-Encoding: chunke\xe4"], "6.1"],
  [["Transfer-Encoding: chunked", "X: y", "transfer-encoding: chunked"], "6.1"],
  [["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "6.1"],
];

for (const [fields, rule] of BAD) {
  test(`readFramingFields() refuses ${JSON.stringify(fields)}`, () => {
    const error = assertThrows(() => read(fields), RemoteProtocolError, `(RFC 9112 section ${rule})`);
    assertEquals(error.code, "PROTOCOL_REMOTE");
  });
}

test("readFramingFields() refuses Transfer-Encoding in HTTP/1.0", () => {
  assertThrows(() => read(["Transfer-Encoding: chunked"], "1.0"), RemoteProtocolError, "in HTTP/1.0");
});

test("readFramingFields() takes a value for a length only if it is digits", () => {
  const unit = fc.constantFrom(..."\t 0123456789+-.xe\xb2");
  fc.assert(fc.property(fc.string({ unit, maxLength: 6 }), (value) => {
    const digits = /^[\t ]*([0-9]+)[\t ]*$/.exec(value);
    if (digits) assertEquals(read([`Content-Length:${value}`]).contentLength, Number(digits[1]));
    else assertThrows(() => read([`Content-Length:${value}`]), RemoteProtocolError);
  }));
});

const PLAIN: RequestTraits = { head: false, connect: false };
const HEAD: RequestTraits = { head: true, connect: false };
const CONNECT: RequestTraits = { head: false, connect: true };
const NONE: FramingFields = { contentLength: NO_LENGTH, repeatedLength: false, chunked: false };
const FIVE: FramingFields = { ...NONE, contentLength: 5 };
const CHUNKED: FramingFields = { ...NONE, chunked: true };

/** RFC 9112 section 6.3: the number of the rule, what it is asked, what it answers. */
const DECISIONS: readonly (readonly [
  rule: string,
  status: number,
  fields: FramingFields,
  request: RequestTraits,
  framing: string,
])[] = [
  ["1, HEAD with a length", 200, FIVE, HEAD, "none"],
  ["1, HEAD chunked", 200, CHUNKED, HEAD, "none"],
  ["1, HEAD without both", 404, NONE, HEAD, "none"],
  ["1, 204", 204, FIVE, PLAIN, "none"],
  ["1, 304", 304, CHUNKED, PLAIN, "none"],
  ["1, 1xx", 103, FIVE, PLAIN, "none"],
  ["2, CONNECT 200", 200, FIVE, CONNECT, "none"],
  ["2, CONNECT 299 chunked", 299, CHUNKED, CONNECT, "none"],
  ["2, CONNECT refused", 407, FIVE, CONNECT, "length"],
  ["2, CONNECT refused without a length", 502, NONE, CONNECT, "close"],
  ["4, chunked", 200, CHUNKED, PLAIN, "chunked"],
  ["4, chunked error", 500, CHUNKED, PLAIN, "chunked"],
  ["6, length", 200, FIVE, PLAIN, "length"],
  ["6, length 0", 200, { ...NONE, contentLength: 0 }, PLAIN, "length"],
  ["6, 205 with a length", 205, FIVE, PLAIN, "length"],
  ["8, until close", 200, NONE, PLAIN, "close"],
  ["8, unknown status", 999, NONE, PLAIN, "close"],
];

for (const [rule, status, fields, request, framing] of DECISIONS) {
  test(`decideFraming() follows rule ${rule}`, () => assertEquals(decideFraming(status, fields, request), framing));
}

test("isUpgrade() says yes to 101 and to a granted CONNECT", () => {
  assertEquals([101, 200, 299, 300, 199, 100].map((status) => isUpgrade(status, CONNECT)), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  assertEquals([101, 200].map((status) => isUpgrade(status, PLAIN)), [true, false]);
});
