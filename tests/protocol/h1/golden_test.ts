/** Every golden message, written and read, whole and in pieces, with and without bytes behind it. */

import { assert, assertEquals } from "@std/assert";
import { H1Codec } from "../../../src/protocol/h1/codec.ts";
import { encodeRequestHead, joinParts } from "../../../src/protocol/h1/request_writer.ts";
import { concat, H1ServerCodec } from "../../support/h1_server_codec.ts";
import { test } from "../../support/suite.ts";
import { REQUESTS, RESPONSES } from "./golden.ts";
import { bytesOf, cuts, feed, pairsOf, singles, textOf } from "./transcript.ts";

function readRequest(pieces: readonly Uint8Array[]): { lines: string[]; fields: [string, string][] } {
  const server = new H1ServerCodec();
  const lines: string[] = [];
  let fields: [string, string][] = [];
  for (const piece of pieces) {
    server.receive(piece.slice());
    for (let event = server.nextEvent(); event.type !== "need-data"; event = server.nextEvent()) {
      if (event.type === "request") {
        lines.push(`${event.method} ${event.target} ${event.body}`);
        fields = pairsOf(event.section);
      } else if (event.type === "end") {
        lines.push(event.trailers === null ? "end" : `end ${JSON.stringify(pairsOf(event.trailers))}`);
      } else if (lines.at(-1)!.startsWith("data ")) lines[lines.length - 1] += textOf(event.bytes);
      else lines.push(`data ${textOf(event.bytes)}`);
    }
  }
  return { lines, fields };
}

for (const row of REQUESTS) {
  test(`H1Codec writes ${row.name}`, () => {
    const codec = new H1Codec();
    const written = [codec.sendRequest(row.head)];
    for (const part of row.parts ?? []) written.push(...codec.sendData(bytesOf(part)));
    if (row.head.body !== "none" && row.head.body !== 0) written.push(codec.sendEnd(row.trailers));
    assertEquals(textOf(joinParts(written)), row.bytes);
    assertEquals(codec.requestState, "done");
  });

  test(`encodeRequestHead() gives bytes that may be sent again: ${row.name}`, () => {
    const head = encodeRequestHead(row.head);
    assert(row.bytes.startsWith(textOf(head.bytes)));
    const codec = new H1Codec();
    codec.beginRequest(head.facts);
    assertEquals(codec.responseState, "head");
    assertEquals(head.bytes.buffer.byteLength, head.bytes.length);
  });

  test(`the server reads ${row.name}, however it is split`, () => {
    const bytes = bytesOf(row.bytes);
    for (const pieces of [[bytes], singles(bytes), ...cuts(bytes)]) {
      const { lines, fields } = readRequest(pieces);
      assertEquals(lines, [...row.read]);
      for (const [name, value] of row.head.fields) assert(fields.some((pair) => pair[0] === name && pair[1] === value));
    }
  });
}

for (const row of RESPONSES) {
  const bytes = bytesOf(row.bytes);
  const feeding = { request: row.request, eof: row.eof ?? false };

  test(`the server writes ${row.name}`, () => {
    const server = new H1ServerCodec();
    const written = (row.informational ?? []).map((parts) => server.sendInformational(...parts));
    written.push(server.sendHead(...row.head));
    for (const part of row.parts ?? []) written.push(server.sendData(bytesOf(part)));
    written.push(server.sendEnd(row.trailers));
    assertEquals(textOf(concat(written)), row.bytes);
  });

  test(`H1Codec reads ${row.name}, however it is split`, () => {
    for (const pieces of [[bytes], singles(bytes), ...cuts(bytes)]) {
      const { lines, codec } = feed(pieces, feeding);
      assertEquals(lines, [...row.read]);
      assertEquals(codec.closeReason, row.closeReason);
      assertEquals(codec.reusable, row.closeReason === null);
    }
  });

  if (row.eof) continue;
  test(`H1Codec never reuses a connection with bytes behind ${row.name}`, () => {
    for (const trailing of ["H", "\r\n", row.bytes]) {
      const all = bytesOf(row.bytes + trailing);
      for (const pieces of [[all], singles(all), ...cuts(all)]) {
        const { lines, codec } = feed(pieces, feeding);
        assertEquals(lines, [...row.read, "unsolicited"]);
        assertEquals(codec.reusable, false);
        assertEquals(codec.closeReason, row.closeReason ?? "unsolicited-bytes");
      }
    }
  });
}

test("H1Codec reads the fields of a head as they came", () => {
  const bytes = bytesOf("HTTP/1.1 200 OK\r\nB:2\r\na: \t x  y \t\r\nb:\r\nC: \xe9\r\nContent-Length: 0\r\n\r\n");
  const codec = new H1Codec();
  codec.sendRequest(RESPONSES[0]!.request);
  codec.receive(bytes);
  const event = codec.nextEvent();
  assert(event.type === "head");
  assertEquals(pairsOf(event.section), [["B", "2"], ["a", "x  y"], ["b", ""], ["C", "\xe9"], ["Content-Length", "0"]]);
});
