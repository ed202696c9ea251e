/**
 * The server of the soak of HTTP/2, in a process of its own: it cuts its connections, goes away,
 * refuses streams and starts anew, over TLS and in clear text, and counts what it has processed.
 *
 * It reads one line of JSON (`{ tls }`: certificate and key) and prints its ports. On the port
 * `stats` any request is answered with what was injected and how often each POST was processed.
 */

import { createServer as createPlainServer } from "node:http";
import { constants, createSecureServer, createServer } from "node:http2";
import { between, count, counts, pause, pick } from "../soak/faults.mjs";
import { openRelay } from "../soak/relay.mjs";
import { firstLine } from "./first_line.mjs";

/** How often the POST of an id was processed. */
const posts = new Map();

function serve(stream, headers) {
  stream.on("error", () => {});
  const chance = Math.random();
  if (chance < 0.01) {
    count("refused");
    return stream.close(constants.NGHTTP2_REFUSED_STREAM);
  }
  const id = headers["x-id"];
  if (headers[":method"] === "POST") posts.set(id, (posts.get(id) ?? 0) + 1);
  let length = 0;
  stream.on("data", (part) => length += part.length);
  stream.on("end", async () => {
    if (chance < 0.3) await pause(between(0, 10));
    if (stream.destroyed) return;
    stream.respond({ ":status": 200, "x-id": id });
    stream.end("x".repeat(length));
  });
}

/**
 * A port that stays the same, and what may happen to it: connections pass through a relay, which is what
 * is cut and started anew. Node 20 corrupts its memory when sessions break like this: it wants Node 24.
 */
async function open(server) {
  const sessions = new Set();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {});
    session.on("close", () => sessions.delete(session));
  });
  server.on("sessionError", () => {});
  server.on("stream", serve);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port, cut, restart } = await openRelay(() => server.address().port);
  const goaway = () => {
    for (const session of sessions) session.close();
  };
  return { port, faults: { cut, goaway, restart } };
}

const { tls } = JSON.parse(await firstLine());
const secure = await open(createSecureServer(tls));
const clear = await open(createServer());

async function spoil({ faults }) {
  for (;;) {
    await pause(between(20, 250));
    const name = pick(["cut", "goaway", "goaway", "restart"]);
    count(name);
    await faults[name]();
  }
}
spoil(secure);
spoil(clear);

const stats = createPlainServer((_, response) => response.end(JSON.stringify({ counts, posts: [...posts] })));
stats.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ secure: secure.port, clear: clear.port, stats: stats.address().port }));
});
