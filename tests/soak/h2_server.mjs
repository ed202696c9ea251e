/**
 * The HTTP/2 server of the soak, in a process of its own: over TLS and in clear text, each behind a relay,
 * and ports of both where nothing goes wrong.
 *
 * It reads `{ good, other, foreign }` (certificates with keys) and prints its ports. `/stats` on the port
 * `stats` (HTTP/1.1) tells what was injected and what arrived. Node 20 corrupts its memory when sessions
 * break like this: it wants Node 24.
 */

import { createServer as createPlainServer } from "node:http";
import { constants, createSecureServer, createServer } from "node:http2";
import { firstLine } from "../support/first_line.mjs";
import { answerTo, arrive, arrived } from "./answers.mjs";
import { between, count, counts, pause, pick, trickle } from "./faults.mjs";
import { openRelay } from "./relay.mjs";

/** What may go wrong with a stream; `fine` stands for nothing. */
const FAULTS = [
  ..."fine ".repeat(16).trim().split(" "),
  "h2-slow",
  "h2-slow",
  "h2-silent",
  "h2-drip",
  "h2-reset-head",
  "h2-reset-body",
  "h2-refused",
  "h2-early",
  "h2-short-length",
  "h2-long-length",
  "h2-unavailable",
  "h2-informational",
  "h2-goaway",
  "h2-goaway-error",
  "h2-settings",
  "h2-ping",
];

/**
 * Sends the head. A stream that Node resets may end as if it were whole; one that waits for trailers does
 * not, so those get it that tell no length.
 */
function respond(stream, { status, fields, length }) {
  const head = { ":status": status, ...Object.fromEntries(fields.map(([name, value]) => [name.toLowerCase(), value])) };
  if (length !== undefined) head["content-length"] = length;
  stream.respond(head, { waitForTrailers: length === undefined });
  stream.on("wantTrailers", () => {
    if (stream.isWhole) stream.sendTrailers({ "x-whole": "yes" });
    else stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
}

/** Ends an answer that is whole. */
function finish(stream, body) {
  stream.isWhole = true;
  stream.end(body);
}

/** What has no place here is nothing, or something that has one. */
function fitting(fault, { body, length, status }) {
  const lies = fault === "h2-short-length" || fault === "h2-long-length";
  return lies && (body.length === 0 || length === undefined || status !== 200) ? "h2-reset-head" : fault;
}

/** Sessions that have said which streams they process: Node still delivers others, which must not count. */
const leaving = new WeakSet();

/** Sends an answer, and the fault with it. */
async function send(stream, answer, wanted) {
  const fault = fitting(wanted, answer);
  const { session } = stream;
  const { body } = answer;
  const middle = Math.floor(body.length * Math.random());
  if (fault !== "fine") count(fault);
  switch (fault) {
    case "h2-slow":
      await pause(between(5, 200));
      break;
    case "h2-silent":
      respond(stream, answer);
      stream.write(body.subarray(0, middle));
      await pause(2_500);
      return stream.close(constants.NGHTTP2_CANCEL);
    case "h2-drip":
      respond(stream, answer);
      await trickle(stream, body);
      return finish(stream, "");
    case "h2-reset-head":
      return stream.close(pick([constants.NGHTTP2_INTERNAL_ERROR, constants.NGHTTP2_CANCEL]));
    case "h2-reset-body":
      respond(stream, answer);
      stream.write(body.subarray(0, middle));
      await pause(between(0, 5));
      return stream.close(pick([constants.NGHTTP2_INTERNAL_ERROR, constants.NGHTTP2_CANCEL]));
    case "h2-short-length":
      respond(stream, answer);
      return stream.end(body.subarray(0, -1));
    case "h2-long-length":
      respond(stream, answer);
      return stream.end(Buffer.concat([body, Buffer.from("more than announced")]));
    case "h2-unavailable":
      stream.respond({ ":status": 503, "retry-after": "0", "content-length": 4 });
      return stream.end("busy");
    case "h2-informational":
      stream.additionalHeaders({ ":status": 103, link: "</a>" });
      break;
    case "h2-goaway":
      session?.close();
      break;
    case "h2-goaway-error":
      if (session === undefined) return;
      leaving.add(session);
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      await pause(1);
      return session.destroy();
    case "h2-settings":
      session?.settings({
        initialWindowSize: between(1, 200_000),
        maxConcurrentStreams: between(1, 100),
        headerTableSize: pick([0, 64, 4_096, 65_536]),
      });
      break;
    case "h2-ping":
      session?.ping(() => {});
      break;
  }
  if (stream.destroyed) return;
  respond(stream, answer);
  finish(stream, body);
}

/** Whether a stream is refused before anything of it is processed, or answered before all of it has come. */
function answeredAtOnce(stream, fault, answer) {
  if (fault !== "h2-refused" && fault !== "h2-early") return false;
  count(fault);
  if (fault === "h2-refused") stream.close(constants.NGHTTP2_REFUSED_STREAM);
  else {
    // What was sent is not looked at: the rest of it is not wanted either.
    const { body, ...head } = answer({ early: true });
    respond(stream, head);
    finish(stream, body);
  }
  return true;
}

function serve(server, wild, isForeign) {
  server.on("session", (session) => session.on("error", () => {}));
  server.on("sessionError", () => {});
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    if (leaving.has(stream.session)) return stream.close(constants.NGHTTP2_REFUSED_STREAM);
    const { ":method": method, ":path": path } = headers;
    const url = new URL(path, "http://soak");
    const fault = wild ? pick(FAULTS) : "fine";
    if (fault !== "h2-refused") arrive(method, headers["x-id"], isForeign);
    const parts = [];
    const answer = ({ early }) =>
      answerTo({ method, url, headers: early ? { ...headers, "x-size": -1 } : headers, body: Buffer.concat(parts) });
    if (answeredAtOnce(stream, fault, answer)) return;
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      // What was reset ends, too, and is not whole.
      if (!stream.destroyed && !stream.aborted) send(stream, answer({ early: false }), fault);
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

const settings = JSON.parse(await firstLine());
const secure = {};
for (const name of ["good", "other", "foreign"]) {
  secure[name] = await serve(createSecureServer(settings[name]), true, name === "foreign");
}
const clear = await serve(createServer(), true, false);
const calmTls = await serve(createSecureServer(settings.good), false, false);
const calm = await serve(createServer(), false, false);

let current = "good";
const wildTlsRelay = await openRelay(() => secure[current], { wild: true, isSecret: true });
const wildRelay = await openRelay(() => clear, { wild: true });

/** Cuts, restarts and changes of certificates go on for as long as the process. */
async function change() {
  for (;;) {
    await pause(between(700, 2_000));
    const next = pick(["good", "good", "other", "other", "foreign"]);
    if (next !== current) count(next === "foreign" ? "h2-certificate-foreign" : "h2-certificate-change");
    current = next;
    const relay = pick([wildRelay, wildTlsRelay]);
    const fault = pick(["fine", "cut", "restart"]);
    if (fault === "fine") continue;
    count(`h2-${fault}`);
    await relay[fault]();
  }
}
change();

const stats = createPlainServer((_, response) => response.end(JSON.stringify({ counts, arrived })));
stats.listen(0, "127.0.0.1", () => {
  const ports = { h2: wildRelay.port, h2Tls: wildTlsRelay.port, h2Calm: calm, h2CalmTls: calmTls };
  console.log(JSON.stringify({ ...ports, h2Stats: stats.address().port }));
});
