import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { IncompleteReadError, LocalProtocolError, SocketError } from "../../../src/errors.ts";
import { H1Codec } from "../../../src/protocol/h1/codec.ts";
import { resolveH1Settings } from "../../../src/protocol/h1/limits.ts";
import { encodeRequestHead } from "../../../src/protocol/h1/request_writer.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, cuts, feed, GET, OK, request, singles, textOf, told } from "./transcript.ts";

const OK_LINES = ["head 1.1 200 OK: length 2", "data ok", "end"];
const POST = request({ method: "POST", body: 3 });
const EXPECTING = request({ method: "POST", body: 3, expectContinue: true });

test("H1Codec serves one exchange after another", () => {
  const codec = new H1Codec();
  const { bytes, facts } = encodeRequestHead(GET);
  for (let exchange = 0; exchange < 5; exchange++) {
    assertEquals(codec.reusable, true);
    if (exchange % 2 === 0) codec.beginRequest(facts);
    else assertEquals(textOf(codec.sendRequest(GET)), textOf(bytes));
    assertEquals([codec.reusable, codec.answered, codec.closeReason], [false, false, null]);
    assertEquals(told(codec, OK.slice(0, 9)), []);
    assertEquals(codec.answered, true);
    assertEquals(told(codec, OK.slice(9)), OK_LINES);
  }
  assertEquals(`${codec}`, "H1Codec(request idle, response idle)");
});

test("H1Codec tells its states in one line", () => {
  const codec = new H1Codec();
  codec.sendRequest(POST);
  assertEquals(`${codec}`, "H1Codec(request body, response head)");
  told(codec, "HTTP/1.0 200 OK\r\n\r\n");
  assertEquals(`${codec}`, "H1Codec(request body, response body, http-1.0)");
});

// The wrong call at the wrong time

test("H1Codec.sendRequest() refuses a second head before the end of the response", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  assertThrows(() => codec.sendRequest(GET), LocalProtocolError, "Cannot begin a request");
  assertThrows(() => codec.beginRequest(encodeRequestHead(GET).facts), LocalProtocolError);
  assertEquals(told(codec, OK), OK_LINES);
  assertEquals(codec.reusable, true);
});

test("H1Codec.sendRequest() leaves the connection as it was when the head is wrong", () => {
  const codec = new H1Codec();
  assertThrows(() => codec.sendRequest(request({ fields: [] })), LocalProtocolError);
  assertThrows(() => codec.sendRequest(request({ method: "a b" })), LocalProtocolError);
  assertEquals(codec.reusable, true);
  codec.sendRequest(GET);
  assertEquals(told(codec, OK), OK_LINES);
});

test("H1Codec refuses a body where none is due, and goes on", () => {
  const codec = new H1Codec();
  assertThrows(() => codec.sendData(bytesOf("x")), LocalProtocolError);
  assertThrows(() => codec.sendEnd(), LocalProtocolError);
  codec.sendRequest(GET);
  assertThrows(() => codec.sendData(bytesOf("x")), LocalProtocolError);
  assertThrows(() => codec.sendEnd(), LocalProtocolError);
  assertEquals(told(codec, OK), OK_LINES);
  assertEquals(codec.reusable, true);
});

for (
  const [name, send] of [
    ["more", (codec: H1Codec) => codec.sendData(bytesOf("abcd"))],
    ["fewer", (codec: H1Codec) => (codec.sendData(bytesOf("ab")), codec.sendEnd())],
  ] as const
) {
  test(`H1Codec is closed after ${name} bytes than Content-Length`, () => {
    const codec = new H1Codec();
    codec.sendRequest(POST);
    const error = assertThrows(() => send(codec), LocalProtocolError);
    assertEquals(`${codec}`, "H1Codec(request closed, response closed, local-protocol-error)");
    assertStrictEquals(assertThrows(() => codec.nextEvent()), error);
    codec.receive(bytesOf(OK));
    assertStrictEquals(assertThrows(() => codec.nextEvent()), error);
    assertEquals(codec.reusable, false);
  });
}

test("H1Codec.receive() refuses bytes after the end of input", () => {
  const codec = new H1Codec();
  codec.receiveEof();
  assertThrows(() => codec.receive(bytesOf("x")), LocalProtocolError, "expected none after it");
});

test("H1Codec.takeLeftover() refuses a connection that still speaks HTTP", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  assertThrows(() => codec.takeLeftover(), LocalProtocolError, "expected an upgraded connection");
});

// Requests with bodies

test("H1Codec ends an exchange when both sides are done, the response last", () => {
  const codec = new H1Codec();
  codec.sendRequest(POST);
  codec.sendData(bytesOf("abc"));
  codec.sendEnd();
  assertEquals(told(codec, OK), OK_LINES);
  assertEquals(codec.reusable, true);
});

test("H1Codec ends an exchange when both sides are done, the request last", () => {
  const codec = new H1Codec();
  codec.sendRequest(POST);
  codec.sendData(bytesOf("ab"));
  assertEquals(told(codec, OK), OK_LINES);
  assertEquals([codec.reusable, codec.closeReason], [false, "request-unfinished"]);
  assertEquals(codec.responseState, "done");
  codec.sendData(bytesOf("c"));
  codec.sendEnd();
  assertEquals([codec.reusable, codec.closeReason], [true, null]);
});

test("H1Codec takes bytes after an early response for unsolicited, and stops the request", () => {
  const codec = new H1Codec();
  codec.sendRequest(POST);
  assertEquals(told(codec, `${OK}HTTP`), [...OK_LINES, "unsolicited"]);
  assertThrows(() => codec.sendData(bytesOf("abc")), LocalProtocolError, 'in the state "closed"');
});

test("H1Codec tells the end of input after an early response", () => {
  const codec = new H1Codec();
  codec.sendRequest(POST);
  told(codec, OK);
  codec.receiveEof();
  assertEquals(told(codec), ["closed"]);
  assertEquals(codec.closeReason, "peer-closed");
});

// Expect: 100-continue

test("H1Codec shows that it waits for 100, until it comes", () => {
  const codec = new H1Codec();
  assertEquals(codec.waitingForContinue, false);
  codec.sendRequest(EXPECTING);
  assertEquals(codec.waitingForContinue, true);
  assertEquals(told(codec, "HTTP/1.1 103 Early Hints\r\n\r\n"), ["informational 103 Early Hints"]);
  assertEquals(codec.waitingForContinue, true);
  assertEquals(told(codec, "HTTP/1.1 100 Continue\r\n\r\n"), ["informational 100 Continue"]);
  assertEquals(codec.waitingForContinue, false);
  codec.sendData(bytesOf("abc"));
  codec.sendEnd();
  assertEquals(told(codec, OK), OK_LINES);
  assertEquals(codec.reusable, true);
});

test("H1Codec lets the engine lose patience, and takes a late 100", () => {
  const codec = new H1Codec();
  codec.sendRequest(EXPECTING);
  codec.sendData(bytesOf("abc"));
  assertEquals(codec.waitingForContinue, false);
  codec.sendEnd();
  assertEquals(told(codec, `HTTP/1.1 100 \r\n\r\nHTTP/1.1 100 \r\n\r\n${OK}`), [
    "informational 100",
    "informational 100",
    ...OK_LINES,
  ]);
  assertEquals(codec.reusable, true);
});

test("H1Codec sends no body after a final response instead of 100, and is not reused", () => {
  const codec = new H1Codec();
  codec.sendRequest(EXPECTING);
  assertEquals(told(codec, OK), ["head 1.1 200 OK: length 2 (request-unfinished)", "data ok", "end"]);
  assertThrows(() => codec.sendData(bytesOf("abc")), LocalProtocolError, 'in the state "abandoned"');
  assertThrows(() => codec.sendEnd(), LocalProtocolError);
  assertEquals([codec.reusable, codec.closeReason], [false, "request-unfinished"]);
});

test("H1Codec takes 100 that nobody waited for", () => {
  assertEquals(feed([bytesOf(`HTTP/1.1 100 \r\n\r\n${OK}`)]).lines, ["informational 100", ...OK_LINES]);
});

// Other protocols

const UPGRADING = request({ fields: [["Host", "a"], ["Connection", "Upgrade"], ["Upgrade", "x"]] });
const SWITCHED = "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\n";

test("H1Codec hands over an upgraded connection with what is left", () => {
  const bytes = bytesOf(`${SWITCHED}rest`);
  for (const pieces of [[bytes], singles(bytes), ...cuts(bytes)]) {
    const { lines, codec } = feed(pieces, { request: UPGRADING });
    assertEquals(lines, ["head 1.1 101 Switching: none upgraded (upgraded)", "upgraded"]);
    assertEquals(textOf(codec.takeLeftover()), "rest");
    assertEquals(codec.takeLeftover().length, 0);
    assertEquals([codec.reusable, codec.closeReason, codec.bodyBytesExpected], [false, "upgraded", 0]);
    assertEquals(`${codec}`, "H1Codec(request upgraded, response upgraded, upgraded)");
  }
});

test("H1Codec hands over a granted tunnel, and ignores its framing fields", () => {
  const connect = request({ method: "CONNECT", target: "a:1" });
  const { lines, codec } = feed([bytesOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n")], {
    request: connect,
  });
  assertEquals(lines, ["head 1.1 200 OK: none upgraded (upgraded)", "upgraded"]);
  assertEquals(textOf(codec.takeLeftover()), "5\r\n");
});

test("H1Codec goes on after a refused upgrade", () => {
  const { lines, codec } = feed([bytesOf(OK)], { request: UPGRADING });
  assertEquals(lines, OK_LINES);
  assertEquals(codec.reusable, true);
});

test("H1Codec refuses 101 before the end of the request", () => {
  const upload = { ...UPGRADING, method: "POST", body: 3 };
  const { lines, codec } = feed([bytesOf(SWITCHED)], { request: upload });
  assertEquals(lines.length, 1);
  assert(lines[0]!.includes("before the end of the request"));
  assertEquals(codec.closeReason, "remote-protocol-error");
});

// The end of input

test("H1Codec tells an ordinary end while idle", () => {
  const codec = new H1Codec();
  assertEquals(told(codec), []);
  codec.receiveEof();
  assertEquals([codec.reusable, codec.closeReason], [false, "peer-closed"]);
  assertEquals(told(codec), ["closed"]);
  assertEquals(told(codec), ["closed"]);
  assertThrows(() => codec.sendRequest(GET), LocalProtocolError);
});

test("H1Codec tells whether a byte of the answer had come when the input ended", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  codec.receiveEof();
  const error = assertThrows(() => codec.nextEvent(), SocketError, "ended before it");
  assertEquals([error.code, error.progress, error.retryable, codec.answered], [
    "CONNECTION_CLOSED",
    "sent",
    true,
    false,
  ]);
  assertStrictEquals(assertThrows(() => codec.nextEvent()), error);
  assertEquals(codec.closeReason, "peer-closed");
  const partial = new H1Codec();
  partial.sendRequest(GET);
  told(partial, OK.slice(0, 20));
  partial.receiveEof();
  const cut = assertThrows(() => partial.nextEvent(), SocketError, "after 20 bytes of it");
  assertEquals([cut.progress, partial.answered], ["answered", true]);
});

test("H1Codec tells a body cut short, of either framing", () => {
  for (
    const [text, message] of [
      [OK.slice(0, -1), "after 1 of 2 bytes"],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "after 5 bytes, before the last chunk"],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "after 0 bytes, before the last chunk"],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n", "after 0 bytes, before the last chunk"],
    ] as const
  ) {
    const codec = new H1Codec();
    codec.sendRequest(GET);
    told(codec, text);
    codec.receiveEof();
    assertThrows(() => codec.nextEvent(), IncompleteReadError, message);
    assertEquals(codec.closeReason, "peer-closed");
  }
});

test("H1Codec ends a body in the very call that brings its last byte and the end of input", () => {
  const codec = new H1Codec();
  codec.sendRequest(GET);
  codec.receive(bytesOf(OK));
  codec.receiveEof();
  assertEquals(told(codec), [...OK_LINES, "closed"]);
});

// HTTP/1.0

const HTTP10: readonly [text: string, eof: boolean, lines: readonly string[], reusable: boolean][] = [
  ["HTTP/1.0 200 OK\r\n\r\nall", true, ["head 1.0 200 OK: close (http-1.0)", "data all", "end", "closed"], false],
  [
    "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
    false,
    ["head 1.0 200 OK: length 1 (http-1.0)", "data x", "end"],
    false,
  ],
  [
    "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx",
    false,
    ["head 1.0 200 OK: length 1", "data x", "end"],
    true,
  ],
  [
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nall",
    true,
    ["head 1.0 200 OK: close (close-delimited)", "data all", "end", "closed"],
    false,
  ],
];

for (const [text, eof, lines, reusable] of HTTP10) {
  test(`H1Codec reads ${JSON.stringify(text)}`, () => {
    for (const pieces of [[bytesOf(text)], singles(bytesOf(text))]) {
      const fed = feed(pieces, { eof });
      assertEquals(fed.lines, [...lines]);
      assertEquals(fed.codec.reusable, reusable);
    }
  });
}

test("H1Codec is lenient about LF where its settings say so", () => {
  const settings = resolveH1Settings({ lenient: ["bare-lf"] });
  const text = bytesOf("HTTP/1.1 200 OK\nContent-Length: 2\n\nok");
  for (const pieces of [[text], singles(text)]) assertEquals(feed(pieces, { settings }).lines, OK_LINES);
});
