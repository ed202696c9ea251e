/**
 * The server of the soak, in a process of its own: HTTP over TCP and TLS, written on bare sockets, so
 * that anything can go wrong; a name server that changes its mind; ports of both where nothing goes wrong.
 *
 * It reads `{ good, other, foreign }` (certificates with keys) and prints its ports. `/stats` on the calm
 * port tells what was injected and what arrived.
 */

import { createServer } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { openDns } from "../support/dns_port.mjs";
import { firstLine } from "../support/first_line.mjs";
import { answerTo, arrive, arrived as all } from "./answers.mjs";
import { between, count, counts, garbage, pause, pick, reset, trickle } from "./faults.mjs";

const arrived = Object.assign(all, { onPoisoned: 0, longestWait: 0 });

/** What may go wrong with an answer; `fine` stands for nothing. */
const FAULTS = [
  ..."fine ".repeat(16).trim().split(" "),
  "latency",
  "latency",
  "stall",
  "trickle",
  "rst-head",
  "rst-body",
  "fin-head",
  "fin-body",
  "half-close",
  "garbage",
  "short-length",
  "long-length",
  "bad-chunk",
  "cut-chunk",
  "poison",
  "late-poison",
  "unavailable",
  "informational",
  "tls-cut",
  "tls-garbage",
];

/** An answer that nobody asked for. What comes in one piece with the answer before is seen by whoever looks. */
function poison(name) {
  return Buffer.from(`HTTP/1.1 200 OK\r\nX-Id: ${name}\r\nContent-Length: 6\r\n\r\npoison`);
}

/** Bytes that a connection takes at once, on this machine. */
const ONE_PIECE = 8_000;

/** Milliseconds after which a client must have seen what nobody asked for. */
const SEEN = 700;

/** Splits what arrives on a connection into requests. */
class Requests {
  #bytes = Buffer.alloc(0);

  push(part) {
    this.#bytes = Buffer.concat([this.#bytes, part]);
  }

  /** The next request that is whole; `undefined` when more is needed. */
  next() {
    const end = this.#bytes.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const [line, ...lines] = this.#bytes.toString("latin1", 0, end).split("\r\n");
    const [method, target] = line.split(" ");
    const headers = Object.fromEntries(lines.map((each) => {
      const colon = each.indexOf(":");
      return [each.slice(0, colon).toLowerCase(), each.slice(colon + 1).trim()];
    }));
    const body = headers["transfer-encoding"]
      ? this.#chunks(end + 4)
      : this.#length(end + 4, Number(headers["content-length"] ?? 0));
    return body === undefined ? undefined : { method, url: new URL(target, "http://soak"), headers, body };
  }

  #length(from, length) {
    if (this.#bytes.length < from + length) return undefined;
    const body = this.#bytes.subarray(from, from + length);
    this.#bytes = this.#bytes.subarray(from + length);
    return body;
  }

  #chunks(from) {
    const parts = [];
    for (let at = from;;) {
      const line = this.#bytes.indexOf("\r\n", at);
      if (line < 0) return undefined;
      const size = Number.parseInt(this.#bytes.toString("latin1", at, line), 16);
      if (this.#bytes.length < line + 4 + size) return undefined;
      if (size === 0) {
        this.#bytes = this.#bytes.subarray(line + 4);
        return Buffer.concat(parts);
      }
      parts.push(this.#bytes.subarray(line + 2, line + 2 + size));
      at = line + 4 + size;
    }
  }
}

function head(status, fields) {
  return Buffer.from(`HTTP/1.1 ${status}\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`, "latin1");
}

function chunked(body) {
  const parts = [];
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, between(1, 20_000));
    parts.push(
      Buffer.from(`${size.toString(16)}${Math.random() < 0.2 ? ";x=y" : ""}\r\n`),
      body.subarray(at, at + size),
      Buffer.from("\r\n"),
    );
    at += size;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

/** What a request is answered with: the head, the body on the wire, whether the end of the connection ends it. */
function answerOf(request) {
  const { status, fields, body, length, end } = answerTo(request);
  const lines = fields.map(([name, value]) => `${name}: ${value}`);
  if (length !== undefined) lines.push(`Content-Length: ${length}`);
  if (end === "chunked") lines.push("Transfer-Encoding: chunked");
  const close = end === "close";
  if (close) lines.push("Connection: close");
  const line = status === 307 ? "307 Temporary Redirect" : "200 OK";
  return {
    head: head(line, lines),
    wire: end === "chunked" ? chunked(body) : body,
    isChunked: end === "chunked",
    close,
  };
}

/** A fault that has no place here becomes one that has. */
function fitting(fault, answer, raw, socket) {
  if (fault.startsWith("tls-") && raw === socket) return "rst-body";
  if (fault.endsWith("-chunk") && !answer.isChunked) return "fin-body";
  // What has no end of its own cannot be told from what was cut off.
  if (answer.close && /^(?:fin-|short-|long-|poison|late-p|half-)/.test(fault)) return "rst-body";
  if (fault === "short-length" && answer.isChunked) return "cut-chunk";
  return fault;
}

/** Sends an answer, and the fault with it; whether the connection serves further requests. */
async function send(socket, raw, answer, wanted) {
  socket.poisonedBehind = answer.wire.length;
  socket.about = `${wanted} behind ${answer.about}`;
  const fault = fitting(wanted, answer, raw, socket);
  const { head, wire } = answer;
  const middle = Math.floor(wire.length * Math.random());
  if (fault !== "fine") count(fault);
  switch (fault) {
    case "latency":
      await pause(between(5, 200));
      break;
    case "stall":
      await pause(2_500);
      return socket.destroy();
    case "trickle":
      await trickle(socket, Buffer.concat([head, wire]));
      return answer.close ? socket.end() : undefined;
    case "rst-head":
      return reset(socket, raw);
    case "rst-body":
      socket.write(Buffer.concat([head, wire.subarray(0, middle)]));
      await pause(between(0, 5));
      return reset(socket, raw);
    case "fin-head":
      return socket.end(head.subarray(0, between(0, head.length)));
    case "fin-body":
      return socket.end(Buffer.concat([head, wire.subarray(0, middle)]).subarray(0, -1));
    case "garbage":
      return socket.end(garbage());
    case "short-length":
      socket.write(Buffer.concat([head, wire.subarray(0, Math.max(0, wire.length - 1))]));
      return socket.end();
    case "long-length":
      socket.poisonedAt = performance.now();
      return socket.write(Buffer.concat([head, wire, Buffer.from("more than announced")]));
    case "bad-chunk":
      return socket.write(Buffer.concat([head, Buffer.from("5\r\n123456\r\n0\r\n\r\n")]));
    case "cut-chunk":
      return socket.end(Buffer.concat([head, wire.subarray(0, -5)]));
    case "poison": {
      const atOnce = raw === socket && head.length + wire.length < ONE_PIECE;
      socket.poisonedAt = performance.now();
      return socket.write(Buffer.concat([head, wire, poison(atOnce ? "poison" : "poison-late")]));
    }
    case "late-poison":
      socket.write(Buffer.concat([head, wire]));
      await pause(between(1, 40));
      socket.poisonedAt = performance.now();
      return socket.write(poison("poison-late"));
    case "half-close":
      return socket.end(Buffer.concat([head, wire]));
    case "unavailable":
      return socket.write("HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nbusy");
    case "informational":
      socket.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
      break;
    case "tls-cut":
      socket.write(Buffer.concat([head, wire.subarray(0, middle)]));
      await pause(between(0, 5));
      return raw.destroy();
    case "tls-garbage":
      socket.write(head);
      await pause(1);
      raw.write(garbage());
      return;
  }
  socket.write(Buffer.concat([head, wire]));
  if (answer.close) socket.end();
}

function serve(socket, raw, faults, isForeign) {
  const requests = new Requests();
  let chain = Promise.resolve();
  socket.on("error", () => {});
  socket.on("data", (part) => {
    requests.push(part);
    for (let request = requests.next(); request; request = requests.next()) {
      const { method, url, headers } = request;
      // No request is answered behind one answer too many: it would get another's, whoever the client is.
      if (socket.poisonedAt !== undefined) {
        const late = performance.now() - socket.poisonedAt;
        // A proxy may have held it back, or much that came before it.
        if (late > SEEN && socket.poisonedBehind < ONE_PIECE && !/^(?:proxy|tunnel) /.test(headers["x-id"])) {
          arrived.onPoisoned++;
          console.error(
            `${headers["x-id"]} came ${Math.round(late)} ms after ${socket.about}`,
          );
        }
        return socket.destroy();
      }
      arrive(method, headers["x-id"], isForeign);
      const answer = url.pathname === "/stats" ? statistics() : answerOf(request);
      chain = chain.then(() => {
        if (socket.destroyed || socket.poisonedAt !== undefined) return;
        answer.about = `${headers["x-id"]} ${method} ${url.pathname}${url.search}`;
        return send(socket, raw, answer, faults ? pick(FAULTS) : "fine");
      });
    }
  });
  socket.on("end", () => socket.end());
}

function statistics() {
  const wire = Buffer.from(JSON.stringify({ counts, arrived }));
  return { head: head("200 OK", [`Content-Length: ${wire.length}`]), wire };
}

/** Listens on a port that stays the same; `restart` ends every connection and listens anew. */
async function listen(port, onSocket) {
  const sockets = new Set();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    onSocket(socket);
  });
  const open = (at) => new Promise((resolve) => server.listen(at, "127.0.0.1", resolve));
  await open(port);
  const at = server.address().port;
  return {
    port: at,
    async restart() {
      count("restart");
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) Math.random() < 0.5 ? socket.resetAndDestroy() : socket.destroy();
      await closed;
      await pause(between(20, 120));
      await open(at);
    },
  };
}

const settings = JSON.parse(await firstLine());
const contexts = ["good", "other", "foreign"].map((name) => [name, createSecureContext(settings[name])]);
let current = contexts[0];

function secure(raw, faults, [name, secureContext]) {
  const socket = new TLSSocket(raw, { isServer: true, secureContext });
  serve(socket, raw, faults, name === "foreign");
}

/** What a name server says: mostly what is right, at times another address, none, or nonsense; `undefined` for silence. */
function answerDns(query) {
  const end = query.indexOf(0, 12);
  const isAddress = query.readUInt16BE(end + 1) === 1;
  const turn = isAddress ? pick(DNS_TURNS) : "right";
  if (turn !== "right") count(`dns-${turn}`);
  if (turn === "silent") return undefined;
  if (turn === "garbage") return Buffer.concat([query.subarray(0, 2), garbage()]);
  const found = !isAddress ? [] : { right: [1], elsewhere: [9], both: [9, 1] }[turn] ?? [];
  const code = turn === "missing" ? 3 : turn === "failed" ? 2 : 0;
  const head = Buffer.from([query[0], query[1], 0x81, 0x80 | code, 0, 1, 0, found.length, 0, 0, 0, 0]);
  const rows = found.map((last) => Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, last]));
  return Buffer.concat([head, query.subarray(12, end + 5), ...rows]);
}

const DNS_TURNS = [
  ..."right ".repeat(6).trim().split(" "),
  "elsewhere",
  "both",
  "missing",
  "failed",
  "silent",
  "garbage",
];

const wild = await listen(0, (socket) => serve(socket, socket, true, false));
const wildTls = await listen(0, (socket) => secure(socket, true, current));
const calm = await listen(0, (socket) => serve(socket, socket, false, false));
const calmTls = await listen(0, (socket) => secure(socket, false, contexts[0]));
const dns = await openDns(answerDns);

/** Milliseconds that the machine kept this process waiting: what it read then had come before. */
let looked = performance.now();
setInterval(() => {
  arrived.longestWait = Math.max(arrived.longestWait, Math.round(performance.now() - looked - 50));
  looked = performance.now();
}, 50);

/** Restarts and changes of certificates go on for as long as the process. */
async function change() {
  for (;;) {
    await pause(between(700, 2_000));
    const next = pick([contexts[0], contexts[0], contexts[1], contexts[1], contexts[2]]);
    if (next !== current) count(next[0] === "foreign" ? "certificate-foreign" : "certificate-change");
    current = next;
    if (Math.random() < 0.5) await pick([wild, wildTls]).restart();
  }
}
change();

console.log(JSON.stringify({ wild: wild.port, wildTls: wildTls.port, calm: calm.port, calmTls: calmTls.port, dns }));
