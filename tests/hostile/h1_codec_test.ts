/**
 * Hostile input at the level of the HTTP/1.1 codec, by the class of FEATURES it belongs to:
 * S1 injection, S4 request framing, S5 smuggling, S43 throws that nobody expects. Answers to nothing
 * (S6) are in `h1_answers_test.ts`, what wants to cost much (S26 to S28) in `h1_cost_test.ts`.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { LocalProtocolError, RemoteProtocolError } from "../../src/errors.ts";

import { H1Codec } from "../../src/protocol/h1/codec.ts";

import type { RequestHead } from "../../src/protocol/h1/request_facts.ts";
import { encodeLastChunk, encodeRequestHead } from "../../src/protocol/h1/request_writer.ts";
import { bytesOf, cuts, drain, feed, GET, request, singles, textOf } from "../protocol/h1/transcript.ts";
import { test } from "../support/suite.ts";

// S1: control characters, and characters whose low byte is one

/** Every byte, and those whose low byte is LF, CR or a space. */
const CHARACTERS = [
  ...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)),
  "\u010a",
  "\u010d",
  "\u0120",
];
const TCHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const VISIBLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join("");
const VALUE = `\t ${VISIBLE}${Array.from({ length: 128 }, (_, index) => String.fromCharCode(0x80 + index)).join("")}`;
const HOST = "-._~!$&'()*+,;=%:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const PLACES: readonly [place: string, allowed: string, head: (character: string) => RequestHead][] = [
  ["the method", TCHARS, (c) => request({ method: `G${c}T` })],
  ["a path", VISIBLE.replace("#", ""), (c) => request({ target: `/a${c}b` })],
  ["an absolute target", VISIBLE.replace("#", ""), (c) => request({ target: `http://a/${c}` })],
  ["the host of CONNECT", VISIBLE, (c) => request({ method: "CONNECT", target: `a${c}b:1` })],
  ["the port of CONNECT", "0123456789:", (c) => request({ method: "CONNECT", target: `a:1${c}2` })],
  ["a field name", TCHARS, (c) => request({ fields: [["Host", "a"], [`X${c}Y`, "z"]] })],
  ["a field value", VALUE, (c) => request({ fields: [["Host", "a"], ["X", `y${c}z`]] })],
  ["the start of a field value", VALUE, (c) => request({ fields: [["Host", "a"], ["X", `${c}z`]] })],
  ["the end of a field value", VALUE, (c) => request({ fields: [["Host", "a"], ["X", `y${c}`]] })],
  ["Host", HOST, (c) => request({ fields: [["Host", `a${c}b`]] })],
  ["Upgrade", VALUE, (c) => request({ fields: [["Host", "a"], ["Upgrade", `a${c}b`]] })],
  ["Connection", VALUE, (c) => request({ fields: [["Host", "a"], ["Connection", `a${c}b`]] })],
];

for (const [place, allowed, head] of PLACES) {
  test(`S1: no character passes in ${place} but those of its grammar`, () => {
    for (const character of CHARACTERS) {
      const sent = head(character);
      if (!allowed.includes(character)) {
        assertThrows(() => encodeRequestHead(sent), LocalProtocolError, "Cannot send the request");
        assertThrows(() => new H1Codec().sendRequest(sent), LocalProtocolError);
        continue;
      }
      const text = textOf(encodeRequestHead(sent).bytes);
      const fields = sent.fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      assertEquals(text, `${sent.method} ${sent.target} HTTP/1.1\r\n${fields}\r\n`);
    }
  });
}

test("S1: no character passes in a trailer but those of its grammar", () => {
  for (const character of CHARACTERS) {
    for (const [allowed, pair] of [[TCHARS, [`X${character}`, "y"]], [VALUE, ["X", `y${character}`]]] as const) {
      if (!allowed.includes(character)) assertThrows(() => encodeLastChunk([pair]), LocalProtocolError);
      else assertEquals(textOf(encodeLastChunk([pair])), `0\r\n${pair[0]}: ${pair[1]}\r\n\r\n`);
    }
  }
});

const RESPONSE_PLACES: readonly [place: string, allowed: string, head: (character: string) => string][] = [
  ["the version", "01", (c) => `HTTP/1.${c} 200 OK\r\n`],
  ["the status", "0123456789", (c) => `HTTP/1.1 2${c}0 OK\r\n`],
  ["the reason", VALUE, (c) => `HTTP/1.1 200 O${c}K\r\n`],
  // A colon ends the name, so that another begins the value.
  ["a field name", `${TCHARS}:`, (c) => `HTTP/1.1 200 OK\r\nX${c}Y: z\r\n`],
  ["a field value", VALUE, (c) => `HTTP/1.1 200 OK\r\nX: y${c}z\r\n`],
];

for (const [place, allowed, head] of RESPONSE_PLACES) {
  test(`S1: no byte of a response passes in ${place} but those of its grammar`, () => {
    for (const character of CHARACTERS.slice(0, 256)) {
      const { lines } = feed([bytesOf(`${head(character)}Content-Length: 0\r\n\r\n`)]);
      const passed = lines[0]!.startsWith("head ");
      assertEquals(passed, allowed.includes(character), JSON.stringify(character));
      if (!passed) assert(lines[0]!.startsWith("! RemoteProtocolError"), lines[0]);
    }
  });
}

// S4: the caller cannot frame a request twice or in conflict

const HOST_FIELD: [string, string] = ["Host", "a"];
const FRAMINGS: readonly [name: string, head: Partial<RequestHead>][] = [
  ["two Content-Length, by case", { fields: [HOST_FIELD, ["Content-Length", "1"], ["content-length", "1"]], body: 1 }],
  ["two that differ", { fields: [HOST_FIELD, ["Content-Length", "1"], ["CONTENT-LENGTH", "2"]], body: 1 }],
  ["a length that is not the body's", { fields: [HOST_FIELD, ["Content-Length", "2"]], body: 1 }],
  ["a list of lengths", { fields: [HOST_FIELD, ["Content-Length", "1, 1"]], body: 1 }],
  ["a padded length", { fields: [HOST_FIELD, ["Content-Length", " 1"]], body: 1 }],
  ["a length of no body", { fields: [HOST_FIELD, ["Content-Length", "1"]], body: "none" }],
  ["Content-Length and chunked", { fields: [HOST_FIELD, ["Content-Length", "1"]], body: "chunked" }],
  ["Transfer-Encoding and a length", { fields: [HOST_FIELD, ["Transfer-Encoding", "chunked"]], body: 1 }],
  ["Transfer-Encoding without a body", { fields: [HOST_FIELD, ["transfer-encoding", "chunked"]], body: "none" }],
  ["Transfer-Encoding twice", {
    fields: [HOST_FIELD, ["Transfer-Encoding", "chunked"], ["Transfer-encoding", "chunked"]],
    body: "chunked",
  }],
  ["a padded coding", { fields: [HOST_FIELD, ["Transfer-Encoding", "chunked "]], body: "chunked" }],
  ["another coding", { fields: [HOST_FIELD, ["Transfer-Encoding", "identity"]], body: "chunked" }],
  ["a coding more", { fields: [HOST_FIELD, ["Transfer-Encoding", "chunked, identity"]], body: "chunked" }],
  ["no Host", { fields: [["X", "y"]] }],
  ["two Hosts", { fields: [HOST_FIELD, ["host", "b"]] }],
  ["two Connections", { fields: [HOST_FIELD, ["Connection", "close"], ["connection", "keep-alive"]] }],
  ["a Connection of two minds", { fields: [HOST_FIELD, ["Connection", "close, keep-alive"]] }],
  ["a Connection that removes Host", { fields: [HOST_FIELD, ["Connection", "host"]] }],
];

for (const [name, head] of FRAMINGS) {
  test(`S4: a request with ${name} is never sent`, () => {
    assertThrows(() => encodeRequestHead(request(head)), LocalProtocolError, "Cannot send the request");
  });
}

test("S4: neither chunk nor trailer can end a body early, and no byte exceeds its length", () => {
  const codec = new H1Codec();
  codec.sendRequest(request({ body: "chunked" }));
  assertEquals(codec.sendData(new Uint8Array(0)), []);
  assertThrows(() => codec.sendEnd([["Content-Length", "0"]]), LocalProtocolError);
  assertEquals(codec.requestState, "body");
  const sized = new H1Codec();
  sized.sendRequest(request({ body: 2 }));
  assertThrows(() => sized.sendData(bytesOf("GET")), LocalProtocolError);
  assertEquals([sized.requestState, sized.reusable], ["closed", false]);
});

// S5: what a lax parser lets pass (FEATURES, table L8)

const SMUGGLED: readonly [name: string, response: string, lines: readonly string[] | string][] = [
  [
    "TE chunked and Content-Length",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "Transfer-Encoding and Content-Length together",
  ],
  [
    "Content-Length and TE chunked",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    "Transfer-Encoding and Content-Length together",
  ],
  [
    "two different lengths",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "Content-Length 5 and 6",
  ],
  [
    "two different lengths in a list",
    "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello!",
    "Content-Length 5 and 6",
  ],
  ["two equal lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", [
    "head 1.1 200 OK: length 5 (repeated-content-length)",
    "data hello",
    "end",
  ]],
  ["two equal lengths in a list", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", [
    "head 1.1 200 OK: length 5 (repeated-content-length)",
    "data hello",
    "end",
  ]],
  ["+5", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", 'Content-Length "+5"'],
  ["-5", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", 'Content-Length "-5"'],
  ["0x5", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello", 'Content-Length "0x5"'],
  ["an empty length", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\nhello", 'Content-Length ""'],
  ["a huge length", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551621\r\n\r\nhello", "expected 1 to 15 digits"],
  ["obs-fold", "HTTP/1.1 200 OK\r\nX: y\r\n z\r\nContent-Length: 5\r\n\r\nhello", "a folded line (obs-fold)"],
  ["obs-fold of the length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhello", "a folded line (obs-fold)"],
  ["a folded first line", "HTTP/1.1 200 OK\r\n X: y\r\nContent-Length: 5\r\n\r\nhello", "a folded line (obs-fold)"],
  ["a head of bare LF", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", 'leniency "bare-lf"'],
  ["one bare LF", "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 5\r\n\r\nhello", "a bare LF at byte 21"],
  ["a bare LF at the end", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\nhello", "a bare LF at byte 36"],
  [
    "a bare CR in a value",
    "HTTP/1.1 200 OK\r\nX: y\rContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "a bare CR at byte 21",
  ],
  ["a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", "white space before the colon"],
  ["a NUL in a value", "HTTP/1.1 200 OK\r\nX: y\0\r\nContent-Length: 5\r\n\r\nhello", "byte 0x00"],
  ["a NUL in a name", "HTTP/1.1 200 OK\r\nContent-Length\0: 5\r\n\r\nhello", "byte 0x00"],
  ["a name cut short by a byte", "HTTP/1.1 200 OK\r\nContent\xadLength: 5\r\n\r\nhello", "byte 0xad"],
  [
    "the chunk size 0x5",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "byte 0x78 after a chunk size",
  ],
  [
    "a bare LF after a chunk size",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
    "byte 0x0a after a chunk size",
  ],
  [
    "a bare LF after an extension",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;\nhello\r\n0\r\n\r\n",
    "byte 0x0a in a chunk extension",
  ],
  [
    "a bare LF after a chunk",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n",
    "byte 0x0a after the bytes of a chunk",
  ],
  [
    "junk after a chunk",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX\r\n0\r\n\r\n",
    "byte 0x58 after the bytes of a chunk",
  ],
  [
    "a chunk size that overflows",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n",
    "too many digits",
  ],
  [
    "a chunk size that rounds",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20000000000001\r\nhello\r\n",
    "too many digits",
  ],
  [
    "a chunk size with a sign",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n",
    "byte 0x2b",
  ],
  [
    "a chunk size with a space",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n",
    "byte 0x0d after a chunk size",
  ],
  ["Transfer-Encoding: foo", "HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\nhello", 'Transfer-Encoding "foo"'],
  [
    "chunked, identity",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    'Transfer-Encoding "chunked, identity"',
  ],
  ["gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 'expected "chunked" alone'],
  [
    "chunked twice",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "more than once",
  ],
  ["a coding with a form feed", "HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", "byte 0x0b"],
  [
    "TE on HTTP/1.0",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "Transfer-Encoding in HTTP/1.0",
  ],
  ["another version", "HTTP/1.9 200 OK\r\nContent-Length: 5\r\n\r\nhello", "expected HTTP/1.0 or HTTP/1.1"],
  [
    "an extension of 1 KB",
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;${"x".repeat(1024)}\r\nhello\r\n0\r\n\r\n`,
    [
      "head 1.1 200 OK: chunked",
      "data hello",
      "end",
    ],
  ],
];

for (const [name, response, outcome] of SMUGGLED) {
  test(`S5: ${name} ${typeof outcome === "string" ? "is refused" : "is read, and the connection not desynchronised"}`, () => {
    const bytes = bytesOf(response);
    for (const pieces of [[bytes], singles(bytes), ...cuts(bytes)]) {
      const { lines, codec } = feed(pieces);
      assertOutcome(lines, outcome);
      assertReuse(codec, lines, outcome);
      // The same on a connection that has served before, behind a response that is like it so far.
      const warm = new H1Codec();
      warm.sendRequest(GET);
      const before: string[] = [];
      warm.receive(bytesOf("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
      drain(warm, before);
      assertEquals(before, ["head 1.1 200 OK: length 5", "data hello", "end"]);
      warm.sendRequest(GET);
      const after: string[] = [];
      for (const piece of pieces) {
        warm.receive(piece);
        if (!drain(warm, after)) break;
      }
      assertEquals(after, lines);
      assertReuse(warm, after, outcome);
    }
  });
}

function assertOutcome(lines: readonly string[], outcome: readonly string[] | string): void {
  if (typeof outcome !== "string") return assertEquals(lines, outcome);
  const last = lines.at(-1)!;
  assert(last.startsWith("! RemoteProtocolError: Cannot ") && last.includes(outcome), last);
}

function assertReuse(codec: H1Codec, lines: readonly string[], outcome: readonly string[] | string): void {
  const clean = typeof outcome !== "string" && !lines[0]!.includes("(");
  assertEquals(codec.reusable, clean);
  if (typeof outcome !== "string") return;
  assertEquals(codec.closeReason, "remote-protocol-error");
  assertThrows(() => codec.sendRequest(GET), LocalProtocolError);
}

const NEXT = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";

// S43: no throw but our own is covered for any input by tests/protocol/h1/codec_property_test.ts

test("S43: a codec that has failed goes on failing in the same way, whatever it is told", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  codec.receive(bytesOf("\0"));
  const error = assertThrows(() => codec.nextEvent(), RemoteProtocolError);
  for (const call of [() => codec.receive(bytesOf(NEXT)), () => codec.receiveEof(), () => codec.retain()]) {
    call();
    assertEquals(assertThrows(() => codec.nextEvent()), error);
  }
  for (const call of [() => codec.sendData(bytesOf("x")), () => codec.sendEnd(), () => codec.sendRequest(GET)]) {
    assertThrows(call, LocalProtocolError);
  }
  assertEquals([codec.reusable, codec.bodyBytesExpected, codec.closeReason], [false, 0, "remote-protocol-error"]);
});
