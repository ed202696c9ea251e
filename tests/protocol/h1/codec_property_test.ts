/** What holds for any bytes: the split never matters, and nothing but our own errors comes out. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { H1Codec } from "../../../src/protocol/h1/codec.ts";
import { REQUEST_STATES, RESPONSE_STATES } from "../../../src/protocol/h1/states.ts";
import { resolveH1Settings } from "../../../src/protocol/h1/limits.ts";
import { test } from "../../support/suite.ts";
import { RESPONSES } from "./golden.ts";
import { bytesOf, feed, GET, request, singles } from "./transcript.ts";

const KNOWN = /^(?:informational \d{3}|head 1\.[01] \d{3} |data |end|upgraded$|unsolicited$|closed$)/;
const FAILURE = /^! (?:RemoteProtocolError|SocketError|IncompleteReadError): Cannot /;

const REQUESTS = [
  GET,
  request({ method: "HEAD" }),
  request({ method: "CONNECT", target: "a:1" }),
  request({ fields: [["Host", "a"], ["Upgrade", "x"]] }),
  request({ body: 3 }),
  request({ body: 3, expectContinue: true }),
];
const SETTINGS = [
  undefined,
  resolveH1Settings({ lenient: ["bare-lf"] }),
  resolveH1Settings({ limits: { headBytes: 60, fields: 2, informational: 1, extensionBytes: 4, trailerBytes: 12 } }),
];

/** Cuts `bytes` at places that `seeds` choose. */
function pieces(bytes: Uint8Array, seeds: readonly number[]): Uint8Array[] {
  const at = [0, ...seeds.map((seed) => seed % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index]!, end));
}

function assertSane(lines: readonly string[], codec: H1Codec): void {
  for (const [index, line] of lines.entries()) {
    // Data may hold anything, so the patterns look at the start of a line only.
    if (FAILURE.test(line)) assertEquals(index, lines.length - 1);
    else assert(KNOWN.test(line), JSON.stringify(line));
  }
  assert(REQUEST_STATES.includes(codec.requestState));
  assert(RESPONSE_STATES.includes(codec.responseState));
  assertEquals(codec.reusable, codec.requestState === "idle" && codec.closeReason === null);
}

/** Pieces of messages, good and bad, and bytes at random between them. */
const fragment = fc.oneof(
  fc.constantFrom(
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 200 OK\r\n",
    "HTTP/1.1 204 \r\n",
    "HTTP/1.1 100 \r\n\r\n",
    "HTTP/1.1 101 x\r\n\r\n",
    "HTTP/1.1 200",
    "Content-Length: 3\r\n",
    "Content-Length: 3, 3\r\n",
    "Content-Length: 0\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Keep-Alive: timeout=5, max=\r\n",
    "X: \xe4 y\t\r\n",
    "X:\n",
    "\r\n",
    "\n",
    "\r",
    "\r\nabc",
    "3\r\nabc\r\n",
    "3;x=y\r\nabc\r\n",
    "fffffffffffff\r\n",
    "0\r\n",
    "0\r\nA: b\r\n\r\n",
  ),
  fc.string({ unit: "binary", maxLength: 5 }).map((text) => text.replace(/[^\0-\xff]/g, "")),
);
const input = fc.oneof(
  fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join("")),
  fc.tuple(
    fc.constantFrom(...RESPONSES.map(({ bytes }) => bytes)),
    fc.array(fc.tuple(fc.nat(), fragment), { maxLength: 3 }),
  )
    .map(([text, edits]) =>
      edits.reduce((text, [seed, part]) => {
        const at = seed % (text.length + 1);
        return text.slice(0, at) + part + text.slice(at + seed % 3);
      }, text)
    ),
);

test("any input ends in events, in waiting for more, or in an error of ours, and no split changes it", () => {
  fc.assert(
    fc.property(
      input,
      fc.array(fc.nat(1_000), { maxLength: 6 }),
      fc.constantFrom(...REQUESTS),
      fc.constantFrom(...SETTINGS),
      fc.boolean(),
      (text, seeds, request, settings, eof) => {
        const bytes = bytesOf(text);
        const feeding = { request, settings, eof };
        const whole = feed([bytes], feeding);
        assertSane(whole.lines, whole.codec);
        for (const split of [pieces(bytes, seeds), singles(bytes)]) {
          const { lines, codec } = feed(split, feeding);
          assertEquals(lines, whole.lines);
          assertEquals(`${codec}`, `${whole.codec}`);
          assertEquals([codec.reusable, codec.closeReason], [whole.codec.reusable, whole.codec.closeReason]);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test("any split of several good messages gives the same events", () => {
  const informational = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
  for (const row of RESPONSES) {
    const bytes = bytesOf(informational + row.bytes);
    const feeding = { request: row.request, eof: row.eof ?? false };
    const whole = feed([bytes], feeding).lines;
    fc.assert(fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (seeds) => {
      assertEquals(feed(pieces(bytes, seeds), feeding).lines, whole);
    }));
  }
});
