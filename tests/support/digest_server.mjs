/**
 * A server that asks for Digest (RFC 7616) in the forms that no packaged server offers, in a process
 * of its own: what it computes owes nothing to the library. The form stands in the path:
 * `/SHA-512-256-sess/auth-int?userhash=1`; `max=2` ends each nonce after two uses. User and password
 * are "J\u00e4s\u00f8n" and "Secret, or not?".
 *
 * It reads one line of JSON from standard input, prints `{ port }`, and ends when standard input does.
 */

import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

const USER = "J\u00e4s\u00f8n";
const PASSWORD = "Secret, or not?";
const REALM = "vault";
const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" };

/** Nonces given out: how often each was used, and the cnonce that began its session. */
const nonces = new Map();

function parse(value) {
  const params = {};
  for (const match of value.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    params[match[1]] = match[2] === undefined ? match[3] : match[2].replace(/\\(.)/g, "$1");
  }
  return params;
}

function verdict(request, body, { algorithm, qop, userhash }) {
  const value = request.headers.authorization;
  if (value === undefined) return "nothing";
  const given = parse(value);
  const hash = (...parts) => {
    const sum = createHash(HASHES[algorithm.replace("-sess", "")]);
    parts.forEach((part, at) => sum.update(at === 0 ? "" : ":").update(part));
    return sum.digest("hex");
  };
  const known = nonces.get(given.nonce);
  if (known === undefined) return "an unknown nonce";
  if (given.algorithm !== algorithm || given.qop !== qop || given.realm !== REALM) return "other parameters";
  if (given.uri !== request.url) return "another target";
  const user = userhash ? given.username : decodeURIComponent(given["username*"]?.replace("UTF-8''", "") ?? "");
  if (user !== (userhash ? hash(USER, REALM) : USER)) return "another user";
  known.cnonce ??= given.cnonce;
  const base = hash(USER, REALM, PASSWORD);
  const secret = algorithm.endsWith("-sess") ? hash(base, given.nonce, known.cnonce) : base;
  const message = qop === "auth-int"
    ? hash(request.method, request.url, hash(body))
    : hash(request.method, request.url);
  if (given.response !== hash(secret, given.nonce, given.nc, given.cnonce, qop, message)) return "a wrong response";
  if (parseInt(given.nc, 16) !== ++known.used) return `count ${given.nc}, expected ${known.used}`;
  return known.used > known.max ? "stale" : "right";
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const url = new URL(request.url, "http://digest.test");
  const [, algorithm, qop] = url.pathname.split("/");
  const userhash = url.searchParams.has("userhash");
  const found = verdict(request, body, { algorithm, qop, userhash });
  const right = found === "right";
  const nonce = randomBytes(12).toString("base64");
  if (!right) {
    nonces.set(nonce, { used: 0, max: Number(url.searchParams.get("max") ?? Infinity), cnonce: undefined });
    const more = `${userhash ? ", userhash=true" : ""}${found === "stale" ? ", stale=true" : ""}`;
    response.setHeader(
      "WWW-Authenticate",
      `Digest realm="${REALM}", nonce="${nonce}", qop="${qop}", algorithm=${algorithm}, charset=UTF-8${more}`,
    );
  }
  response.writeHead(right ? 200 : 401);
  response.end(JSON.stringify({ found, length: body.length }));
});

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
