/**
 * Prints what the HTTP/1.1 codec costs: nanoseconds per small response and per request head.
 * The first line is the parser to beat: it validates bytes and notes offsets, and decides nothing.
 *
 *   deno run bench/micro/h1_codec.ts   |   bun bench/micro/h1_codec.ts   |   node bench/micro/h1_codec.ts
 */
// deno-lint-ignore-file no-console

import { H1Codec } from "../../src/protocol/h1/codec.ts";
import { encodeRequestHead, joinParts } from "../../src/protocol/h1/request_writer.ts";

const ROUNDS = 7;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let kept: unknown;
/** So that no engine drops work whose result nobody reads. */
export function lastResult(): unknown {
  return kept;
}

/** The best of several rounds, which is the least disturbed one. */
function measure(name: string, once: () => unknown, count = 200_000): number {
  for (let i = 0; i < count / 4; i++) kept = once();
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    for (let i = 0; i < count; i++) kept = once();
    best = Math.min(best, (performance.now() - started) * 1e6 / count);
  }
  console.log(`${name.padEnd(58)}${best.toFixed(0).padStart(7)} ns`);
  return best;
}

const BODY = '{"id":1,"name":"hello"}';
const FIELDS = [
  "Server: nginx/1.22.1",
  "Date: Fri, 21 Nov 2025 03:44:12 GMT",
  "Content-Type: application/json",
  "Content-Length: 23",
  "Last-Modified: Fri, 21 Nov 2025 03:30:00 GMT",
  "Connection: keep-alive",
  'ETag: "691fd9a8-17"',
  "Accept-Ranges: bytes",
];
const small = encoder.encode(`HTTP/1.1 200 OK\r\n${FIELDS.join("\r\n")}\r\n\r\n${BODY}`);
const chunked = encoder.encode(
  `HTTP/1.1 200 OK\r\n${FIELDS.join("\r\n").replace("Content-Length: 23", "Transfer-Encoding: chunked")}` +
    `\r\n\r\n17\r\n${BODY}\r\n0\r\n\r\n`,
);

const offsets = new Int32Array(512);

/** Offsets and one string, as lean as it can be written. */
function bareParser(bytes: Uint8Array): number {
  let at = 0;
  let count = 0;
  while (bytes[at] !== 10) at++;
  at++;
  while (bytes[at] !== 13) {
    offsets[count++] = at;
    for (let code = bytes[at]!; code !== 58; code = bytes[++at]!) if (code <= 32 || code > 126) return -1;
    offsets[count++] = at++;
    while (bytes[at] === 32) at++;
    offsets[count++] = at;
    for (let code = bytes[at]!; code !== 13; code = bytes[++at]!) if (code < 32 && code !== 9) return -1;
    offsets[count++] = at;
    if (bytes[at + 1] !== 10) return -1;
    at += 2;
  }
  kept = decoder.decode(bytes.subarray(0, at + 2));
  return count;
}

const FACTS = encodeRequestHead({ method: "GET", target: "/", fields: [["Host", "localhost"]], body: "none" }).facts;
const codec = new H1Codec();

function exchange(bytes: Uint8Array): unknown {
  codec.beginRequest(FACTS);
  codec.receive(bytes);
  let event = codec.nextEvent();
  while (event.type !== "need-data") event = codec.nextEvent();
  return codec.reusable;
}

const bare = measure("bare parser, head of the small response", () => bareParser(small));
const whole = measure("exchange: begin, receive, head, data, end, need-data", () => exchange(small));
let tick = 0;
const dateAt = decoder.decode(small).indexOf("03:44:12") + 7;
const changing = measure("the same, another Date each time", () => {
  small[dateAt] = 0x30 + tick++ % 10;
  return exchange(small);
});
const shorter = encoder.encode(decoder.decode(small).replace("Length: 23", "Length: 22").slice(0, -1));
const read = measure("the same, another length each time: nothing is recalled", () => {
  return exchange(tick++ % 2 === 0 ? small : shorter);
});
measure("the same, chunked", () => exchange(chunked));
const ratios = [whole, changing, read].map((time) => (time / bare).toFixed(2));
console.log(`ratios to the bare parser: ${ratios[0]}, another Date ${ratios[1]}, another length ${ratios[2]}`);

const large = new H1Codec();
large.beginRequest(FACTS);
large.receive(encoder.encode("HTTP/1.1 200 OK\r\nContent-Length: 900000000000000\r\n\r\n"));
while (large.nextEvent().type !== "need-data");
const block = new Uint8Array(64 * 1024);
measure("64 KiB of a long body: receive, data, need-data", () => {
  large.receive(block);
  kept = large.nextEvent();
  return large.nextEvent();
});
measure("64 KiB of a long body, past the codec", () => large.consumeBody(65536));

const fields: [string, string][] = [
  ["Host", "127.0.0.1:8080"],
  ["Accept", "application/json"],
  ["User-Agent", "jetstream/1.0"],
  ["Accept-Encoding", "gzip, deflate, br, zstd"],
];
const head = { method: "GET", target: "/api/v1/items/42?x=y", fields, body: "none" } as const;
measure("encodeRequestHead, 4 fields, to keep", () => encodeRequestHead(head));
const sender = new H1Codec();
const answer = encoder.encode("HTTP/1.1 204 No Content\r\n\r\n");
function answered(bytes: Uint8Array): Uint8Array {
  sender.receive(answer);
  while (sender.nextEvent().type !== "need-data");
  return bytes;
}
measure("sendRequest, 4 fields, and a bare 204", () => answered(sender.sendRequest(head)));
const targets = Array.from({ length: 1000 }, (_, index) => `/api/v1/items/${index}?x=y`);
measure("the same, another target each time", () => {
  return answered(sender.sendRequest({ ...head, target: targets[tick++ % 1000]! }));
});
const ids = targets.map((target): [string, string] => ["X-Request-Id", target]);
measure("the same, another field each time", () => {
  return answered(sender.sendRequest({ ...head, fields: [...fields, ids[tick++ % 1000]!] }));
});
const post = { ...head, method: "POST", body: 23 } as const;
const body = encoder.encode(BODY);
measure("POST of 23 bytes joined into one write, and a bare 204", () => {
  return answered(joinParts([sender.sendRequest(post), ...sender.sendData(body), sender.sendEnd()]));
});
