/**
 * Owns the ways to fail that may tell no secret.
 * Must not know how secrets are found.
 */

import { basic, bearer, type ClientOptions, CookieJar, digest, type StandardSchema } from "../../mod.ts";
import type { Query, Subject } from "../support/behaviour.ts";
import { CANARIES as C, type SecretCaller, secretProxy, secretUrl } from "../support/canaries.ts";
import { fullBacklog } from "../support/full_backlog.ts";

/** What a row is given. */
export interface World extends Subject {
  /** A caller with these options and every secret in place. */
  with(options?: ClientOptions): SecretCaller;
}

/** One way to fail. */
export type Row = readonly [name: string, fail: (world: World) => unknown];

const HOUR = 3_600_000;
const raw = (text: string, end = "fin"): Query => ({ base64: btoa(text), end });
const PEM = `-----BEGIN PRIVATE KEY-----\n${C.privateKey}\n-----END PRIVATE KEY-----\n`;
const NEVER: StandardSchema = {
  "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no", path: ["a"] }] }) },
};
const withBody = { body: C.body } as const;
/** An answer with these fields; it stands in the request's URL, where its secrets must not be readable. */
export const answer = (status: number, ...fields: string[]): Query =>
  raw(["HTTP/1.1 " + status, "Content-Length: 0", "Connection: close", ...fields, "", ""].join("\r\n"));
const redirectTo = (to: string, status = 302): Query => answer(status, `Location: ${to}`);
/** A field that sets a secret cookie. */
export const SET_COOKIE: string = `Set-Cookie: a=${C.setCookie}; Path=/`;
const SECRET_TARGET = `token=${C.location}#access_token=${C.fragment}`;
/** Options that the types forbid. */
const options = (value: object): never => value as never;

/** A call while another one, which does not end, has the only connection. */
async function besideStalled(w: World, given: ClientOptions): Promise<unknown> {
  const caller = w.with(given);
  const controller = new AbortController();
  const { signal } = controller;
  await caller.client.stream("GET", w.url("/stall"), { signal });
  try {
    return await caller.get(w.url("/echo"));
  } finally {
    controller.abort();
  }
}

/** Calls that fail before anything is sent. */
export const MISUSE: readonly Row[] = [
  ["an unknown option", (w) => w.with(options({ auht: ["u", C.password] }))],
  ["an unknown option of a request", (w) => w.with().get(w.url("/echo"), options({ password: C.password }))],
  ["auth that is a string", (w) => w.with(options({ auth: `user:${C.password}` }))],
  ["auth of three parts", (w) => w.with(options({ auth: ["user", C.password, C.password] }))],
  ["auth that is an object", (w) => w.with(options({ auth: { user: "user", password: C.password } }))],
  ["a password with a line end", (w) => w.with({ auth: ["user", `${C.password}\r\n`] })],
  ["a user with a colon", (w) => w.with({ auth: [`${C.password}:x`, C.password] })],
  ["basic() with a number", () => basic("user", { toString: () => C.password } as never)],
  ["bearer() with a space", () => bearer(`${C.authorization} x\n`)],
  ["digest() with a control character", () => digest("user", `${C.password}\u0000`)],
  ["Authorization with a line end", (w) => w.with({ headers: { Authorization: `Bearer ${C.authorization}\r\nX: y` } })],
  ["Authorization beyond Latin-1", (w) => w.with({ headers: { Authorization: `Bearer ${C.authorization}ł` } })],
  ["Cookie that is an object", (w) => w.with(options({ headers: { Cookie: { sid: C.cookie } } }))],
  ["a field name with a space", (w) => w.with({ headers: { "X Api Key": C.apiKey } })],
  ["Proxy-Authorization among the fields", (w) =>
    w.with().get(w.url("/status/404"), {
      headers: { "Proxy-Authorization": `Basic ${C.proxyAuthorization}` },
      raiseForStatus: true,
    })],
  ["a conflicting Content-Length", (w) => w.with().post(w.url("/echo"), { headers: { "Content-Length": "3" } })],
  ["a cookie with a semicolon", (w) => w.with().get(w.url("/echo"), { cookies: { sid: `${C.cookie};` } })],
  [
    "a cookie that is a number",
    (w) => w.with().get(w.url("/echo"), options({ cookies: { sid: { toString: () => C.cookie } } })),
  ],
  [
    "a jar given a bad cookie",
    () => new CookieJar().set({ name: "a\n", value: C.cookie, domain: "a.test" } as never, "http://a.test"),
  ],
  ["a malformed URL", (w) => w.with().client.get(`http://${C.urlUser}:${C.urlPassword}@[::1/?token=${C.queryToken}`)],
  ["a URL of another scheme", (w) => w.with().client.get(`ftp://${C.urlUser}:${C.urlPassword}@a.test/`)],
  ["a URL without scheme", (w) => w.with().client.get(`//${C.urlUser}:${C.urlPassword}@a.test/`)],
  ["a URL with a backslash", (w) => w.with().client.get(`http:\\\\${C.urlUser}:${C.urlPassword}@a b`)],
  [
    "a URL with a control character",
    (w) => w.with().client.get(`http://${C.urlUser}:${C.urlPassword}@a.test/\n?token=${C.queryToken}`),
  ],
  ["a URL with a bad port", (w) => w.with().client.get(`http://${C.urlUser}:${C.urlPassword}@a.test:99999/`)],
  ["a URL that is an object", (w) => w.with().client.get({ token: C.queryToken } as never)],
  [
    "an absolute URL that the baseUrl forbids",
    (w) => w.with({ baseUrl: secretUrl(w.origin.http).replace(/[?#].*/, "") }).get("http://a.test/"),
  ],
  [
    "a path that leaves the baseUrl",
    (w) => w.with({ baseUrl: `${w.origin.http}/a` }).client.get(`../b?token=${C.queryToken}`),
  ],
  ["a baseUrl that is none", (w) => w.with({ baseUrl: `${C.urlUser}:${C.urlPassword}@a.test` })],
  [
    "a template without its value",
    (w) => w.with().client.get(`${w.origin.http}/{id}`, { path: { token: C.queryToken } }),
  ],
  [
    "a template value that is an object",
    (w) => w.with().client.get(`${w.origin.http}/{token}`, options({ path: { token: { a: C.queryToken } } })),
  ],
  ["params of a wrong type", (w) => w.with().get(w.url("/echo"), options({ params: { token: { a: C.queryToken } } }))],
  ["json with a cycle", (w) => {
    const value: Record<string, unknown> = { password: C.body };
    value["self"] = value;
    return w.with().client.post(w.url("/echo"), { json: value });
  }],
  ["a body of a wrong type", (w) => w.with().client.post(w.url("/echo"), options({ body: { secret: C.body } }))],
  ["two bodies", (w) => w.with().client.post(w.url("/echo"), { json: C.body, form: { a: C.body } })],
  ["a private key that is none", (w) => w.with({ tls: { cert: PEM, key: PEM } }).get(`${w.origin.https}/echo`)],
  [
    "a private key of another certificate",
    (w) =>
      w.with({ tls: { extraCa: w.origin.ca, cert: w.origin.client.cert, key: PEM } }).get(`${w.origin.https}/echo`),
  ],
  ["a key that is a number", (w) => w.with(options({ tls: { key: { pem: PEM } } }))],
  ["a proxy URL that is malformed", (w) => w.with({ proxy: `http://${C.proxyUser}:${C.proxyPassword}@[` })],
  ["a proxy URL of another scheme", (w) => w.with({ proxy: `ftp://${C.proxyUser}:${C.proxyPassword}@a.test` })],
  ["a proxy URL with a path", (w) => w.with({ proxy: `${secretProxy(w.origin.proxy)}/path?token=${C.queryToken}` })],
  [
    "a proxy with an unknown option",
    (w) => w.with({ proxy: options({ url: secretProxy(w.origin.proxy), password: C.proxyPassword }) as never }),
  ],
  [
    "proxy.auth of a wrong type",
    (w) => w.with({ proxy: { url: w.origin.proxy, auth: `${C.proxyUser}:${C.proxyPassword}` as never } }),
  ],
  [
    "an idempotency key of a wrong type",
    (w) => w.with(options({ retry: { idempotencyKey: { toString: () => C.apiKey } } })),
  ],
];

/** Calls that find nobody to talk to. */
export const CONNECT: readonly Row[] = [
  ["connection refused", (w) => w.with().get("http://127.0.0.1:1/path")],
  [
    "connection refused, with retries",
    (w) => w.with({ retry: { max: 2, backoff: () => 1 } }).get("http://127.0.0.1:1/path"),
  ],
  ["no such name", (w) => w.with({ dns: { servers: [w.origin.dns] } }).get(`http://nx.id-${w.id}.test/`)],
  [
    "a silent name server",
    (w) =>
      w.with({ dns: { servers: [w.origin.dns], queryTimeout: 30, rounds: 1 } }).get(`http://silent.id-${w.id}.test/`),
  ],
  ["no such unix socket", (w) => w.with({ unix: "/nowhere/x.sock" }).get("http://a.test/")],
  ["the connect limit", async (w) => {
    const listener = await fullBacklog();
    try {
      return await w.with({ timeout: { connect: 50 } }).get(`http://127.0.0.1:${listener.port}/`);
    } finally {
      await listener.close();
    }
  }],
  ["the pool limit", (w) => besideStalled(w, { pool: { max: 1 }, timeout: { pool: 50 } })],
  ["a full queue", (w) => besideStalled(w, { pool: { max: 1, maxQueue: 0 } })],
  ["a closed client", async (w) => {
    const caller = w.with();
    await caller.client.close();
    return await caller.get(w.url("/echo"));
  }],
  ["an unknown authority", (w) => w.with().get(`${w.origin.https}/echo`)],
  [
    "a certificate of another name",
    (w) => w.with({ tls: { extraCa: w.origin.ca, serverName: "other.test" } }).get(`${w.origin.https}/echo`),
  ],
  [
    "a pin that does not fit",
    (w) => w.with({ tls: { extraCa: w.origin.ca, pins: [btoa("x".repeat(32))] } }).get(`${w.origin.https}/echo`),
  ],
  ["TLS to a port without TLS", (w) => w.with().get(`${w.origin.http.replace("http:", "https:")}/echo`)],
  ["no TLS to a port with TLS", (w) => w.with().get(`${w.origin.https.replace("https:", "http:")}/echo`)],
  ["a dead proxy", (w) => w.with({ proxy: secretProxy("http://127.0.0.1:1") }).get(w.url("/echo"))],
  ["a dead proxy for https", (w) => w.with({ proxy: secretProxy("http://127.0.0.1:1") }).get(`${w.origin.https}/echo`)],
  ["a proxy that refuses CONNECT", (w) => w.with({ proxy: secretProxy(w.origin.http) }).get(`${w.origin.https}/echo`)],
  [
    "an https proxy that is not trusted",
    (w) => w.with({ proxy: secretProxy(w.origin.tlsProxy) }).get(`${w.origin.https}/echo`),
  ],
  [
    "a SOCKS proxy that is none",
    (w) =>
      w.with({ proxy: secretProxy(w.origin.http.replace("http:", "socks5:")), timeout: { connect: 200 } })
        .get(w.url("/echo")),
  ],
  ["a dead SOCKS proxy", (w) => w.with({ proxy: secretProxy("socks5h://127.0.0.1:1") }).get(w.url("/echo"))],
];

/** Calls that fail at what the server does. */
export const SERVER: readonly Row[] = [
  ["a reset", (w) => w.with().get(w.url("/sequence", { id: w.id, statuses: "reset" }))],
  ["a reset of a POST", (w) => w.with().post(w.url("/sequence", { id: w.id, statuses: "reset" }))],
  ["a connection that ends", (w) => w.with().get(w.url("/sequence", { id: w.id, statuses: "close" }))],
  ["the head limit", (w) => w.with({ timeout: { head: 40 } }).get(w.url(`/delay/${HOUR}`))],
  ["the read limit", (w) => w.with({ timeout: { read: 40 } }).get(w.url("/stall"))],
  ["the total limit", (w) => w.with({ timeout: 40 }).post(w.url("/stall"))],
  ["the attempt limit", (w) => w.with({ timeout: { attempt: 40 } }).get(w.url("/stall"))],
  [
    "the write limit",
    (w) => w.with({ timeout: { write: 60 } }).post(w.url("/deaf"), { body: C.body.repeat(1_000_000) }),
  ],
  ["an abort", (w) => w.with().get(w.url("/stall"), { signal: AbortSignal.timeout(40) })],
  ["a body cut short", (w) => w.with().get(w.url("/raw", raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")))],
  [
    "a chunked body cut short",
    (w) => w.with().get(w.url("/raw", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"))),
  ],
  ["a head of bare LF", (w) => w.with().get(w.url("/raw", raw(`HTTP/1.1 200 OK\nSet-Cookie: a=${C.setCookie}\n\n`)))],
  [
    "a bad Set-Cookie line",
    (w) => w.with().get(w.url("/raw", raw(`HTTP/1.1 200 OK\r\nSet-Cookie : a=${C.setCookie}\r\n\r\n`))),
  ],
  [
    "a NUL in Set-Cookie",
    (w) => w.with().get(w.url("/raw", raw(`HTTP/1.1 200 OK\r\nSet-Cookie: a=${C.setCookie}\0\r\n\r\n`))),
  ],
  ["a head that is too large", (w) =>
    w.with({ limits: { head: 100 } }).get(
      w.url("/raw", raw(`HTTP/1.1 200 OK\r\nSet-Cookie: a=${C.setCookie.repeat(20)}\r\n\r\n`)),
    )],
  [
    "two lengths",
    (w) => w.with().get(w.url("/raw", raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"))),
  ],
  [
    "a bad chunk size",
    (w) => w.with().get(w.url("/raw", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"))),
  ],
  ["no HTTP at all", (w) => w.with().get(w.url("/raw", raw(`${C.setCookie} is not HTTP\r\n\r\n`)))],
  ["a body that is too large", (w) => w.with({ limits: { body: 10 } }).get(w.url("/bytes/1000"))],
  ["gzip cut short", (w) => w.with().get(w.url("/encoded/gzip", { body: "x".repeat(5_000), cut: 12 }))],
  ["gzip too deep", (w) => w.with().get(w.url("/encoded/gzip,gzip,gzip"))],
  ["gzip that explodes", (w) => w.with().get(w.url("/encoded/gzip", { zeros: 20_000_000 }))],
  ["JSON of an empty body", (w) => (w.with().get(w.url("/bytes/0")) as never as { json(): Promise<unknown> }).json()],
  [
    "JSON that is none",
    (w) => (w.with().get(w.url("/text", { body: "{'a" })) as never as { json(): Promise<unknown> }).json(),
  ],
  [
    "a schema that does not fit",
    (w) =>
      (w.with().get(w.url("/text", { body: '{"a":1}' })) as never as {
        json(schema: StandardSchema): Promise<unknown>;
      }).json(NEVER),
  ],
  [
    "a status that is raised",
    (w) => w.with({ raiseForStatus: true }).get(w.url("/raw", answer(404, SET_COOKIE))),
  ],
  ["Basic that is refused", (w) =>
    w.with({ raiseForStatus: true, headers: {}, auth: ["user", C.password] }).client.get(
      w.url("/status/401", { h: 'WWW-Authenticate: Basic realm="r"' }),
    )],
  [
    "Digest that is refused",
    (w) =>
      w.with({ raiseForStatus: true, headers: {}, auth: digest("user", C.password) }).client.get(
        w.url("/status/401", { h: 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"' }),
      ),
  ],
  [
    "retries that are used up",
    (w) => w.with({ raiseForStatus: true, retry: { max: 2, backoff: () => 1 } }).get(w.url("/status/503")),
  ],
  [
    "a wait that is too long",
    (w) => w.with({ raiseForStatus: true, retry: {} }).get(w.url("/status/503", { h: "Retry-After: 3600" })),
  ],
  ["an upload that is refused", (w) =>
    w.with({ raiseForStatus: true, expectContinue: true })
      .post(w.url("/echo", { expect: "refuse" }))],
  ["a body that fails on the way", (w) =>
    w.with().post(w.url("/echo"), {
      body: (function* (): Generator<string> {
        yield C.body;
        throw new Error("source failed");
      })(),
    })],
  [
    "a body that is shorter than promised",
    (w) => w.with().post(w.url("/echo"), { body: [C.body], headers: { "Content-Length": "1000" } }),
  ],
];

/** Redirects, cookies and the caller's own functions. */
export const POLICIES: readonly Row[] = [
  [
    "too many redirects",
    (w) => w.with({ redirect: { max: 1 } }).get(w.url("/raw", redirectTo(`/redirect?to=/echo&${SECRET_TARGET}`))),
  ],
  ["a redirect loop", (w) => w.with().client.get(w.url("/raw", redirectTo(`#${C.fragment}`)))],
  [
    "a redirect to another scheme",
    (w) => w.with().get(w.url("/raw", redirectTo(`ftp://${C.urlUser}:${C.urlPassword}@a.test/?${SECRET_TARGET}`))),
  ],
  [
    "a redirect that is malformed",
    (w) => w.with().get(w.url("/raw", redirectTo(`http://${C.urlUser}:${C.urlPassword}@[/?${SECRET_TARGET}`))),
  ],
  ["a downgrade", (w) => {
    const { base64 } = redirectTo(`${w.origin.http}/echo?${SECRET_TARGET}`) as { base64: string };
    return w.with({ tls: { extraCa: w.origin.ca } }).get(
      `${w.origin.https}/raw?base64=${encodeURIComponent(base64)}`,
    );
  }],
  ["a body that must not be sent on", (w) =>
    w.with().post(
      w.url("/raw", redirectTo(`${w.origin.http.replace("127.0.0.1", "localhost")}/echo?${SECRET_TARGET}`, 307)),
    )],
  [
    "a body that cannot be sent on",
    (w) =>
      w.with().post(w.url("/raw", redirectTo(`/echo?${SECRET_TARGET}`, 307)), {
        body: (function* (): Generator<string> {
          yield C.body;
        })(),
      }),
  ],
  [
    "a redirect to a dead port",
    (w) => w.with().get(w.url("/raw", redirectTo(`http://a:${C.urlPassword}@127.0.0.1:1/?${SECRET_TARGET}`))),
  ],
  [
    "a redirect policy that says no",
    (w) => w.with({ redirect: { policy: () => "error" } }).get(w.url("/raw", redirectTo(`/echo?${SECRET_TARGET}`))),
  ],
  [
    "a redirect policy that fails",
    (w) => w.with({ redirect: { policy: () => fail() } }).get(w.url("/raw", redirectTo(`/echo?${SECRET_TARGET}`))),
  ],
  ["a request hook that fails", (w) => w.with({ hooks: { request: [() => fail()] } }).get(w.url("/echo"))],
  [
    "a request hook of a wrong answer",
    (w) => w.with(options({ hooks: { request: [() => ({ token: C.queryToken })] } })).get(w.url("/echo")),
  ],
  [
    "a response hook that fails",
    (w) => w.with({ hooks: { response: [() => fail()] } }).get(w.url("/raw", answer(200, SET_COOKIE))),
  ],
  [
    "a retry hook that fails",
    (w) => w.with({ retry: { max: 1, backoff: () => 1 }, hooks: { retry: [() => fail()] } }).get(w.url("/status/503")),
  ],
  ["an error hook that fails", (w) => w.with({ hooks: { error: [() => fail()] } }).get("http://127.0.0.1:1/")],
  ["a layer that fails", (w) => {
    const caller = w.with();
    caller.client.use(() => fail());
    return caller.get(w.url("/echo"));
  }],
  ["a network layer that calls twice", (w) => {
    const caller = w.with();
    caller.client.use(async (request, next) => (await next(request), await next(request)), { level: "network" });
    return caller.get(w.url("/echo"));
  }],
  ["a jar that refuses and a status that is raised", (w) =>
    w.with({ cookies: true, raiseForStatus: true }).get(
      w.url("/raw", answer(404, `${SET_COOKIE}; Domain=other.test`)),
    )],
  [
    "user info with a name that is refused",
    (w) =>
      w.with({ headers: {}, raiseForStatus: true }).get(
        w.url("/status/401", { h: 'WWW-Authenticate: Basic realm="r"' }),
      ),
  ],
  [
    "a trailers function that fails",
    (w) => w.with().post(w.url("/echo"), { ...withBody, trailers: () => fail() }),
  ],
];

function fail(): never {
  throw new Error("mine");
}
