/**
 * A server that speaks HTTP/2 (by ALPN, with HTTP/1.1 beside it, and in clear text), in a process of
 * its own. It reads one line of JSON (`{ tls }`), prints its ports, and ends when standard input does.
 */

import { createSecureServer, createServer } from "node:http2";

let sessions = 0;
const refused = new Set();

function answer(request, response) {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const url = new URL(request.url, "http://origin.test");
    const once = url.searchParams.get("once");
    if (once !== null && !refused.has(once)) {
      refused.add(once);
      if (url.pathname === "/refuse") return request.stream.close(7);
      if (url.pathname === "/leave") return request.stream.session.goaway(0, request.stream.id - 2);
    }
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const { method, httpVersion, headers } = request;
    const text = JSON.stringify({
      method,
      version: httpVersion,
      headers,
      length,
      trailers: request.trailers,
      sessions,
    });
    response.setHeader("content-type", "application/json");
    response.end(text);
  });
}

function open(server) {
  server.on("request", answer);
  server.on("session", (session) => {
    sessions++;
    session.on("error", () => {});
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

process.stdin.setEncoding("utf8");
process.stdin.on("end", () => process.exit(0));
process.stdin.once("data", async (line) => {
  const { tls } = JSON.parse(line);
  const secure = await open(createSecureServer({ ...tls, allowHTTP1: true }));
  const clear = await open(createServer());
  console.log(JSON.stringify({ secure, clear }));
});
