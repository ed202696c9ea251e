/** The machines of HTTP/1.1: whole exchanges, heads, chunks, trailers, and the writing of requests. */

import { JetstreamError, LocalProtocolError } from "../../../src/errors.ts";
import { ChunkReader } from "../../../src/protocol/h1/chunk_reader.ts";
import { DEFAULT_H1_SETTINGS, resolveH1Settings } from "../../../src/protocol/h1/limits.ts";
import { ReceiveBuffer } from "../../../src/protocol/h1/receive_buffer.ts";
import type { RequestBody } from "../../../src/protocol/h1/request_facts.ts";
import { encodeRequestHead } from "../../../src/protocol/h1/request_writer.ts";
import { feed, GET, pairsOf, request, textOf } from "../../protocol/h1/transcript.ts";
import { bytesOf, type FuzzTarget, promise, same, wordsOf } from "../target.ts";

const TOKENS: readonly string[] = [
  "HTTP/1.1 ",
  "HTTP/1.0 ",
  "HTTP/1.2 ",
  "http/1.1 ",
  "200 OK\r\n",
  "204 \r\n",
  "304 Not Modified\r\n",
  "100 Continue\r\n\r\n",
  "101 Switching Protocols\r\n",
  "103 Early Hints\r\n",
  "407 Proxy\r\n",
  "999 \r\n",
  "099 \r\n",
  "2000 \r\n",
  "Content-Length: ",
  "Content-Length: 3\r\n",
  "Content-Length: 0\r\n",
  "Content-Length: 3, 3\r\n",
  "content-length:5\r\n",
  "Content-Length: +3\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: ",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Transfer-Encoding: chunked, chunked\r\n",
  "transfer-encoding:\tchunked \r\n",
  "Connection: close\r\n",
  "Connection: keep-alive\r\n",
  "Connection: upgrade\r\n",
  "Keep-Alive: timeout=5, max=2\r\n",
  "Upgrade: x\r\n",
  "Trailer: A\r\n",
  "Set-Cookie: a=b\r\n",
  "X: y\r\n",
  "X:\r\n",
  "X : y\r\n",
  " folded\r\n",
  "\tfolded\r\n",
  ": y\r\n",
  "\r\n",
  "\r\n\r\n",
  "\n",
  "\n\n",
  "\r",
  "\0",
  "\x80",
  "0\r\n",
  "0\r\n\r\n",
  "3\r\nabc\r\n",
  "3;x=y\r\nabc\r\n",
  '3;x="\r\n"\r\n',
  "003\r\n",
  "fffffffffffff\r\n",
  "ffffffffffffffff\r\n",
  "-1\r\n",
  "0x3\r\n",
  "a",
  "abc",
  "0\r\nA: b\r\n\r\n",
  "0\r\nContent-Length: 3\r\n\r\n",
];

const OK = "HTTP/1.1 200 OK\r\n";
const RESPONSES: readonly string[] = [
  `${OK}Content-Length: 3\r\n\r\nabc`,
  `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  `${OK}Transfer-Encoding: chunked\r\nTrailer: A\r\n\r\n3;x="y"\r\nabc\r\n1\r\n\r\r\n0\r\nA: b\r\n\r\n`,
  `${OK}\r\nuntil the end`,
  "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nbytes",
  `${OK}Content-Length: 0\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
  'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="a"\r\nContent-Length: 2\r\n\r\nno',
];

const REQUESTS = [
  GET,
  request({ method: "HEAD" }),
  request({ method: "CONNECT", target: "a:1" }),
  request({ fields: [["Host", "a"], ["Connection", "upgrade"], ["Upgrade", "x"]] }),
  request({ body: 3 }),
  request({ body: 3, expectContinue: true }),
];
const SETTINGS = [
  undefined,
  resolveH1Settings({ lenient: ["bare-lf"] }),
  resolveH1Settings({ limits: { headBytes: 60, fields: 2, informational: 1, extensionBytes: 4, trailerBytes: 12 } }),
];

/** One response on a connection; the first two characters choose the request and the settings. */
export const codec: FuzzTarget = {
  name: "h1_codec",
  seeds: REQUESTS.flatMap((_, kind) => RESPONSES.map((text, index) => `${kind}${index % 3}${text}`)),
  tokens: TOKENS,
  cuts: true,
  run(input, cut) {
    const request = REQUESTS[input.charCodeAt(0) % REQUESTS.length] ?? GET;
    const settings = SETTINGS[input.charCodeAt(1) % SETTINGS.length];
    const eof = input.length % 2 === 0;
    const { lines, codec } = feed(cut(bytesOf(input.slice(2))), { request, settings, eof });
    const last = lines.at(-1) ?? "";
    if (last.startsWith("! ")) {
      promise(/^! (?:RemoteProtocolError|SocketError|IncompleteReadError): Cannot /.test(last), `it throws ${last}`);
      promise(!codec.reusable, "a connection that failed is reusable");
    }
    promise(!codec.reusable || codec.closeReason === null, "a connection with a reason to close is reusable");
    const heads = lines.filter((line) => line.startsWith("head "));
    promise(heads.length <= 1, `one request has ${heads.length} answers`);
    return `${codec} ${codec.reusable} ${codec.closeReason} ${lines.map(wordsOf).join(" | ")}`;
  },
};

/** A chunked body with its trailers. */
export const chunks: FuzzTarget = {
  name: "h1_chunks",
  seeds: [
    "3\r\nabc\r\n0\r\n\r\n",
    "1;a=b;c\r\nx\r\nA\r\n0123456789\r\n0\r\nA: b\r\nC: d\r\n\r\nrest",
    '2;q="\\"\r\nab\r\n00000\r\n\r\n',
  ],
  tokens: TOKENS.slice(30),
  cuts: true,
  proper: (error) => error instanceof JetstreamError,
  run(input, cut) {
    const reader = new ChunkReader(DEFAULT_H1_SETTINGS);
    const buffer = new ReceiveBuffer();
    reader.begin();
    let body = "";
    let received = 0;
    for (const piece of cut(bytesOf(input))) {
      buffer.receive(piece);
      received += piece.length;
      for (let steps = 0;; steps++) {
        promise(steps <= received + 2, "it goes on without bytes");
        const event = reader.read(buffer);
        if (event.type === "data") {
          promise(event.length > 0, "data without a byte");
          body += textOf(event.bytes);
        } else if (event.type === "end") {
          promise(body.length <= input.length, "more came out than went in");
          const trailers = event.trailers === null ? null : pairsOf(event.trailers);
          // What follows is the next response's, wherever the input was cut.
          return `end ${wordsOf(body)} ${JSON.stringify(trailers)}`;
        } else break;
      }
    }
    reader.end();
    return `more ${wordsOf(body)}`;
  },
};

/** The head of a request: `method target body`, then a field per line. What leaves says just what was asked. */
export const requestHead: FuzzTarget = {
  name: "h1_request",
  seeds: [
    "GET / none\nHost:a.test\nAccept:*/*",
    "POST /x?y=1 3\nHost:a\nContent-Length:3",
    "PUT / chunked\nHost:a\nTransfer-Encoding:chunked\nTE:trailers",
    "CONNECT a:443 none\nHost:a:443",
    "GET http://a/ none\nHost:a\nConnection:close, te",
    "POST / 3\nHost:a\nExpect:100-continue",
  ],
  tokens: [
    "GET",
    "HEAD",
    "POST",
    "CONNECT",
    " / ",
    " * ",
    " a:1 ",
    " http://a/ ",
    "none",
    "chunked",
    "0",
    "3",
    "\n",
    ":",
    "\r\n",
    "\r",
    "Host:",
    "Host:a",
    "Content-Length:3",
    "Content-Length:",
    "Transfer-Encoding:chunked",
    "Connection:",
    "close",
    "host",
    "keep-alive",
    "upgrade",
    "TE:trailers",
    "Upgrade:x",
    "Expect:100-continue",
    "\u010a",
    "\u0120",
    "\u4e00",
    "\0",
    " ",
    "\t",
    "X:y",
  ],
  proper: (error) => error instanceof LocalProtocolError,
  run(input) {
    const [first = "", ...lines] = input.split("\n");
    const [method = "", target = "", size = "none"] = first.split(" ");
    const body: RequestBody = size === "chunked" ? "chunked" : /^\d{1,9}$/.test(size) ? Number(size) : "none";
    const fields = lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)] as [string, string];
    });
    const text = textOf(encodeRequestHead({ method, target, fields, body }).bytes);
    promise(text.endsWith("\r\n\r\n") && text.indexOf("\r\n\r\n") === text.length - 4, "the head ends elsewhere");
    const [line, ...sent] = text.slice(0, -4).split("\r\n");
    promise(!/[\r\n\0]/.test(sent.join("") + line), "a control character passes");
    same(line, `${method} ${target} HTTP/1.1`, "the request line");
    const asked = fields.map(([name, value]) => `${name}: ${value}`);
    promise(asked.every((field) => sent.includes(field)), "a field is missing");
    const own = sent.filter((field) => !asked.includes(field));
    promise(
      own.every((field) => /^(?:Content-Length: \d+|Transfer-Encoding: chunked|Expect: 100-continue)$/.test(field)),
      `it adds ${own}`,
    );
    const lengths = sent.filter((field) => /^content-length:/i.test(field));
    const codings = sent.filter((field) => /^transfer-encoding:/i.test(field));
    promise(lengths.length + codings.length <= 1, "the body is framed twice");
    return `${own} ${sent.length}`;
  },
};
