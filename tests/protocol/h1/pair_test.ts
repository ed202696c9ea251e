/** Our client talks to a test server: whatever one sends, the other reads, however the bytes are split. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { H1Codec } from "../../../src/protocol/h1/codec.ts";
import type { RequestHead } from "../../../src/protocol/h1/request_facts.ts";
import { concat, type Fields, H1ServerCodec } from "../../support/h1_server_codec.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, pairsOf, textOf } from "./transcript.ts";

type Framing = "none" | "chunked" | "length";

interface Message {
  readonly framing: Framing;
  readonly parts: readonly Uint8Array[];
  readonly fields: Fields;
  readonly trailers: Fields;
}

interface Exchange {
  readonly method: string;
  readonly target: string;
  readonly request: Message;
  readonly informational: readonly Fields[];
  readonly status: number;
  readonly reason: string;
  readonly response: Message;
}

const RESERVED = /^(?:host|expect|upgrade|connection|content-length|transfer-encoding|keep-alive|te|trailer)$/i;

const token = fc.string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~09azAZ"), minLength: 1, maxLength: 18 });
const value = fc.string({ unit: fc.constantFrom(...'\t !"(),:;=~az09\x80\xff'), maxLength: 30 })
  .map((text) => text.replace(/^[\t ]+|[\t ]+$/g, ""));
const fields = fc.array(fc.tuple(token.filter((name) => !RESERVED.test(name)), value), { maxLength: 6 });
const message: fc.Arbitrary<Message> = fc.record({
  framing: fc.constantFrom<Framing>("none", "chunked", "length"),
  parts: fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 4 }),
  fields,
  trailers: fields,
});
const exchange: fc.Arbitrary<Exchange> = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "x-own"),
  target: fc.string({ unit: fc.constantFrom(..."/?&=%20az~"), maxLength: 20 }).map((text) => `/${text}`),
  request: message,
  informational: fc.array(fields, { maxLength: 2 }),
  status: fc.constantFrom(200, 201, 206, 299, 301, 400, 404, 500, 599, 999),
  reason: fc.string({ unit: fc.constantFrom(..." az09\x80\xff\t"), maxLength: 10 }),
  response: message.map((response) => response.framing === "none" ? { ...response, framing: "length" } : response),
});

/** What one side sent, as the other shall read it. */
interface Read {
  start: string;
  fields: [string, string][];
  body: string;
  trailers: [string, string][];
}

function framed(message: Message): { parts: readonly Uint8Array[]; fields: Fields; trailers: Fields } {
  const length = message.parts.reduce((sum, part) => sum + part.length, 0);
  if (message.framing === "chunked") {
    return { parts: message.parts, fields: [["Transfer-Encoding", "chunked"]], trailers: message.trailers };
  }
  if (message.framing === "none") return { parts: [], fields: [], trailers: [] };
  return { parts: message.parts, fields: [["Content-Length", `${length}`]], trailers: [] };
}

function expected(start: string, message: Message): Read {
  const { parts, fields, trailers } = framed(message);
  const pairs = [...message.fields, ...fields].map(([name, value]): [string, string] => [name, value]);
  const late = trailers.map(([name, value]): [string, string] => [name, value]);
  return { start, fields: pairs, body: textOf(concat(parts)), trailers: late };
}

/** Cuts `bytes` at places that `seeds` choose. */
function pieces(bytes: Uint8Array, seeds: readonly number[]): Uint8Array[] {
  const at = [0, ...seeds.map((seed) => seed % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.slice(at[index]!, end));
}

function sendRequest(client: H1Codec, { method, target, request }: Exchange): Uint8Array {
  const { parts, trailers } = framed(request);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const body = request.framing === "length" ? length : request.framing;
  const head: RequestHead = { method, target, fields: [["Host", "a.test"], ...request.fields], body };
  const written = [client.sendRequest(head)];
  if (body === "none" || body === 0) return written[0]!;
  for (const part of parts) written.push(...client.sendData(part));
  return concat([...written, client.sendEnd(trailers)]);
}

function readRequest(server: H1ServerCodec, bytes: Uint8Array, seeds: readonly number[]): Read {
  const read: Read = { start: "", fields: [], body: "", trailers: [] };
  for (const piece of pieces(bytes, seeds)) {
    server.receive(piece);
    for (let event = server.nextEvent(); event.type !== "need-data"; event = server.nextEvent()) {
      if (event.type === "request") {
        read.start = `${event.method} ${event.target}`;
        read.fields = pairsOf(event.section);
      } else if (event.type === "data") read.body += textOf(event.bytes);
      else if (event.trailers !== null) read.trailers = pairsOf(event.trailers);
    }
    piece.fill(0);
  }
  return read;
}

function sendResponse(server: H1ServerCodec, { status, reason, informational, response }: Exchange): Uint8Array {
  const { parts, fields, trailers } = framed(response);
  const written = informational.map((fields) => server.sendInformational(103, "Early", fields));
  written.push(server.sendHead(status, reason, [...response.fields, ...fields]));
  for (const part of parts) written.push(server.sendData(part));
  return concat([...written, server.sendEnd(trailers)]);
}

function readResponse(client: H1Codec, bytes: Uint8Array, seeds: readonly number[]): { early: Fields[]; read: Read } {
  const read: Read = { start: "", fields: [], body: "", trailers: [] };
  const early: Fields[] = [];
  for (const piece of pieces(bytes, seeds)) {
    client.receive(piece);
    for (let event = client.nextEvent(); event.type !== "need-data"; event = client.nextEvent()) {
      if (event.type === "informational") early.push(pairsOf(event.section));
      else if (event.type === "head") {
        read.start = `${event.status} ${event.reason}`;
        read.fields = pairsOf(event.section);
      } else if (event.type === "data") read.body += textOf(event.bytes);
      else {
        assert(event.type === "end");
        if (event.trailers !== null) read.trailers = pairsOf(event.trailers);
      }
    }
    piece.fill(0);
  }
  return { early, read };
}

test("client and server agree on every exchange of a connection", () => {
  const seeds = fc.array(fc.nat(2_000), { maxLength: 8 });
  fc.assert(fc.property(fc.array(fc.tuple(exchange, seeds), { minLength: 1, maxLength: 4 }), (exchanges) => {
    const client = new H1Codec();
    const server = new H1ServerCodec();
    for (const [exchange, seeds] of exchanges) {
      const request = readRequest(server, sendRequest(client, exchange), seeds);
      const wanted = expected(`${exchange.method} ${exchange.target}`, exchange.request);
      assertEquals(request, { ...wanted, fields: [["Host", "a.test"], ...wanted.fields] });
      const { early, read } = readResponse(client, sendResponse(server, exchange), seeds);
      assertEquals(early, exchange.informational.map((fields) => fields.map(([name, value]) => [name, value])));
      assertEquals(read, expected(`${exchange.status} ${exchange.reason}`, exchange.response));
      assertEquals([client.reusable, client.closeReason], [true, null]);
      server.startNext();
    }
  }));
});

test("a pair goes through 100 (Continue)", () => {
  const client = new H1Codec();
  const server = new H1ServerCodec();
  const fields: Fields = [["Host", "a.test"]];
  server.receive(client.sendRequest({ method: "PUT", target: "/", fields, body: "chunked", expectContinue: true }));
  const event = server.nextEvent();
  assert(event.type === "request");
  assertEquals(event.section.value(event.section.find("expect", 0)), "100-continue");
  client.receive(server.sendInformational(100, "Continue", []));
  assertEquals(client.nextEvent().type, "informational");
  assertEquals(client.waitingForContinue, false);
  for (const part of client.sendData(bytesOf("body"))) server.receive(part);
  server.receive(client.sendEnd());
  assertEquals([server.nextEvent().type, server.nextEvent().type], ["data", "end"]);
  client.receive(concat([server.sendHead(204, "", []), server.sendEnd()]));
  assertEquals([client.nextEvent().type, client.nextEvent().type], ["head", "end"]);
  assertEquals(client.reusable, true);
});
