/**
 * Hostile answers at the level of the HTTP/1.1 codec, class S6 of FEATURES: bytes that answer nothing,
 * or the wrong request.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { LocalProtocolError } from "../../src/errors.ts";
import { H1Codec } from "../../src/protocol/h1/codec.ts";
import type { RequestHead } from "../../src/protocol/h1/request_facts.ts";
import { bytesOf, cuts, drain, feed, GET, request, singles } from "../protocol/h1/transcript.ts";
import { test } from "../support/suite.ts";

// S6: responses that answer nothing, or the wrong request

const NEXT = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
const ANSWERS: readonly [name: string, request: RequestHead, response: string, lines: readonly string[]][] = [
  ["a GET", GET, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ["head 1.1 200 OK: length 2", "data ok", "end"]],
  ["HEAD", request({ method: "HEAD" }), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", [
    "head 1.1 200 OK: none 2",
    "end",
  ]],
  ["HEAD, chunked", request({ method: "HEAD" }), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", [
    "head 1.1 200 OK: none",
    "end",
  ]],
  ["204", GET, "HTTP/1.1 204 No\r\n\r\n", ["head 1.1 204 No: none", "end"]],
  ["304", GET, "HTTP/1.1 304 No\r\nContent-Length: 2\r\n\r\n", ["head 1.1 304 No: none 2", "end"]],
  ["a chunked body", GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [
    "head 1.1 200 OK: chunked",
    "end",
  ]],
  ["100 and 200", GET, "HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", [
    "informational 100",
    "head 1.1 200 OK: length 0",
    "end",
  ]],
];

for (const [name, request, response, lines] of ANSWERS) {
  test(`S6: a response behind the answer to ${name} never answers the next request`, () => {
    for (const evil of [NEXT, "0\r\n\r\n", "\r\n", "ok", "\0"]) {
      const bytes = bytesOf(response + evil);
      for (const pieces of [[bytes], singles(bytes), ...cuts(bytes)]) {
        const { lines: told, codec } = feed(pieces, { request });
        assertEquals(told, [...lines, "unsolicited"]);
        assertEquals([codec.reusable, codec.closeReason], [false, "unsolicited-bytes"]);
        assertThrows(() => codec.sendRequest(GET), LocalProtocolError);
      }
    }
  });
}

test("S6: a connection with bytes behind its answer is not reusable, even before they are looked at", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  codec.receive(bytesOf(`HTTP/1.1 204 No\r\n\r\n${NEXT}`));
  assertEquals([codec.nextEvent().type, codec.nextEvent().type], ["head", "end"]);
  assertEquals([codec.reusable, codec.closeReason], [false, "unsolicited-bytes"]);
  assertThrows(() => codec.sendRequest(GET), LocalProtocolError);
});

test("S6: bytes on an idle connection close it", () => {
  const codec = new H1Codec();
  codec.receive(bytesOf(NEXT));
  assertEquals(codec.reusable, false);
  assertThrows(() => codec.sendRequest(GET), LocalProtocolError);
  assertEquals([codec.nextEvent().type, codec.nextEvent().type], ["unsolicited", "unsolicited"]);
});

test("S6: 200 to Expect leaves nothing that could be taken for a request, or an answer", () => {
  const codec = new H1Codec();
  codec.sendRequest(request({ body: 3, expectContinue: true }));
  codec.receive(bytesOf("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  const lines: string[] = [];
  drain(codec, lines);
  assertEquals(lines, ["head 1.1 200 OK: length 2 (request-unfinished)", "data ok", "end"]);
  assertThrows(() => codec.sendData(bytesOf("abc")), LocalProtocolError);
  assertThrows(() => codec.sendRequest(GET), LocalProtocolError);
  assertEquals(codec.reusable, false);
});

test("S6: a body that was not read to its end, or not sent to its end, is never followed by a request", () => {
  for (const response of ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"]) {
    const codec = new H1Codec();
    codec.sendRequest(GET);
    codec.receive(bytesOf(response));
    drain(codec, []);
    assertThrows(() => codec.sendRequest(GET), LocalProtocolError);
    assertEquals(codec.reusable, false);
  }
  const upload = new H1Codec();
  upload.sendRequest(request({ body: 9 }));
  upload.sendData(bytesOf("abc"));
  upload.receive(bytesOf("HTTP/1.1 204 No\r\n\r\n"));
  drain(upload, []);
  assertThrows(() => upload.sendRequest(GET), LocalProtocolError);
});

test("S6: 204 with a body announced, or a body sent, is the last answer of its connection", () => {
  for (const field of ["Content-Length: 2", "Transfer-Encoding: chunked"]) {
    const { lines, codec } = feed([bytesOf(`HTTP/1.1 204 No\r\n${field}\r\n\r\n`)]);
    assert(lines[0]!.endsWith("(framing-on-bodyless-status)"), lines[0]);
    assertEquals(codec.reusable, false);
  }
});
