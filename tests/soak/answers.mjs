/**
 * Owns what the servers of the soak answer and what they count, whatever the version of HTTP.
 * Must not know how an answer goes out, nor what goes wrong on the way.
 */

import { gzipSync } from "node:zlib";
import { bytesOf, equal } from "./pattern.mjs";

/** How often the POST of an id arrived. */
const posts = new Map();

/** What arrived. */
export const arrived = {
  requests: 0,
  duplicatePosts: 0,
  wrongUploads: 0,
  underForeignCertificate: 0,
  uploads: 0,
};

/** Counts a request whose head has arrived. */
export function arrive(method, id, isForeign) {
  arrived.requests++;
  if (isForeign) arrived.underForeignCertificate++;
  if (method !== "POST") return;
  const times = (posts.get(id) ?? 0) + 1;
  posts.set(id, times);
  if (times === 1) return;
  arrived.duplicatePosts++;
  console.error(`${id} arrived ${times} times`);
}

/**
 * What a request is answered with. `length` is what the head has to tell; `undefined` where the end of the
 * body is told in another way, named by `end`.
 */
export function answerTo({ method, url, headers, body }) {
  const id = headers["x-id"] ?? "";
  if (url.pathname === "/redirect") {
    return { status: 307, fields: [["Location", `/work${url.search}`]], body: Buffer.alloc(0), length: 0 };
  }
  const size = Number(url.searchParams.get("size") ?? 0);
  const uploaded = Number(headers["x-size"] ?? -1);
  if (uploaded >= 0) {
    arrived.uploads++;
    if (!equal(body, bytesOf(`up-${id}`, uploaded))) arrived.wrongUploads++;
  }
  const fields = [["X-Id", id], ["X-Length", String(size)]];
  if (method === "HEAD") return { status: 200, fields, body: Buffer.alloc(0), length: size };
  const plain = Buffer.from(bytesOf(id, size));
  const end = url.searchParams.get("kind");
  if (end === "chunked" || end === "close") return { status: 200, fields, body: plain, end };
  if (end !== "gzip") return { status: 200, fields, body: plain, length: size };
  const wire = gzipSync(plain);
  return { status: 200, fields: [...fields, ["Content-Encoding", "gzip"]], body: wire, length: wire.length };
}
