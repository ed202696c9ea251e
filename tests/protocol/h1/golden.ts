/**
 * Owns the golden messages: what the two sides do, the bytes between them, and what is read from these.
 * Must not know who runs them: the bytes drive a reader and are expected of a writer.
 */

import type { RequestHead } from "../../../src/protocol/h1/request_facts.ts";
import type { Fields } from "../../support/h1_server_codec.ts";
import { GET, request } from "./transcript.ts";

/** A request: what the client does, the bytes, what a server reads. */
export interface GoldenRequest {
  readonly name: string;
  readonly head: RequestHead;
  /** Parts of the body. */
  readonly parts?: readonly string[];
  readonly trailers?: Fields;
  readonly bytes: string;
  readonly read: readonly string[];
}

/** A response: what the server does, the bytes, what the client reads. */
export interface GoldenResponse {
  readonly name: string;
  readonly request: RequestHead;
  readonly informational?: readonly (readonly [status: number, reason: string, fields: Fields])[];
  readonly head: readonly [status: number, reason: string, fields: Fields];
  readonly parts?: readonly string[];
  readonly trailers?: Fields;
  /** Whether the server closes after it. */
  readonly eof?: boolean;
  readonly bytes: string;
  readonly read: readonly string[];
  /** Why the connection is not reused, or `null`. */
  readonly closeReason: string | null;
}

const POST = request({ method: "POST", target: "/in" });

export const REQUESTS: readonly GoldenRequest[] = [
  {
    name: "a GET",
    head: GET,
    bytes: "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
    read: ["GET / none", "end"],
  },
  {
    name: "a GET with fields in the order and case that they were given",
    head: request({
      target: "/x?y=%20#".slice(0, -1),
      fields: [["b", "2"], ["Host", "[::1]:80"], ["A-a", ""], ["B", "2"]],
    }),
    bytes: "GET /x?y=%20 HTTP/1.1\r\nb: 2\r\nHost: [::1]:80\r\nA-a: \r\nB: 2\r\n\r\n",
    read: ["GET /x?y=%20 none", "end"],
  },
  {
    name: "a method in lower case and of unusual tchars",
    head: request({ method: "m-search!" }),
    bytes: "m-search! / HTTP/1.1\r\nHost: a.test\r\n\r\n",
    read: ["m-search! / none", "end"],
  },
  {
    name: "a value with obs-text",
    head: request({ fields: [["Host", "a.test"], ["X", "\xe4\xff\x80"]] }),
    bytes: "GET / HTTP/1.1\r\nHost: a.test\r\nX: \xe4\xff\x80\r\n\r\n",
    read: ["GET / none", "end"],
  },
  {
    name: "OPTIONS *",
    head: request({ method: "OPTIONS", target: "*" }),
    bytes: "OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n",
    read: ["OPTIONS * none", "end"],
  },
  {
    name: "CONNECT",
    head: request({ method: "CONNECT", target: "a.test:443", fields: [["Host", "a.test:443"]] }),
    bytes: "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
    read: ["CONNECT a.test:443 none", "end"],
  },
  {
    name: "an absolute target, for a proxy",
    head: request({ target: "http://a.test/x" }),
    bytes: "GET http://a.test/x HTTP/1.1\r\nHost: a.test\r\n\r\n",
    read: ["GET http://a.test/x none", "end"],
  },
  {
    name: "a POST of length 0",
    head: { ...POST, body: 0 },
    bytes: "POST /in HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n",
    read: ["POST /in 0", "end"],
  },
  {
    name: "a POST with a length",
    head: { ...POST, body: 5 },
    parts: ["he", "", "llo"],
    bytes: "POST /in HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello",
    read: ["POST /in 5", "data hello", "end"],
  },
  {
    name: "a POST whose length was among its fields",
    head: { ...POST, fields: [["content-length", "5"], ["Host", "a.test"]], body: 5 },
    parts: ["hello"],
    bytes: "POST /in HTTP/1.1\r\ncontent-length: 5\r\nHost: a.test\r\n\r\nhello",
    read: ["POST /in 5", "data hello", "end"],
  },
  {
    name: "a chunked POST",
    head: { ...POST, body: "chunked" },
    parts: ["he", "", "llo, sixteen ok!"],
    bytes: "POST /in HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n" +
      "2\r\nhe\r\n10\r\nllo, sixteen ok!\r\n0\r\n\r\n",
    read: ["POST /in chunked", "data hello, sixteen ok!", "end"],
  },
  {
    name: "a chunked POST without bytes",
    head: { ...POST, fields: [["Host", "a.test"], ["Transfer-Encoding", "Chunked"]], body: "chunked" },
    bytes: "POST /in HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
    read: ["POST /in chunked", "end"],
  },
  {
    name: "a chunked POST with trailers",
    head: { ...POST, body: "chunked" },
    parts: ["x"],
    trailers: [["Digest", "1"], ["X-Empty", ""]],
    bytes: "POST /in HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n" +
      "1\r\nx\r\n0\r\nDigest: 1\r\nX-Empty: \r\n\r\n",
    read: ["POST /in chunked", "data x", 'end [["Digest","1"],["X-Empty",""]]'],
  },
  {
    name: "a POST that expects 100-continue",
    head: { ...POST, body: 1, expectContinue: true },
    parts: ["x"],
    bytes: "POST /in HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx",
    read: ["POST /in 1", "data x", "end"],
  },
];

export const RESPONSES: readonly GoldenResponse[] = [
  {
    name: "a body of known length",
    request: GET,
    head: [200, "OK", [["Content-Length", "5"], ["X", "y"]]],
    parts: ["hello"],
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
    read: ["head 1.1 200 OK: length 5", "data hello", "end"],
    closeReason: null,
  },
  {
    name: "an empty body",
    request: GET,
    head: [200, "", [["content-length", "0"]]],
    bytes: "HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n",
    read: ["head 1.1 200 : length 0", "end"],
    closeReason: null,
  },
  {
    name: "a chunked body",
    request: GET,
    head: [200, "OK", [["TRANSFER-ENCODING", "CHUNKED"]]],
    parts: ["hello", ", world of more than sixteen"],
    bytes: "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n" +
      "5\r\nhello\r\n1c\r\n, world of more than sixteen\r\n0\r\n\r\n",
    read: ["head 1.1 200 OK: chunked", "data hello, world of more than sixteen", "end"],
    closeReason: null,
  },
  {
    name: "a chunked body with trailers",
    request: GET,
    head: [200, "OK", [["Transfer-Encoding", "chunked"]]],
    parts: ["x"],
    trailers: [["Server-Timing", "a;dur=1"], ["x-y", ""]],
    bytes:
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nServer-Timing: a;dur=1\r\nx-y: \r\n\r\n",
    read: ["head 1.1 200 OK: chunked", "data x", 'end [["Server-Timing","a;dur=1"],["x-y",""]]'],
    closeReason: null,
  },
  {
    name: "a body until close",
    request: GET,
    head: [200, "OK", [["X", "y"]]],
    parts: ["all of ", "this"],
    eof: true,
    bytes: "HTTP/1.1 200 OK\r\nX: y\r\n\r\nall of this",
    read: ["head 1.1 200 OK: close (close-delimited)", "data all of this", "end", "closed"],
    closeReason: "close-delimited",
  },
  {
    name: "no fields, no body until close",
    request: GET,
    head: [500, "Oh no", []],
    eof: true,
    bytes: "HTTP/1.1 500 Oh no\r\n\r\n",
    read: ["head 1.1 500 Oh no: close (close-delimited)", "end", "closed"],
    closeReason: "close-delimited",
  },
  {
    name: "a response to HEAD, which keeps its length",
    request: request({ method: "HEAD" }),
    head: [200, "OK", [["Content-Length", "1000"]]],
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
    read: ["head 1.1 200 OK: none 1000", "end"],
    closeReason: null,
  },
  {
    name: "204",
    request: GET,
    head: [204, "No Content", []],
    bytes: "HTTP/1.1 204 No Content\r\n\r\n",
    read: ["head 1.1 204 No Content: none", "end"],
    closeReason: null,
  },
  {
    name: "304, which keeps its length",
    request: GET,
    head: [304, "Not Modified", [["Content-Length", "7"]]],
    bytes: "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
    read: ["head 1.1 304 Not Modified: none 7", "end"],
    closeReason: null,
  },
  {
    name: "Connection: close",
    request: GET,
    head: [200, "OK", [["Connection", "close"], ["Content-Length", "1"]]],
    parts: ["x"],
    bytes: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
    read: ["head 1.1 200 OK: length 1 (response-close)", "data x", "end"],
    closeReason: "response-close",
  },
  {
    name: "informational responses first",
    request: GET,
    informational: [[103, "Early Hints", [["Link", "</a>"]]], [102, "", []]],
    head: [200, "OK", [["Content-Length", "0"]]],
    bytes:
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 \r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    read: ["informational 103 Early Hints", "informational 102", "head 1.1 200 OK: length 0", "end"],
    closeReason: null,
  },
  {
    name: "obs-text in reason and value",
    request: GET,
    head: [200, "\xdcber", [["X", "\x80\x9f\xff"], ["Content-Length", "2"]]],
    parts: ["\x00\xff"],
    bytes: "HTTP/1.1 200 \xdcber\r\nX: \x80\x9f\xff\r\nContent-Length: 2\r\n\r\n\x00\xff",
    read: ["head 1.1 200 \xdcber: length 2", "data \x00\xff", "end"],
    closeReason: null,
  },
  {
    name: "a refused CONNECT",
    request: request({ method: "CONNECT", target: "a.test:443" }),
    head: [407, "No", [["Content-Length", "3"]]],
    parts: ["pay"],
    bytes: "HTTP/1.1 407 No\r\nContent-Length: 3\r\n\r\npay",
    read: ["head 1.1 407 No: length 3", "data pay", "end"],
    closeReason: null,
  },
];
