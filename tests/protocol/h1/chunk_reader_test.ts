import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { IncompleteReadError, RemoteProtocolError } from "../../../src/errors.ts";
import { ChunkReader } from "../../../src/protocol/h1/chunk_reader.ts";
import { DEFAULT_H1_SETTINGS, type H1Settings, resolveH1Settings } from "../../../src/protocol/h1/limits.ts";
import { ReceiveBuffer } from "../../../src/protocol/h1/receive_buffer.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, cuts, pairsOf, singles, textOf } from "./transcript.ts";

/** The body, the trailers as JSON, what is left; or the error; or `null` while the end is missing. */
function read(pieces: readonly Uint8Array[], settings: H1Settings): string[] | string | null {
  const reader = new ChunkReader(settings);
  reader.begin();
  const input = new ReceiveBuffer();
  let body = "";
  try {
    for (const [index, piece] of pieces.entries()) {
      const view = piece.slice();
      input.receive(view);
      for (let event = reader.read(input); event.type !== "need-data"; event = reader.read(input)) {
        if (event.type === "data") {
          body += textOf(event.bytes);
          continue;
        }
        const rest = [input.take(), ...pieces.slice(index + 1)].map(textOf).join("");
        return [body, event.trailers === null ? "" : JSON.stringify(pairsOf(event.trailers)), rest];
      }
      view.fill(0xee);
    }
    return null;
  } catch (error) {
    assert(error instanceof RemoteProtocolError, `${error}`);
    return error.message;
  }
}

/** The outcome, which must be the same however the bytes are split. */
function outcome(text: string, settings: H1Settings = DEFAULT_H1_SETTINGS): string[] | string | null {
  const bytes = bytesOf(text);
  const whole = read([bytes], settings);
  for (const pieces of [singles(bytes), ...cuts(bytes)]) assertEquals(read(pieces, settings), whole);
  return whole;
}

const GOOD: readonly [chunks: string, body: string, trailers: string][] = [
  ["0\r\n\r\n", "", ""],
  ["000\r\n\r\n", "", ""],
  ["5\r\nhello\r\n0\r\n\r\n", "hello", ""],
  ["1\r\na\r\n2\r\n\r\n\r\n0\r\n\r\n", "a\r\n", ""],
  ["a\r\n0123456789\r\n0\r\n\r\n", "0123456789", ""],
  ["A\r\n0123456789\r\n0\r\n\r\n", "0123456789", ""],
  ["0000000000001\r\nx\r\n0\r\n\r\n", "x", ""],
  ["1;a\r\nx\r\n0\r\n\r\n", "x", ""],
  ['1;a=b;c="d;e"\r\nx\r\n0;z\r\n\r\n', "x", ""],
  ["1 \t ;a = b \r\nx\r\n0\r\n\r\n", "x", ""],
  ["1;\xe4\r\nx\r\n0\r\n\r\n", "x", ""],
  ["0\r\nA: b\r\n\r\n", "", '[["A","b"]]'],
  ["1\r\nx\r\n0;q\r\nA: b\r\nC:\r\n\r\n", "x", '[["A","b"],["C",""]]'],
];

for (const [chunks, body, trailers] of GOOD) {
  test(`ChunkReader reads ${JSON.stringify(chunks)}`, () => {
    assertEquals(outcome(chunks), [body, trailers, ""]);
    assertEquals(outcome(`${chunks}HTTP`), [body, trailers, "HTTP"]);
    for (let end = 0; end < chunks.length; end++) assertEquals(outcome(chunks.slice(0, end)), null);
  });
}

const BAD: readonly [chunks: string, message: string][] = [
  ["\r\n", "byte 0x0d where a chunk size begins"],
  [";a\r\n", "byte 0x3b where a chunk size begins"],
  [" 5\r\nhello\r\n", "byte 0x20 where a chunk size begins"],
  ["-5\r\nhello\r\n", "byte 0x2d where"],
  ["+5\r\nhello\r\n", "byte 0x2b where"],
  ["0x5\r\nhello\r\n", "byte 0x78 after a chunk size"],
  ["5\nhello\r\n", "byte 0x0a after a chunk size"],
  ["5\rhello\r\n", "byte 0x68 after the CR of a chunk size"],
  ["5 \r\nhello\r\n", "byte 0x0d after a chunk size"],
  ["5 x\r\nhello\r\n", "byte 0x78 after a chunk size"],
  ["5,\r\nhello\r\n", "byte 0x2c after a chunk size"],
  ["5\0\r\nhello\r\n", "byte 0x00 after a chunk size"],
  ["g\r\n", "byte 0x67 where"],
  ["\xb2\r\n", "byte 0xb2 where"],
  ["5;a\nhello\r\n", "byte 0x0a in a chunk extension"],
  ["5;a\0\r\nhello\r\n", "byte 0x00 in a chunk extension"],
  ["5;a\rx", "byte 0x78 after the CR of a chunk size"],
  ["5\r\nhelloX\r\n", "byte 0x58 after the bytes of a chunk"],
  ["5\r\nhello\n", "byte 0x0a after the bytes of a chunk"],
  ["5\r\nhello\rX", "byte 0x58 after the bytes of a chunk"],
  ["5\r\nhello0\r\n", "byte 0x30 after the bytes of a chunk"],
  ["10000000000000\r\n", "too many digits"],
  ["00000000000001\r\n", "too many digits"],
  ["fffffffffffffffff\r\n", "too many digits"],
  ["0\r\nA : b\r\n\r\n", "Cannot read the trailer section: white space before the colon"],
  ["0\r\n A: b\r\n\r\n", "Cannot read the trailer section: a folded line"],
  ["0\r\nA: b\n\r\n", "Cannot read the trailer section: a bare LF"],
  ["0\r\n\n", "Cannot read the trailer section: a bare LF"],
  ["0\r\n\rX", "Cannot read the trailer section: a bare CR"],
];

for (const [chunks, message] of BAD) {
  test(`ChunkReader refuses ${JSON.stringify(chunks)}`, () => {
    const found = outcome(chunks);
    assert(typeof found === "string" && found.includes(message), `${found}`);
  });
}

test("ChunkReader passes on a huge chunk as it comes", () => {
  const reader = new ChunkReader(DEFAULT_H1_SETTINGS);
  reader.begin();
  const input = new ReceiveBuffer();
  input.receive(bytesOf("fffffffffffff\r\nabc"));
  const event = reader.read(input);
  assert(event.type === "data");
  assertStrictEquals(event.view, input.view);
  assertEquals(textOf(event.bytes), "abc");
  assertEquals(input.pending, 0);
});

test("ChunkReader counts the extensions of all chunks together", () => {
  const settings = resolveH1Settings({ limits: { extensionBytes: 8 } });
  assertEquals(outcome("1;abc\r\nx\r\n1;abc\r\ny\r\n0\r\n\r\n", settings), ["xy", "", ""]);
  assertEquals(outcome("1  ;abcde\r\nx\r\n0\r\n\r\n", settings), ["x", "", ""]);
  for (
    const chunks of [
      "1;abc\r\nx\r\n1;abcd\r\ny\r\n",
      "1;abcdefgh\r\n",
      "1         ",
      "1;a\r\nx\r\n1;a\r\ny\r\n1;a\r\nz\r\n1;a\r\nz\r\n1;\r\n",
    ]
  ) {
    assertEquals(
      outcome(chunks, settings),
      "Cannot read the chunked body: chunk extensions longer than 8 bytes, their limit per message",
    );
  }
});

test("ChunkReader limits the bytes and the fields of trailers", () => {
  const settings = resolveH1Settings({ limits: { trailerBytes: 14, fields: 2 } });
  assertEquals(outcome("0\r\nA: b\r\nC: d\r\n\r\n", settings), ["", '[["A","b"],["C","d"]]', ""]);
  const long = outcome("0\r\nA: b\r\nC: de\r\n\r\n", settings);
  assertEquals(long, "Cannot read the trailer section: longer than 14 bytes, its limit");
  const many = outcome("0\r\nA:\r\nC:\r\nE:\r\n\r\n", settings);
  assertEquals(many, "Cannot read the trailer section: more than 2 fields, its limit");
});

test("ChunkReader.end() tells that the last chunk is missing", () => {
  const reader = new ChunkReader(DEFAULT_H1_SETTINGS);
  reader.begin();
  const input = new ReceiveBuffer();
  input.receive(bytesOf("5\r\nhel"));
  reader.read(input);
  const error = assertThrows(() => reader.end(), IncompleteReadError, "after 3 bytes");
  assertEquals([error.received, error.expected], [3, undefined]);
});

test("ChunkReader.begin() forgets the body before", () => {
  const settings = resolveH1Settings({ limits: { extensionBytes: 4 } });
  const reader = new ChunkReader(settings);
  for (let body = 0; body < 3; body++) {
    reader.begin();
    const input = new ReceiveBuffer();
    input.receive(bytesOf("3;abc\r\nxyz\r\n0\r\nA: b\r\n\r\n"));
    assertEquals([reader.read(input).type, reader.read(input).type], ["data", "end"]);
  }
});

test("ChunkReader reads back any body in any chunks, however they are split", () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
  fc.assert(fc.property(chunks, fc.array(fc.nat(400)), (chunks, splits) => {
    const text = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${textOf(chunk)}\r\n`).join("") + "0\r\n\r\n";
    const bytes = bytesOf(text);
    const at = [0, ...splits.map((split) => split % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index]!, end));
    assertEquals(read(pieces, DEFAULT_H1_SETTINGS), [chunks.map(textOf).join(""), "", ""]);
  }));
});
