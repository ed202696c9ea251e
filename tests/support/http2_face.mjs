/**
 * Owns how a server of `node:http` or `node:https` speaks HTTP/2 on the same port: in clear text to
 * whoever begins with its preface, over TLS to whoever chooses it by ALPN.
 * Whoever reads a preface reads all, so in clear text it is no port for tests of who reads what.
 * Must not know what is served.
 * Invariant: handlers see a request as HTTP/1.1 has it: `host` among its fields, no pseudo fields.
 */

import { createServer } from "node:http2";

const PREFACE = "PRI * HTTP/2.0";

/** Whether a request came by HTTP/2. */
export function isHttp2(request) {
  return request.httpVersionMajor === 2;
}

/** What stands for the connection that a request came on. */
export function sessionOf(request) {
  return isHttp2(request) ? request.stream.session : request.socket;
}

/** The fields of a request by name. */
export function headersOf(request) {
  if (!isHttp2(request)) return request.headers;
  const fields = Object.entries(request.headers).filter(([name]) => !name.startsWith(":"));
  return { host: request.authority, ...Object.fromEntries(fields) };
}

/** The fields of a request as they stood. */
export function fieldsOf(request) {
  const { rawHeaders } = request;
  const pairs = [];
  for (let at = 0; at < rawHeaders.length; at += 2) pairs.push([rawHeaders[at], rawHeaders[at + 1]]);
  return pairs.filter(([name]) => !name.startsWith(":"));
}

/** Lets `server` speak both; `listeners` are those of its requests. A TLS server must offer h2 itself. */
export function alsoHttp2(server, listeners) {
  const h2 = createServer();
  for (const [event, listener] of Object.entries(listeners)) h2.on(event, listener);
  h2.on("sessionError", () => {});
  const isTls = server.listenerCount("secureConnection") > 0;
  const event = isTls ? "secureConnection" : "connection";
  const [serveHttp1] = server.listeners(event);
  server.removeListener(event, serveHttp1);
  server.on(event, (socket) => {
    if (isTls) return socket.alpnProtocol === "h2" ? h2.emit("connection", socket) : serveHttp1.call(server, socket);
    const leave = () => socket.destroy();
    socket.on("error", leave);
    socket.once("data", (part) => {
      socket.pause();
      socket.removeListener("error", leave);
      socket.unshift(part);
      // A session takes by itself what waits in a socket.
      if (part.toString("latin1").startsWith(PREFACE)) return h2.emit("connection", socket);
      serveHttp1.call(server, socket);
      socket.resume();
    });
  });
  return h2;
}
