/**
 * Servers that let their peers wait, in a process of their own. By port: `silent` reads and never
 * answers, which stalls TLS handshakes and heads; `deaf` never reads; `stalled` sends a head and
 * five bytes of a body. A request to `control` ends every connection to `silent`.
 *
 * It prints one line of JSON with the ports, and ends when standard input does.
 */

import { createServer } from "node:net";

/** Until a deaf connection is dropped, in milliseconds: what waits in it is memory of the system. */
const DEAF_FOR = 500;

function open(options, onConnection) {
  const server = createServer(options, (socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  return new Promise((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => resolve(server.address().port));
  });
}

process.stdin.resume().on("end", () => process.exit(0));
const waiting = new Set();
const silent = await open({}, (socket) => {
  waiting.add(socket);
  socket.resume().on("close", () => waiting.delete(socket));
});
const deaf = await open({ pauseOnConnect: true }, (socket) => setTimeout(() => socket.destroy(), DEAF_FOR));
const stalled = await open({}, (socket) => {
  socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345"));
});
const control = await open({}, (socket) => {
  socket.once("data", () => {
    for (const each of waiting) each.destroy();
    socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });
});
console.log(JSON.stringify({ silent, deaf, stalled, control }));
