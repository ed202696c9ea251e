import { assertEquals, assertThrows } from "@std/assert";
import { LocalProtocolError } from "../../../src/errors.ts";
import { checkHead, type RequestFacts, type RequestHead } from "../../../src/protocol/h1/request_facts.ts";
import { test } from "../../support/suite.ts";
import { GET, request } from "./transcript.ts";

const PLAIN: RequestFacts = {
  method: "GET",
  head: false,
  connect: false,
  upgrade: false,
  close: false,
  expectContinue: false,
  body: "none",
  plain: true,
};

function withFields(...fields: [string, string][]): RequestHead {
  return request({ fields: [["Host", "a.test"], ...fields] });
}

const GOOD: readonly [name: string, head: RequestHead, facts: Partial<RequestFacts>, added: string][] = [
  ["a GET", GET, {}, ""],
  ["HEAD", request({ method: "HEAD" }), { method: "HEAD", head: true, plain: false }, ""],
  ["head in lower case, which is another method", request({ method: "head" }), { method: "head" }, ""],
  [
    "CONNECT",
    request({ method: "CONNECT", target: "a:1" }),
    { method: "CONNECT", connect: true, plain: false },
    "",
  ],
  ["an upgrade", withFields(["upgrade", "websocket"]), { upgrade: true, plain: false }, ""],
  ["close", withFields(["connection", "x, Close"]), { close: true, plain: false }, ""],
  ["keep-alive", withFields(["Connection", "keep-alive"]), {}, ""],
  ["a length", request({ method: "POST", body: 5 }), { method: "POST", body: 5 }, "Content-Length: 5\r\n"],
  ["a length of 0", request({ method: "POST", body: 0 }), { method: "POST", body: 0 }, "Content-Length: 0\r\n"],
  ["no body and a length of 0", withFields(["Content-Length", "0"]), {}, ""],
  ["a length that is there", { ...withFields(["content-length", "5"]), body: 5 }, { body: 5 }, ""],
  ["a chunked body", request({ body: "chunked" }), { body: "chunked" }, "Transfer-Encoding: chunked\r\n"],
  [
    "a coding that is there",
    { ...withFields(["transfer-encoding", "Chunked"]), body: "chunked" },
    { body: "chunked" },
    "",
  ],
  [
    "an expectation",
    request({ body: 5, expectContinue: true }),
    { body: 5, expectContinue: true, plain: false },
    "Content-Length: 5\r\nExpect: 100-continue\r\n",
  ],
  [
    "an expectation that is there",
    { ...withFields(["expect", "100-Continue"]), body: 5 },
    { body: 5, expectContinue: true, plain: false },
    "Content-Length: 5\r\n",
  ],
  ["a body of a GET", request({ body: 5 }), { body: 5 }, "Content-Length: 5\r\n"],
];

for (const [name, head, facts, added] of GOOD) {
  test(`checkHead() takes ${name}`, () => assertEquals(checkHead(head), { facts: { ...PLAIN, ...facts }, added }));
}

const BAD: readonly [name: string, head: RequestHead, message: string][] = [
  ["no Host", request({ fields: [] }), "no Host field"],
  ["Host twice", withFields(["hOST", "a.test"]), "more than one Host field"],
  [
    "Content-Length twice",
    { ...withFields(["Content-Length", "5"], ["content-length", "5"]), body: 5 },
    "more than one",
  ],
  ["Transfer-Encoding twice", {
    ...withFields(["Transfer-Encoding", "chunked"], ["transfer-encoding", "chunked"]),
    body: "chunked",
  }, "more than one"],
  ["Connection twice", withFields(["Connection", "close"], ["connection", "close"]), "more than one Connection"],
  ["Expect twice", { ...withFields(["Expect", "100-continue"], ["expect", "100-continue"]), body: 1 }, "more than one"],
  ["another length", { ...withFields(["Content-Length", "6"]), body: 5 }, 'Content-Length "6" contradicts'],
  ["a length in other digits", { ...withFields(["Content-Length", "05"]), body: 5 }, "contradicts the body"],
  ["a signed length", { ...withFields(["Content-Length", "+5"]), body: 5 }, "contradicts the body"],
  ["a length without a body", withFields(["Content-Length", "5"]), "expected 0"],
  ["a length of a chunked body", { ...withFields(["Content-Length", "5"]), body: "chunked" }, "none with a chunked"],
  ["a coding of a body with a length", { ...withFields(["Transfer-Encoding", "chunked"]), body: 5 }, "contradicts"],
  ["a coding without a body", withFields(["Transfer-Encoding", "chunked"]), "contradicts the body"],
  ["another coding", { ...withFields(["Transfer-Encoding", "gzip, chunked"]), body: "chunked" }, '"chunked" alone'],
  ["both", {
    ...withFields(["Transfer-Encoding", "chunked"], ["Content-Length", "5"]),
    body: "chunked",
  }, "both Content-Length and Transfer-Encoding"],
  ["close and keep-alive", withFields(["Connection", "keep-alive, close"]), "both close and keep-alive"],
  ["a Connection that names Host", withFields(["Connection", "Host"]), "Connection names host"],
  ["a Connection that names Content-Length", withFields(["Connection", "x,content-Length"]), "names content-length"],
  ["a Connection that names Transfer-Encoding", withFields(["Connection", "transfer-encoding"]), "names transfer-enc"],
  ["another expectation", { ...withFields(["Expect", "200-ok"]), body: 1 }, 'expects "200-ok"'],
  ["an expectation without a body", request({ expectContinue: true }), "without a body"],
  ["an expectation of nothing", request({ body: 0, expectContinue: true }), "without a body"],
  ["an expectation field without a body", withFields(["Expect", "100-continue"]), "without a body"],
  ["a body of CONNECT", request({ method: "CONNECT", target: "a:1", body: 1 }), "CONNECT is given a body"],
  ["a body of TRACE", request({ method: "TRACE", body: "chunked" }), "TRACE is given a body"],
  ["a negative length", request({ body: -1 }), "the length -1"],
  ["a broken length", request({ body: 1.5 }), "the length 1.5"],
  ["an unsafe length", request({ body: 2 ** 53 }), "the length"],
  ["no length", request({ body: NaN }), "the length NaN"],
  ["an unknown framing", request({ body: "gzip" as "none" }), "the length gzip"],
  ["an empty target", request({ target: "" }), "in no known form"],
  ["a relative target", request({ target: "a/b" }), "in no known form"],
  ["an absolute target without a scheme", request({ target: "://a.test/" }), "in no known form"],
  ["* for a GET", request({ target: "*" }), "in no known form"],
  ["a fragment", request({ target: "/a#b" }), "fragment"],
  ["CONNECT without a port", request({ method: "CONNECT", target: "a" }), "not an authority"],
  ["CONNECT with an empty port", request({ method: "CONNECT", target: "a:" }), "not an authority"],
  ["CONNECT without a host", request({ method: "CONNECT", target: ":1" }), "not an authority"],
  ["CONNECT with a path", request({ method: "CONNECT", target: "a:1/b" }), "not an authority"],
];

for (const [name, head, message] of BAD) {
  test(`checkHead() refuses ${name}`, () => {
    const error = assertThrows(() => checkHead(head), LocalProtocolError, message);
    assertEquals([error.code, error.progress], ["PROTOCOL_LOCAL", "unsent"]);
  });
}
