import { assert, assertEquals, assertThrows } from "@std/assert";
import { RemoteProtocolError } from "../../../src/errors.ts";
import { HeadMemory } from "../../../src/protocol/h1/head_memory.ts";
import { HeadReader } from "../../../src/protocol/h1/head_reader.ts";
import { DEFAULT_H1_SETTINGS, resolveH1Settings } from "../../../src/protocol/h1/limits.ts";
import { ReceiveBuffer } from "../../../src/protocol/h1/receive_buffer.ts";
import { checkHead, type RequestHead } from "../../../src/protocol/h1/request_facts.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, lineOf, request } from "./transcript.ts";

/** The first head of `text` for a request, as a line. */
function read(text: string, parts: Partial<RequestHead> = {}, withheld = false): string {
  const input = new ReceiveBuffer();
  input.receive(bytesOf(text));
  const reader = new HeadReader(DEFAULT_H1_SETTINGS, new HeadMemory());
  const event = reader.read(input, checkHead(request(parts)).facts, withheld);
  return event === null ? "incomplete" : lineOf(event);
}

const ROWS: readonly [text: string, parts: Partial<RequestHead>, withheld: boolean, line: string][] = [
  ["HTTP/1.1 100 Go\r\n\r\n", {}, false, "informational 100 Go"],
  ["HTTP/1.1 199 \r\nContent-Length: x\r\n\r\n", {}, false, "informational 199"],
  ["HTTP/1.1 200 OK\r\n", {}, false, "incomplete"],
  ["HTTP/1.1 200 OK\r\n\r\n", {}, false, "head 1.1 200 OK: close (close-delimited)"],
  ["HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", {}, false, "head 1.0 200 OK: length 1 (http-1.0)"],
  ["HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n", {}, false, "head 1.0 200 OK: length 1"],
  ["HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", { body: 5 }, true, "head 1.1 413 No: length 0 (request-unfinished)"],
  ["HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", { body: 5 }, false, "head 1.1 413 No: length 0"],
  [
    "HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n",
    { fields: [["Host", "a"], ["Upgrade", "x"]] },
    false,
    "head 1.1 101 Go: none upgraded (upgraded)",
  ],
  [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    { method: "CONNECT", target: "a:1" },
    false,
    "head 1.1 200 OK: none upgraded (upgraded)",
  ],
];

for (const [text, parts, withheld, line] of ROWS) {
  test(`HeadReader.read() makes "${line}" of ${JSON.stringify(text)}`, () =>
    assertEquals(read(text, parts, withheld), line));
}

test("HeadReader.read() refuses 101 where no upgrade was offered", () => {
  assertThrows(() => read("HTTP/1.1 101 Go\r\n\r\n"), RemoteProtocolError, "the request offered no upgrade");
});

test("HeadReader counts the informational responses of one request", () => {
  const reader = new HeadReader(resolveH1Settings({ limits: { informational: 2 } }), new HeadMemory());
  const { facts } = checkHead(request({}));
  const next = () => {
    const input = new ReceiveBuffer();
    input.receive(bytesOf("HTTP/1.1 103 \r\n\r\n"));
    return reader.read(input, facts, false);
  };
  for (let exchange = 0; exchange < 2; exchange++) {
    reader.begin();
    assert(next() !== null);
    assert(next() !== null);
  }
  const error = assertThrows(next, RemoteProtocolError, "more than 2 informational");
  assertEquals(error.code, "LIMIT_EXCEEDED");
});

test("HeadReader.abandon() forgets the start of a head", () => {
  const reader = new HeadReader(DEFAULT_H1_SETTINGS, new HeadMemory());
  const { facts } = checkHead(request({}));
  const input = new ReceiveBuffer();
  input.receive(bytesOf("HTTP/1.1 2"));
  assertEquals(reader.read(input, facts, false), null);
  reader.abandon();
  input.clear();
  input.receive(bytesOf("HTTP/1.1 204 No\r\n\r\n"));
  assertEquals(lineOf(reader.read(input, facts, false)!), "head 1.1 204 No: none");
});

test("HeadReader tells of a content coding and of keep-alive hints", () => {
  const input = new ReceiveBuffer();
  input.receive(bytesOf("HTTP/1.1 204 No\r\ncontent-encoding: br\r\nKeep-Alive: timeout=3, max=9\r\n\r\n"));
  const event = new HeadReader(DEFAULT_H1_SETTINGS, new HeadMemory()).read(input, checkHead(request({})).facts, false);
  assert(event?.type === "head");
  assertEquals(event.contentEncoded, true);
  assertEquals({ ...event.keepAlive }, { timeout: 3000, max: 9 });
});
