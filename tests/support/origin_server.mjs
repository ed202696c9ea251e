/**
 * The server that the behaviour tests talk to, in a process of its own: over TCP, TLS and a unix
 * socket, by HTTP/1.1 and HTTP/2. What a request should meet stands in its URL, so that a caller
 * whose thread is blocked can say it too; what the server saw is asked with a further request (`/seen`).
 *
 * It reads one line of JSON from standard input (`{ tls?, unix? }`), prints one line of JSON
 * (`{ http, https, unix }`: ports and path), and ends when standard input does.
 */

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { openDns } from "./dns_port.mjs";
import { firstLine } from "./first_line.mjs";
import { alsoHttp2, fieldsOf, headersOf, isHttp2, sessionOf } from "./http2_face.mjs";
import { answerDns, asked } from "./origin_names.mjs";
import { ENCODERS, givenHeaders, number, pattern, pause, readBody, sendJson, splitStep } from "./origin_parts.mjs";
import { openProxy } from "./origin_proxy.mjs";

const seen = new Map();
const proxied = [];
const counters = new Map();
let connections = 0;
const numbers = new WeakMap();

function note(id, entry) {
  if (!id) return;
  if (!seen.has(id)) seen.set(id, []);
  seen.get(id).push(entry);
}

function connectionOf(request) {
  const key = sessionOf(request);
  if (!numbers.has(key)) numbers.set(key, ++connections);
  return numbers.get(key);
}

function facts(request, url, body) {
  return {
    method: request.method,
    target: request.url,
    path: url.pathname,
    version: request.httpVersion,
    headers: headersOf(request),
    fields: fieldsOf(request),
    trailers: request.trailers,
    length: body.length,
    text: body.length <= 65_536 ? body.toString("utf8") : undefined,
    sha256: createHash("sha256").update(body).digest("hex"),
    connection: connectionOf(request),
    encrypted: request.socket.encrypted === true,
    tls: request.socket.encrypted
      ? {
        version: request.socket.getProtocol(),
        alpn: request.socket.alpnProtocol,
        servername: request.socket.servername,
        client: request.socket.getPeerCertificate()?.subject?.CN,
      }
      : undefined,
    from: request.socket.remoteAddress,
  };
}

const ROUTES = {
  /** What arrived, as JSON; `h` adds fields. */
  async echo(request, response, url) {
    const body = await readBody(request);
    for (const [name, value] of givenHeaders(url.searchParams)) response.appendHeader(name, value);
    sendJson(response, facts(request, url, body), number(url.searchParams, "status", 200));
  },
  /** A status with fields and a body: `/status/503?h=Retry-After:1&body=text`. */
  async status(request, response, url) {
    await readBody(request);
    const body = url.searchParams.get("body") ?? "";
    for (const [name, value] of givenHeaders(url.searchParams)) response.appendHeader(name, value);
    const status = Number(url.pathname.split("/")[2]);
    if (!isHttp2(request)) response.statusMessage = url.searchParams.get("reason") ?? response.statusMessage;
    response.writeHead(status, status === 204 || status === 304 ? {} : { "content-length": Buffer.byteLength(body) });
    response.end(body);
  },
  /** One reply after the other for each `id`: `/sequence?id=x&statuses=503,503,200`. */
  async sequence(request, response, url) {
    await readBody(request);
    const id = url.searchParams.get("id");
    const statuses = url.searchParams.get("statuses").split(",");
    const turn = counters.get(id) ?? 0;
    counters.set(id, turn + 1);
    const reply = statuses[Math.min(turn, statuses.length - 1)];
    // Under TLS Node resets nothing.
    if (reply === "reset" && request.socket.encrypted) return request.socket.destroy();
    if (reply === "reset") return request.socket.resetAndDestroy();
    if (reply === "close") return request.socket.destroySoon();
    for (const [name, value] of givenHeaders(url.searchParams)) response.appendHeader(name, value);
    sendJson(response, { turn }, Number(reply));
  },
  /** How much of `/bytes` went out to `id` so far, in what it takes and what waits. */
  async sent(request, response, url) {
    await readBody(request);
    sendJson(response, counters.get(`sent ${url.searchParams.get("id")}`) ?? 0);
  },
  /** What came with `id` so far. */
  async seen(request, response, url) {
    await readBody(request);
    sendJson(response, seen.get(url.searchParams.get("id")) ?? []);
  },
  /** Bytes of the pattern: `/bytes/1000?chunked=1&type=…`. */
  async bytes(request, response, url) {
    await readBody(request);
    const length = Number(url.pathname.split("/")[2]);
    const head = { "content-type": url.searchParams.get("type") ?? "application/octet-stream" };
    if (!url.searchParams.has("chunked")) head["content-length"] = length;
    response.writeHead(200, head);
    // Each wait below leaves a listener for the event that did not come.
    response.setMaxListeners(0);
    const step = number(url.searchParams, "step", 65_521);
    for (let at = 0; at < length; at += step) {
      if (response.destroyed) return;
      counters.set(`sent ${url.searchParams.get("id")}`, at);
      if (!response.write(pattern(Math.min(step, length - at), at))) {
        await Promise.race([
          new Promise((go) => response.once("drain", go)),
          new Promise((go) => response.once("close", go)),
        ]);
      }
    }
    response.end();
  },
  /** The text given: `/text?body=…&type=…&charset=latin1`. */
  async text(request, response, url) {
    await readBody(request);
    const body = url.searchParams.has("base64")
      ? Buffer.from(url.searchParams.get("base64"), "base64")
      : Buffer.from(url.searchParams.get("body") ?? "", url.searchParams.get("charset") ?? "utf8");
    for (const [name, value] of givenHeaders(url.searchParams)) response.appendHeader(name, value);
    response.writeHead(200, {
      "content-type": url.searchParams.get("type") ?? "text/plain",
      "content-length": body.length,
    });
    response.end(body);
  },
  /** The head after some milliseconds. */
  async delay(request, response, url) {
    await readBody(request);
    await pause(Number(url.pathname.split("/")[2]));
    sendJson(response, { delayed: true });
  },
  /** A body in drops: `/trickle?count=16&interval=300&size=1`. */
  async trickle(request, response, url) {
    await readBody(request);
    const count = number(url.searchParams, "count", 16);
    const size = number(url.searchParams, "size", 1);
    response.writeHead(200, { "content-length": count * size });
    for (let at = 0; at < count && !response.destroyed; at++) {
      response.write(pattern(size, at * size));
      await pause(number(url.searchParams, "interval", 300));
    }
    response.end();
  },
  /** A head and some bytes, then silence: `/stall?after=5&length=100`. */
  async stall(request, response, url) {
    await readBody(request);
    response.writeHead(200, { "content-length": number(url.searchParams, "length", 100) });
    response.write(pattern(number(url.searchParams, "after", 5)));
  },
  /** A redirect: `/redirect?to=…&status=302`. */
  async redirect(request, response, url) {
    const body = await readBody(request);
    note(url.searchParams.get("id"), facts(request, url, body));
    for (const [name, value] of givenHeaders(url.searchParams)) response.appendHeader(name, value);
    response.writeHead(number(url.searchParams, "status", 302), {
      location: url.searchParams.get("to"),
      "content-length": 5,
    });
    response.end("moved");
  },
  /** A body with content codings, innermost first: `/encoded/gzip,br?body=…&cut=12`. */
  async encoded(request, response, url) {
    await readBody(request);
    const codings = url.pathname.split("/")[2].split(",");
    let body = url.searchParams.has("zeros")
      ? Buffer.alloc(Number(url.searchParams.get("zeros")))
      : Buffer.from(url.searchParams.get("body") ?? "hello");
    for (const coding of codings) body = ENCODERS[coding](body);
    const cut = number(url.searchParams, "cut", 0);
    if (cut > 0) body = body.subarray(0, body.length - cut);
    response.writeHead(200, {
      "content-encoding": codings.map((coding) => coding === "raw-deflate" ? "deflate" : coding).join(", "),
      "content-length": body.length,
      "content-type": "text/plain",
    });
    response.end(body);
  },
  /** Early hints before the answer: `/hints?count=2`. */
  async hints(request, response, url) {
    await readBody(request);
    for (let at = 0; at < number(url.searchParams, "count", 1); at++) {
      response.writeEarlyHints({ link: `</s${at}.css>; rel=preload` });
    }
    sendJson(response, { hinted: true });
  },
  /** A chunked body with trailer fields. */
  async trailers(request, response, url) {
    const body = await readBody(request);
    response.writeHead(200, { trailer: "X-Checksum", "content-type": "application/json" });
    response.write(JSON.stringify(facts(request, url, body)));
    response.addTrailers({ "X-Checksum": "abc" });
    response.end();
  },
  /** Bytes as they are, in place of an HTTP response: `/raw?base64=…&end=fin|rst|keep`. */
  async raw(request, _response, url) {
    await readBody(request);
    const socket = request.socket;
    socket.write(Buffer.from(url.searchParams.get("base64"), "base64"), () => {
      switch (url.searchParams.get("end") ?? "fin") {
        case "fin":
          return socket.end();
        case "rst":
          return socket.resetAndDestroy();
      }
    });
  },
  /** Challenges until the credentials are those given: `/basic?user=u&password=p`. */
  async basic(request, response, url) {
    const body = await readBody(request);
    const wanted = Buffer.from(`${url.searchParams.get("user")}:${url.searchParams.get("password")}`).toString(
      "base64",
    );
    const right = request.headers.authorization === `Basic ${wanted}`;
    sendJson(
      response,
      facts(request, url, body),
      right ? 200 : 401,
      right ? {} : { "www-authenticate": 'Basic realm="test"' },
    );
  },
  /** Sets cookies given as `c`, then echoes what came. */
  async cookies(request, response, url) {
    const body = await readBody(request);
    for (const cookie of url.searchParams.getAll("c")) response.appendHeader("set-cookie", cookie);
    sendJson(response, facts(request, url, body));
  },
  /** How often the name server was asked for a name: `/asked?name=…`. */
  async asked(request, response, url) {
    await readBody(request);
    sendJson(response, asked.get(url.searchParams.get("name")) ?? 0);
  },
  /** What the proxy was asked for so far. */
  async proxied(request, response) {
    await readBody(request);
    sendJson(response, proxied);
  },
  /**
   * A file of `size` bytes of the pattern, with its ranges. The requests of an `id` meet the steps of
   * `steps` one after the other, the last one again and again:
   * `ok`, `cut:N` (closes after N bytes), `changed` (a new version), `whole` (knows no ranges),
   * `none` (416), `some:N` (at most N bytes at a time), `range:TEXT` (206 with this Content-Range).
   * `tag` is the ETag, `*` for none; `h` adds fields.
   */
  async file(request, response, url) {
    await readBody(request);
    const query = url.searchParams;
    const id = `file ${query.get("id")}`;
    const turn = counters.get(id) ?? 0;
    counters.set(id, turn + 1);
    const steps = (query.get("steps") ?? "ok").split(",");
    const [step, argument] = splitStep(steps[Math.min(turn, steps.length - 1)]);
    const size = number(query, "size", 1_000);
    const isNew = step === "changed";
    const tag = isNew ? '"v2"' : query.get("tag") ?? '"v1"';
    const fields = { "last-modified": "Tue, 03 Mar 2020 10:00:00 GMT", "accept-ranges": "bytes" };
    if (tag !== "*") fields.etag = tag;
    for (const [name, value] of givenHeaders(query)) response.appendHeader(name, value);
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const condition = request.headers["if-range"];
    const holds = condition === undefined || condition === tag || condition === fields["last-modified"];
    const start = asked && holds && step !== "whole" ? Number(asked[1]) : 0;
    if (step === "none" || (start > 0 && start >= size)) {
      response.writeHead(416, { ...fields, "content-range": `bytes */${argument ?? size}`, "content-length": 0 });
      return response.end();
    }
    const end = step === "some" ? Math.min(size, start + Number(argument)) : size;
    const status = start > 0 || step === "range" || step === "some" ? 206 : 200;
    if (status === 206) fields["content-range"] = step === "range" ? argument : `bytes ${start}-${end - 1}/${size}`;
    response.writeHead(status, { ...fields, "content-length": end - start });
    const body = pattern(end - start, start + (isNew ? 100 : 0));
    if (step === "cut") response.write(body.subarray(0, Number(argument)), () => request.socket.destroySoon());
    else response.end(body);
  },
  /** Reads the body and keeps nothing of it: `{ length, announced }`. */
  async sink(request, response) {
    let length = 0;
    for await (const part of request) length += part.length;
    sendJson(response, { length, announced: request.headers["content-length"] });
  },
  /** Never reads the body. */
  deaf(request) {
    request.pause();
  },
  /** Reads so many bytes per second: `/slow?rate=65536`. */
  async slow(request, response, url) {
    let length = 0;
    for await (const part of request) {
      length += part.length;
      await pause(part.length / number(url.searchParams, "rate", 1_048_576) * 1_000);
    }
    sendJson(response, { length });
  },
  /** Answers before the body has come: `/early?status=413`. */
  early(request, response, url) {
    sendJson(response, { early: true }, number(url.searchParams, "status", 413), { connection: "close" });
    request.resume();
  },
};

async function answer(request, response) {
  const url = new URL(request.url, "http://origin.test");
  const route = ROUTES[url.pathname.split("/")[1]];
  const id = url.searchParams.get("id");
  if (id && !["seen", "sent", "redirect"].includes(url.pathname.split("/")[1])) {
    note(id, {
      method: request.method,
      target: request.url,
      headers: headersOf(request),
      connection: connectionOf(request),
    });
  }
  if (!route) return sendJson(response, { error: "no such route" }, 404);
  try {
    await route(request, response, url);
  } catch (error) {
    if (!response.headersSent && !response.destroyed) sendJson(response, { error: String(error) }, 500);
    else response.destroy();
  }
}

function open(server, where, versions) {
  server.keepAliveTimeout = 30_000;
  server.requestTimeout = 0;
  server.on("connection", (socket) => socket.setNoDelay(true));
  // The question before the body: a refusal must come without reading it.
  const checkContinue = (request, response) => {
    const url = new URL(request.url, "http://origin.test");
    if (url.searchParams.get("expect") === "refuse") return sendJson(response, { refused: true }, 417);
    if (url.searchParams.get("expect") !== "silent") response.writeContinue();
    answer(request, response);
  };
  const listeners = { request: answer, checkContinue };
  for (const [event, listener] of Object.entries(listeners)) server.on(event, listener);
  if (versions === "both") alsoHttp2(server, listeners);
  server.on("clientError", (_, socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => resolve(server.address()));
  });
}

const options = JSON.parse(await firstLine());
const local = { port: 0, host: "127.0.0.1" };
const plain = await open(createServer(), local);
const both = await open(createServer(), local, "both");
const secure = { ...options.tls, minVersion: "TLSv1.2" };
const tls = options.tls ? await open(createTlsServer(secure), local) : undefined;
const bothTls = options.tls
  ? await open(createTlsServer({ ...secure, ALPNProtocols: ["h2", "http/1.1"] }), local, "both")
  : undefined;
const unix = options.unix ? await open(createServer(), { path: options.unix }) : undefined;
const bothUnix = options.unix ? await open(createServer(), { path: `${options.unix}.2` }, "both") : undefined;
const proxy = await openProxy(createServer(), proxied);
const tlsProxy = options.tls
  ? await openProxy(createTlsServer({ ...options.tls, requestCert: false }), proxied)
  : undefined;
const dns = await openDns(answerDns);
console.log(JSON.stringify({
  http: plain.port,
  https: tls?.port,
  unix,
  both: { http: both.port, https: bothTls?.port, unix: bothUnix },
  proxy: proxy.port,
  tlsProxy: tlsProxy?.port,
  dns,
}));
