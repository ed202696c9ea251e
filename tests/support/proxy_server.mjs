/**
 * The proxies that the behaviour tests go through, in a process of its own: HTTP with and without
 * login, HTTP over TLS, SOCKS 4, 4a and 5 with and without login. Names below `.test` lead to this
 * machine, so that a test can tell who resolved a name. What they saw is asked at the control port.
 *
 * It reads one line of JSON from standard input (`{ tls }`), prints one line of JSON (the ports), and
 * ends when standard input does. User and password are `user` and `pass` throughout.
 */

import { createHash, randomBytes } from "node:crypto";
import { createServer, request as httpRequest } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer as createTcpServer, isIP } from "node:net";
import { firstLine } from "./first_line.mjs";

const USER = "user";
const PASSWORD = "pass";

/** Requests that one nonce serves before it is stale. */
const NONCE_USES = 2;

let log = [];
const nonces = new Map();

const md5 = (text) => createHash("md5").update(text).digest("hex");
const addressOf = (host) => host.endsWith(".test") ? "127.0.0.1" : host;

function fieldsOf(request) {
  const fields = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    fields.push([request.rawHeaders[at], request.rawHeaders[at + 1]]);
  }
  return fields;
}

/** Whether the login of a request is right; the challenge if it is not. */
const LOGINS = {
  none: () => undefined,
  basic(request) {
    const wanted = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
    return request.headers["proxy-authorization"] === wanted ? undefined : 'Basic realm="proxy"';
  },
  digest(request) {
    const given = request.headers["proxy-authorization"] ?? "";
    const param = (name) => new RegExp(`\\b${name}="?([^",]*)"?`).exec(given)?.[1] ?? "";
    const uses = nonces.get(param("nonce"));
    const a1 = md5(`${USER}:proxy:${PASSWORD}`);
    const a2 = md5(`${request.method}:${request.url}`);
    const right = param("uri") === request.url &&
      param("response") === md5([a1, param("nonce"), param("nc"), param("cnonce"), "auth", a2].join(":"));
    if (right && uses < NONCE_USES && Number.parseInt(param("nc"), 16) === uses + 1) {
      nonces.set(param("nonce"), uses + 1);
      return undefined;
    }
    const nonce = randomBytes(8).toString("hex");
    nonces.set(nonce, 0);
    const stale = right && uses >= NONCE_USES ? ", stale=true" : "";
    return `Digest realm="proxy", nonce="${nonce}", qop="auth", algorithm=MD5${stale}`;
  },
};

/** Joins two sockets until either ends. */
function join(a, b) {
  a.pipe(b);
  b.pipe(a);
  for (const [one, other] of [[a, b], [b, a]]) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}

function onConnect(name, login) {
  return (request, socket) => {
    const challenge = LOGINS[login](request);
    log.push({ proxy: name, kind: "connect", target: request.url, fields: fieldsOf(request), refused: !!challenge });
    socket.on("error", () => {});
    if (challenge) {
      return socket.end(
        `HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: ${challenge}\r\n` +
          "Connection: close\r\nContent-Length: 6\r\n\r\nlogin\n",
      );
    }
    const colon = request.url.lastIndexOf(":");
    const host = request.url.slice(0, colon).replace(/^\[|\]$/g, "");
    const origin = connect({ host: addressOf(host), port: Number(request.url.slice(colon + 1)), noDelay: true }, () => {
      socket.write("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\nSet-Cookie: proxy=1\r\n\r\n");
      join(socket, origin);
    });
    origin.on("error", (error) => socket.end(`HTTP/1.1 502 ${error.code}\r\nContent-Length: 0\r\n\r\n`));
  };
}

function onRequest(name, login) {
  return (request, response) => {
    const challenge = LOGINS[login](request);
    log.push({ proxy: name, kind: "forward", target: request.url, fields: fieldsOf(request), refused: !!challenge });
    if (challenge) {
      request.resume();
      response.writeHead(407, { "proxy-authenticate": challenge, "content-length": 6 });
      return response.end("login\n");
    }
    const url = new URL(request.url);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([field]) => !field.startsWith("proxy-")),
    );
    const options = { host: addressOf(url.hostname), port: url.port || 80, method: request.method, headers };
    const onward = httpRequest({ ...options, path: url.pathname + url.search }, (answer) => {
      response.writeHead(answer.statusCode, {
        ...answer.headers,
        "via": "1.1 proxy",
        "proxy-connection": "keep-alive",
        "proxy-authentication-info": "qop=auth",
      });
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502, { "content-length": 0 }).end());
    request.pipe(onward);
  };
}

/** Bytes of a socket, as many as asked for. */
function reader(socket) {
  let bytes = Buffer.alloc(0);
  let wake = () => {};
  const onData = (part) => {
    bytes = Buffer.concat([bytes, part]);
    wake();
  };
  socket.on("data", onData);
  return {
    async take(length) {
      while (bytes.length < length) await new Promise((resolve) => wake = resolve);
      const taken = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      return taken;
    },
    async text() {
      let text = "";
      for (let byte = (await this.take(1))[0]; byte !== 0; byte = (await this.take(1))[0]) {
        text += String.fromCharCode(byte);
      }
      return text;
    },
    stop() {
      socket.off("data", onData);
      socket.pause();
      return bytes;
    },
  };
}

const SOCKS4_REPLY = (code) => Buffer.from([0, code, 0, 0, 0, 0, 0, 0]);
const SOCKS5_REPLY = (code) => Buffer.from([5, code, 0, 1, 127, 0, 0, 1, 0, 1]);

function lead(socket, input, name, entry, granted, refused) {
  log.push({ proxy: name, ...entry });
  const origin = connect({ host: addressOf(entry.host), port: entry.port, noDelay: true }, () => {
    const early = input.stop();
    socket.write(granted);
    if (early.length > 0) origin.write(early);
    join(socket, origin);
  });
  origin.on("error", () => socket.end(refused));
}

async function socks4(socket, input, name) {
  const head = await input.take(7);
  const user = await input.text();
  const address = [...head.subarray(3, 7)];
  const version4a = address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] !== 0;
  const host = version4a ? await input.text() : address.join(".");
  const entry = { kind: version4a ? "socks4a" : "socks4", host, port: head.readUInt16BE(1), user };
  lead(socket, input, name, entry, SOCKS4_REPLY(90), SOCKS4_REPLY(91));
}

async function socks5(socket, input, name, withLogin) {
  const methods = await input.take((await input.take(1))[0]);
  const method = withLogin ? 2 : 0;
  if (!methods.includes(method)) return socket.end(Buffer.from([5, 255]));
  socket.write(Buffer.from([5, method]));
  let user;
  if (withLogin) {
    await input.take(1);
    user = String(await input.take((await input.take(1))[0]));
    const password = String(await input.take((await input.take(1))[0]));
    const right = user === USER && password === PASSWORD;
    if (!right) {
      log.push({ proxy: name, kind: "login", user, refused: true });
      return socket.end(Buffer.from([1, 1]));
    }
    socket.write(Buffer.from([1, 0]));
  }
  const type = (await input.take(4))[3];
  const host = type === 1
    ? [...await input.take(4)].join(".")
    : type === 3
    ? String(await input.take((await input.take(1))[0]))
    : (await input.take(16)).toString("hex").match(/.{4}/g).join(":");
  const port = (await input.take(2)).readUInt16BE(0);
  const entry = { kind: "socks5", type: isIP(host) === 0 ? "name" : "address", host, port, user };
  // IPv6 is what this proxy cannot do.
  if (type === 4) {
    log.push({ proxy: name, ...entry });
    return socket.end(SOCKS5_REPLY(8));
  }
  lead(socket, input, name, entry, SOCKS5_REPLY(0), SOCKS5_REPLY(5));
}

function socksServer(name, withLogin) {
  return createTcpServer({ noDelay: true }, async (socket) => {
    socket.on("error", () => {});
    const input = reader(socket);
    const version = (await input.take(1))[0];
    if (version === 4 && !withLogin) await socks4(socket, input, name);
    else if (version === 5) await socks5(socket, input, name, withLogin);
    else socket.destroy();
  });
}

function httpServer(name, login, tls) {
  const server = tls ? createTlsServer(tls) : createServer();
  server.keepAliveTimeout = 30_000;
  server.on("connect", onConnect(name, login));
  server.on("request", onRequest(name, login));
  server.on("clientError", (_, socket) => socket.destroy());
  return server;
}

/** What was seen since the last question. */
const control = () =>
  createServer((_, response) => {
    response.end(JSON.stringify(log));
    log = [];
  });

function listen(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => resolve(server.address().port));
  });
}

const options = JSON.parse(await firstLine());

const servers = {
  http: httpServer("http", "none"),
  basic: httpServer("basic", "basic"),
  digest: httpServer("digest", "digest"),
  https: httpServer("https", "none", options.tls),
  httpsBasic: httpServer("httpsBasic", "basic", options.tls),
  socks: socksServer("socks", false),
  socksLogin: socksServer("socksLogin", true),
  control: control(),
};
const ports = {};
for (const [name, server] of Object.entries(servers)) ports[name] = await listen(server);
console.log(JSON.stringify(ports));
