/**
 * The server that the pairs of `docs/migrate/` talk to. It keeps what it was sent, in one form whatever
 * client wrote it, until `/_seen` is asked for. Prints `{ http, other }`, the ports of two origins, and
 * ends when standard input does.
 */

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { firstLine } from "./first_line.mjs";

let seen = [];
let attempts = 0;

const MIB = Buffer.alloc(2 ** 20);

/** Some 32 KiB that unpack to 32 MiB. */
const bomb = () => gzipSync(Buffer.alloc(32 * MIB.length));

/** The parts of a form, whatever its boundary is. */
async function partsOf(type, bytes) {
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  const parts = [];
  for (const [name, value] of form) {
    parts.push(typeof value === "string" ? [name, value] : [name, value.name, await value.text()]);
  }
  return parts;
}

/** The body of a request, so that equal ones are written alike. */
async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const type = request.headers["content-type"] ?? "";
  if (bytes.length === 0) return undefined;
  if (type.startsWith("multipart/")) return await partsOf(type, bytes);
  return type.startsWith("application/json") ? JSON.parse(bytes.toString()) : bytes.toString();
}

/** What a pair has to have in common on the wire. */
function note(request, body, origin) {
  const entry = { origin, method: request.method, target: request.url, body };
  for (const name of ["authorization", "cookie", "x-api-key", "x-tenant"]) {
    if (request.headers[name] !== undefined) entry[name] = request.headers[name];
  }
  if (body !== undefined) entry.type = request.headers["content-type"]?.split(";")[0];
  seen.push(entry);
}

function json(response, value, status = 200, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}

const redirect = (response, location) => response.writeHead(302, { location }).end();

async function answer(request, response, origin, elsewhere) {
  const { pathname, searchParams } = new URL(request.url, "http://server.test");
  if (pathname === "/_seen") {
    const entries = seen;
    [seen, attempts] = [[], 0];
    return json(response, entries);
  }
  const body = await bodyOf(request);
  note(request, body, origin);
  switch (`${request.method} ${pathname}`) {
    case "GET /users":
      return json(response, { users: ["Ana"], page: searchParams.get("page") });
    case "POST /users":
      return json(response, { id: 7, ...body }, 201);
    case "GET /me":
      return json(response, { name: request.headers.cookie ?? request.headers.authorization ?? "nobody" });
    case "POST /login":
      return json(response, { ok: true }, 200, { "set-cookie": "session=abc; Path=/" });
    case "POST /photos":
      return json(response, { parts: body.length });
    case "GET /large":
      return response.writeHead(200, { "content-length": MIB.length }).end(MIB);
    case "GET /huge":
      for (let sent = 0; sent < 65; sent++) response.write(MIB);
      return response.end();
    case "GET /bomb":
      return response.writeHead(200, { "content-encoding": "gzip" }).end(bomb());
    case "GET /log":
      return response.end("first\nsecond\nthird\n");
    case "GET /slow":
      return;
    case "GET /flaky":
      return ++attempts === 1 ? response.writeHead(503).end() : response.end("fine");
    case "GET /cut":
      response.writeHead(200, { "content-length": 100 });
      return response.write("only this", () => response.destroy());
    case "GET /items": {
      const last = searchParams.has("page");
      return json(response, last ? [3] : [1, 2], 200, last ? {} : { link: '</items?page=2>; rel="next"' });
    }
    case "GET /old":
      return redirect(response, "/users?page=2");
    case "GET /elsewhere":
      return redirect(response, elsewhere);
  }
  if (pathname === "/moved") return redirect(response, "/here");
  if (pathname === "/again") return redirect(response, `/again?at=${Number(searchParams.get("at")) + 1}`);
  if (pathname === "/unavailable") return response.writeHead(503).end();
  if (pathname === "/here" || pathname === "/list") return json(response, {});
  return json(response, { error: "no such thing" }, 404);
}

function listen(origin, elsewhere) {
  const server = createServer((request, response) => {
    answer(request, response, origin, elsewhere).catch((error) => response.writeHead(500).end(String(error)));
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server.address().port)));
}

await firstLine();
const other = await listen("other", "/");
const http = await listen("first", `http://127.0.0.1:${other}/here`);
console.log(JSON.stringify({ http, other }));
