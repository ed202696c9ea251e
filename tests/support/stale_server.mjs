/**
 * A server that ends each connection 0 to 2 ms after its answer, by FIN or (on TCP) by RST, in a
 * process of its own: over TCP, TLS and a unix socket. It counts how often each POST with `?id=`
 * arrived; `/count` tells the largest of these counts.
 *
 * It reads one line of JSON from standard input (`{ tls, unix }`), prints one line of JSON with
 * ports and path, and ends when standard input does.
 */

import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";

const arrived = new Map();
let answers = 0;

/** Ends `socket` so many microseconds after now; timers are too coarse for that. */
function endAfter(socket, microseconds, reset) {
  const until = performance.now() + microseconds / 1_000;
  const turn = () => {
    if (performance.now() < until) return setImmediate(turn);
    if (reset) socket.resetAndDestroy();
    else socket.destroy();
  };
  setImmediate(turn);
}

function answer(request, response) {
  const { socket } = request;
  // Node sends RST on plain TCP alone.
  const resets = !socket.encrypted && socket.remoteAddress !== undefined;
  const url = new URL(request.url, "http://stale.test");
  const id = url.searchParams.get("id");
  if (id && request.method === "POST") arrived.set(id, (arrived.get(id) ?? 0) + 1);
  const text = url.pathname === "/count" ? JSON.stringify({ most: Math.max(0, ...arrived.values()) }) : "ok";
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-length": text.length });
    response.end(text, () => endAfter(socket, (answers++ * 311) % 2_000, resets && answers % 3 === 0));
  });
}

function open(server, where) {
  server.on("request", answer);
  server.on("clientError", (_, socket) => socket.destroy());
  server.on("connection", (socket) => socket.on("error", () => {}));
  return new Promise((resolve) => server.listen(where, () => resolve(server.address())));
}

const line = await new Promise((resolve) => {
  process.stdin.setEncoding("utf8");
  process.stdin.on("end", () => process.exit(0));
  process.stdin.once("data", resolve);
});
const { tls, unix } = JSON.parse(line);
const plain = await open(createServer(), { port: 0, host: "127.0.0.1" });
const secure = await open(createTlsServer(tls), { port: 0, host: "127.0.0.1" });
await open(createServer(), { path: unix });
console.log(JSON.stringify({ http: plain.port, https: secure.port, unix }));
