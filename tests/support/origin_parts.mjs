/** What the routes of the server that the behaviour tests talk to are made of; nothing here remembers. */

import { promisify } from "node:util";
import * as zlib from "node:zlib";

/** A number of the query. */
export const number = (query, name, fallback) => query.has(name) ? Number(query.get(name)) : fallback;

/** Waits for so many milliseconds. */
export const pause = promisify(setTimeout);

/** A repeating pattern: any part of it can be checked. */
export function pattern(length, from = 0) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = (from + at) % 251;
  return bytes;
}

/** The whole body of a request. */
export async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** Answers with JSON. */
export const sendJson = (response, value, status = 200, headers = {}) => {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
};

/** Fields given as `h=Name:value`, as often as wanted. */
export function givenHeaders(query) {
  const pairs = [];
  for (const line of query.getAll("h")) {
    const colon = line.indexOf(":");
    pairs.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return pairs;
}

/** A step and what stands behind its colon. */
export function splitStep(text) {
  const colon = text.indexOf(":");
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** The content codings. */
export const ENCODERS = {
  identity: (bytes) => bytes,
  gzip: (bytes) => zlib.gzipSync(bytes),
  "x-gzip": (bytes) => zlib.gzipSync(bytes),
  deflate: (bytes) => zlib.deflateSync(bytes),
  "raw-deflate": (bytes) => zlib.deflateRawSync(bytes),
  br: (bytes) => zlib.brotliCompressSync(bytes),
};
