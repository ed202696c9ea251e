import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RemoteProtocolError } from "../../../src/errors.ts";
import { borrowParser, decidesByValue, HeadParser, returnParser } from "../../../src/protocol/h1/head_parser.ts";
import type { SectionKind } from "../../../src/protocol/h1/head_parser.ts";
import { DEFAULT_H1_SETTINGS, type H1Settings, resolveH1Settings } from "../../../src/protocol/h1/limits.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, pairsOf } from "./transcript.ts";

const LENIENT = resolveH1Settings({ lenient: ["bare-lf"] });

interface Parsed {
  readonly length: number;
  readonly status: number;
  readonly minor: number;
  readonly reason: string;
  readonly fields: readonly [string, string][];
}

/** Scans growing prefixes of `bytes`, `step` more bytes at a time, each in an array that starts elsewhere. */
function parse(
  bytes: Uint8Array,
  step: number,
  settings: H1Settings,
  kind: SectionKind = "response head",
): Parsed | null {
  const parser = new HeadParser();
  parser.begin(kind, settings);
  for (let end = Math.min(step, bytes.length);; end = Math.min(end + step, bytes.length)) {
    const start = end % 5;
    const moved = new Uint8Array(start + end + 3).fill(0x0a);
    moved.set(bytes.subarray(0, end), start);
    if (parser.scan(moved, start, start + end)) {
      const section = parser.section(moved, start);
      const { length, status, minor } = parser;
      const reason = section.text.slice(parser.reasonFrom, parser.reasonTo);
      return { length, status, minor, reason, fields: pairsOf(section) };
    }
    if (end === bytes.length) return null;
  }
}

/** The outcome, which must be the same for every step. */
function outcome(text: string, settings: H1Settings = DEFAULT_H1_SETTINGS, kind?: SectionKind): Parsed | string | null {
  const bytes = bytesOf(text);
  const outcomes = [bytes.length, 1, 2, 7].map((step) => {
    try {
      return parse(bytes, step, settings, kind);
    } catch (error) {
      assert(error instanceof RemoteProtocolError, `${error}`);
      return error.message;
    }
  });
  for (const other of outcomes) assertEquals(other, outcomes[0]!);
  return outcomes[0]!;
}

test("HeadParser reads status line and fields, and stops behind them", () => {
  assertEquals(outcome("HTTP/1.1 404 Not Found\r\nA: b\r\nC:d\r\n\r\nrest"), {
    length: 37,
    status: 404,
    minor: 1,
    reason: "Not Found",
    fields: [["A", "b"], ["C", "d"]],
  });
});

const STATUS_LINES: readonly [line: string, status: number, minor: number, reason: string][] = [
  ["HTTP/1.1 200 OK", 200, 1, "OK"],
  ["HTTP/1.0 200 OK", 200, 0, "OK"],
  ["HTTP/1.1 200 ", 200, 1, ""],
  ["HTTP/1.1 200", 200, 1, ""],
  ["HTTP/1.1 100 ", 100, 1, ""],
  ["HTTP/1.1 999 x", 999, 1, "x"],
  ["HTTP/1.1 200  two ", 200, 1, " two "],
  ["HTTP/1.1 200 \t\xe4~", 200, 1, "\t\xe4~"],
];

for (const [line, status, minor, reason] of STATUS_LINES) {
  test(`HeadParser reads the status line ${JSON.stringify(line)}`, () => {
    assertEquals(outcome(`${line}\r\n\r\n`), { length: line.length + 4, status, minor, reason, fields: [] });
  });
}

const BAD_HEADS: readonly [head: string, message: string][] = [
  ["HTTP/2.0 200 OK\r\n\r\n", "status line at byte 5"],
  ["HTTP/1.2 200 OK\r\n\r\n", "status line at byte 7"],
  ["http/1.1 200 OK\r\n\r\n", "status line at byte 0"],
  ["ICY 200 OK\r\n\r\n", "status line at byte 0"],
  ["\r\nHTTP/1.1 200 OK\r\n\r\n", "status line at byte 0"],
  [" HTTP/1.1 200 OK\r\n\r\n", "status line at byte 0"],
  ["HTTP/1.1  200 OK\r\n\r\n", "three digits"],
  ["HTTP/1.1\t200 OK\r\n\r\n", "space after the version"],
  ["HTTP/1.1 20 OK\r\n\r\n", "three digits"],
  ["HTTP/1.1 099 OK\r\n\r\n", "three digits"],
  ["HTTP/1.1 2000 OK\r\n\r\n", "space after the status"],
  ["HTTP/1.1 200OK\r\n\r\n", "space after the status"],
  ["HTTP/1.1 200\tOK\r\n\r\n", "space after the status"],
  ["HTTP/1.1 +20 OK\r\n\r\n", "three digits"],
  ["HTTP/1.1 2\xb20 OK\r\n\r\n", "three digits"],
  ["HTTP/1.1 200 O\0K\r\n\r\n", "byte 0x00 at 14 in the reason phrase"],
  ["HTTP/1.1 200 OK\x7f\r\n\r\n", "byte 0x7f at 15 in the reason phrase"],
  ["HTTP/1.1 200 OK\rX: y\r\n\r\n", "a bare CR at byte 15"],
  ["HTTP/1.1 200 OK\nX: y\r\n\r\n", "a bare LF at byte 15"],
  ["HTTP/1.1 200 OK\r\n X: y\r\n\r\n", "obs-fold) at byte 17"],
  ["HTTP/1.1 200 OK\r\nX: y\r\n\tz\r\n\r\n", "obs-fold) at byte 23"],
  ["HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "white space before the colon at byte 18"],
  ["HTTP/1.1 200 OK\r\nX\t: y\r\n\r\n", "white space before the colon at byte 18"],
  ["HTTP/1.1 200 OK\r\n: y\r\n\r\n", "an empty field name at byte 17"],
  ["HTTP/1.1 200 OK\r\nX\r\n\r\n", "byte 0x0d at 18 in a field name"],
  ["HTTP/1.1 200 OK\r\nX\n\r\n", "a bare LF at byte 18"],
  ["HTTP/1.1 200 OK\r\nX(y): z\r\n\r\n", "byte 0x28 at 18 in a field name"],
  ["HTTP/1.1 200 OK\r\n\xe4: z\r\n\r\n", "byte 0xe4 at 17 in a field name"],
  ["HTTP/1.1 200 OK\r\nX: y\0\r\n\r\n", "byte 0x00 at 21 in a field value"],
  ["HTTP/1.1 200 OK\r\nX: y\rz\r\n\r\n", "a bare CR at byte 21"],
  ["HTTP/1.1 200 OK\r\nX: y\r\r\n\r\n", "a bare CR at byte 21"],
  ["HTTP/1.1 200 OK\r\nX: y\nZ: z\r\n\r\n", "a bare LF at byte 21"],
  ["HTTP/1.1 200 OK\r\nX: y\r\n\n", "a bare LF at byte 23"],
  ["HTTP/1.1 200 OK\r\nX: y\r\n\rZ", "a bare CR at byte 23"],
];

for (const [head, message] of BAD_HEADS) {
  test(`HeadParser refuses ${JSON.stringify(head)}`, () => {
    const found = outcome(head);
    assert(typeof found === "string" && found.includes(message), `${JSON.stringify(found)}`);
  });
}

test("HeadParser names the leniency that would let a bare LF pass, and the rule", () => {
  const parser = new HeadParser();
  parser.begin("response head", DEFAULT_H1_SETTINGS);
  const bytes = bytesOf("HTTP/1.1 200 OK\n");
  const error = assertThrows(() => parser.scan(bytes, 0, bytes.length), RemoteProtocolError, "RFC 9112 section 2.2");
  assertEquals(error.lenient, "bare-lf");
});

const LENIENT_HEADS: readonly [head: string, fields: readonly [string, string][]][] = [
  ["HTTP/1.1 200 OK\nX: y\n\n", [["X", "y"]]],
  ["HTTP/1.1 200 OK\r\nX: y \nZ:\r\n\n", [["X", "y"], ["Z", ""]]],
  ["HTTP/1.1 200 OK\n\r\n", []],
  ["HTTP/1.1 200\n\n", []],
];

for (const [head, fields] of LENIENT_HEADS) {
  test(`HeadParser that is lenient about LF reads ${JSON.stringify(head)}`, () => {
    const parsed = outcome(head, LENIENT);
    assert(parsed !== null && typeof parsed === "object");
    assertEquals(parsed.fields, fields);
    assertEquals(parsed.length, head.length);
  });
}

test("HeadParser that is lenient about LF is lenient about nothing else", () => {
  for (const [head, message] of BAD_HEADS.filter(([, message]) => !message.includes("bare LF"))) {
    const found = outcome(head, LENIENT);
    assert(typeof found === "string" && found.includes(message), JSON.stringify(head));
  }
});

test("HeadParser is never lenient in a trailer section", () => {
  const found = outcome("X: y\n\n", LENIENT, "trailer section");
  assert(typeof found === "string" && found.includes("Cannot read the trailer section: a bare LF at byte 4"));
});

test("HeadParser reads a trailer section", () => {
  const parsed = outcome("A: b\r\nC: d\r\n\r\nx", DEFAULT_H1_SETTINGS, "trailer section");
  assert(parsed !== null && typeof parsed === "object");
  assertEquals(parsed.fields, [["A", "b"], ["C", "d"]]);
  assertEquals(parsed.length, 14);
});

test("HeadParser waits for what is missing, at every byte", () => {
  const head = "HTTP/1.1 200 OK\r\nA: b\r\nC:  d \r\n\r\n";
  for (let end = 0; end < head.length; end++) assertEquals(outcome(head.slice(0, end)), null);
});

test("HeadParser takes as many bytes and fields as the limit, and no more", () => {
  const head = "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n";
  const at = (limits: Partial<H1Settings>) => outcome(head, resolveH1Settings({ limits }));
  assert(typeof at({ headBytes: head.length, fields: 2 }) === "object");
  assertEquals(
    at({ headBytes: head.length - 1 }),
    `Cannot read the response head: longer than ${head.length - 1} bytes, its limit`,
  );
  assertEquals(at({ headBytes: 5 }), "Cannot read the response head: longer than 5 bytes, its limit");
  const cut = outcome(head.slice(0, 20), resolveH1Settings({ limits: { headBytes: 20 } }));
  assertEquals(cut, "Cannot read the response head: longer than 20 bytes, its limit");
  assertEquals(at({ fields: 1 }), "Cannot read the response head: more than 1 fields, its limit");
});

test("HeadParser gives a limit a code of its own", () => {
  const parser = new HeadParser();
  parser.begin("response head", resolveH1Settings({ limits: { headBytes: 4 } }));
  const error = assertThrows(() => parser.scan(bytesOf("HTTP/1.1"), 0, 8), RemoteProtocolError);
  assertEquals(error.code, "LIMIT_EXCEEDED");
});

test("HeadParser notes the first of each field that decides, in any case, and no other", () => {
  const parser = new HeadParser();
  parser.begin("response head", DEFAULT_H1_SETTINGS);
  const bytes = bytesOf(
    "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nCONNECTION: x\r\ncontent-length: 1\r\nTransfer-encoding: y\r\n" +
      "keep-ALIVE: z\r\nConnection: w\r\nContent-Encoding: gzip\r\nContent_Length: 3\r\ncontent-lengtH: 2\r\n\r\n",
  );
  assert(parser.scan(bytes, 0, bytes.length));
  const { connection, contentLength, transferEncoding, keepAlive, contentEncoded } = parser;
  assertEquals({ connection, contentLength, transferEncoding, keepAlive, contentEncoded }, {
    connection: 1,
    contentLength: 2,
    transferEncoding: 3,
    keepAlive: 4,
    contentEncoded: true,
  });
  parser.begin("response head", DEFAULT_H1_SETTINGS);
  const plain = bytesOf("HTTP/1.1 200 OK\r\nContent-Languag: x\r\nConnectiom: y\r\nSet-Cookie: z\r\n\r\n");
  assert(parser.scan(plain, 0, plain.length));
  assertEquals([parser.connection, parser.keepAlive, parser.contentLength, parser.contentEncoded], [-1, -1, -1, false]);
});

test("HeadParser decodes each byte to one character, in pieces of any size", () => {
  const value = Array.from({ length: 20_000 }, (_, index) => String.fromCharCode(0x80 + index % 128)).join("");
  const parsed = outcome(`HTTP/1.1 200 \xff\r\nA: ${value}\r\nB: c\r\n\r\n`);
  assert(parsed !== null && typeof parsed === "object");
  assertEquals(parsed.fields, [["A", value], ["B", "c"]]);
  assertEquals(parsed.reason, "\xff");
});

const token = fc.string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~019azAZ"), minLength: 1, maxLength: 20 });
const value = fc.string({ unit: fc.constantFrom(...'\t !"(),/:;<=>?@[\\]{}~az09\x80\xff'), maxLength: 20 });

test("HeadParser reads back any fields that may be written", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(token, value, fc.constantFrom("", " ", "\t  ")), { maxLength: 10 }), (fields) => {
      const lines = fields.map(([name, value, blank]) => `${name}:${blank}${value}${blank}\r\n`);
      const parsed = outcome(`HTTP/1.1 200 OK\r\n${lines.join("")}\r\n`);
      assert(parsed !== null && typeof parsed === "object");
      assertEquals(parsed.fields, fields.map(([name, value]) => [name, value.replace(/^[\t ]+|[\t ]+$/g, "")]));
    }),
  );
});

test("decidesByValue() knows the lengths of the names that decide", () => {
  for (const name of ["Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding"]) {
    assert(decidesByValue(name.length), name);
  }
  assert(!decidesByValue("Date".length));
});

test("borrowParser() gives a returned parser again, begun anew", () => {
  const first = borrowParser("response head", DEFAULT_H1_SETTINGS);
  const second = borrowParser("response head", DEFAULT_H1_SETTINGS);
  assert(first !== second);
  const bytes = bytesOf("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
  assert(first.scan(bytes, 0, bytes.length));
  returnParser(first);
  const again = borrowParser("trailer section", DEFAULT_H1_SETTINGS);
  assert(again === first);
  assertEquals(again.contentLength, -1);
  assert(again.scan(bytesOf("A: b\r\n\r\n"), 0, 8));
  returnParser(again);
  returnParser(second);
});
