import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  CertificateError,
  Client,
  ConnectError,
  DNSError,
  PinError,
  PoolError,
  RemoteProtocolError,
  TLSError,
  TransportError,
} from "../../mod.ts";
import { behaviour, option, urlOf } from "../support/behaviour.ts";
import { inspect } from "../support/inspect.ts";

/** What the server says of the request it saw. */
interface Echo {
  connection: number;
  encrypted: boolean;
  tls: { version: string; alpn: string; servername: string; client?: string };
  headers: Record<string, string>;
  target: string;
}

behaviour("a certificate that nobody vouches for is refused before a byte is sent", async ({ client, origin, id }) => {
  const error = await assertRejects(
    async () => await client({ retry: false }).get(urlOf(origin.https, "/echo", { id })),
    CertificateError,
  );
  assertEquals([error.code, error.phase, error.progress], ["CERTIFICATE_UNTRUSTED", "tls", "unsent"]);
  assert(error.hint!.length > 0);
  const seen = await client().get(urlOf(origin.http, "/seen", { id })).json() as unknown[];
  assertEquals(seen.length, 0);
});

option("tls.extraCa", "is trusted beside the trust store", async ({ client, origin }) => {
  const c = client({ tls: { extraCa: origin.ca } });
  const echo = await c.get(`${origin.https}/echo`).json() as Echo;
  assertEquals([echo.encrypted, echo.tls.servername], [true, "localhost"]);
  assertEquals((await c.get(`${origin.https}/echo`).json() as Echo).connection, echo.connection);
});

option("tls.ca", "replaces the trust store", async ({ client, origin }) => {
  assertEquals((await client({ tls: { ca: origin.ca } }).get(`${origin.https}/echo`)).status, 200);
  const other = await import("../support/certificates.ts").then(({ Authority }) => Authority.create("Other CA"));
  const error = await assertRejects(
    async () => await client({ tls: { ca: other.cert }, retry: false }).get(`${origin.https}/echo`),
    TLSError,
  );
  assertEquals(error.progress, "unsent");
});

option("tls.cert", "and key present a client certificate", async ({ client, origin }) => {
  const c = client({ tls: { ca: origin.ca, ...origin.client } });
  assertEquals((await c.get(`${origin.https}/echo`).json() as Echo).tls.client, "client.test");
});

option("tls.key", "has to come with its certificate", async ({ client, origin }) => {
  const c = client({ tls: { extraCa: origin.ca } });
  const tls = { ca: origin.ca, ...origin.client };
  assertEquals((await c.get(`${origin.https}/echo`, { tls }).json() as Echo).tls.client, "client.test");
  await assertRejects(async () => await c.get(`${origin.https}/echo`, { tls: { key: tls.key } }), TypeError, "no cert");
});

option("tls.serverName", "is sent and verified in place of the host", async ({ client, origin }) => {
  const byAddress = origin.https.replace("localhost", "127.0.0.1");
  const named = client({ tls: { extraCa: origin.ca, serverName: "localhost" } });
  assertEquals((await named.get(`${byAddress}/echo`).json() as Echo).tls.servername, "localhost");
  const wrong = client({ tls: { extraCa: origin.ca, serverName: "wrong.test" }, retry: false });
  const error = await assertRejects(async () => await wrong.get(`${origin.https}/echo`), CertificateError);
  assertEquals(error.code, "CERTIFICATE_NAME_MISMATCH");
});

option("tls.verify", "lets any server pass when it is false", async ({ client, origin }) => {
  assertEquals((await client({ tls: { verify: false } }).get(`${origin.https}/echo`)).status, 200);
  await assertRejects(async () => await client({ retry: false }).get(`${origin.https}/echo`), TLSError);
});

option("tls.pins", "needs one of the pinned keys on the chain", async ({ client, origin }) => {
  const backup = `${"A".repeat(43)}=`;
  const right = client({ tls: { extraCa: origin.ca, pins: [backup, origin.pin] } });
  assertEquals((await right.get(`${origin.https}/echo`)).status, 200);
  const wrong = client({ tls: { extraCa: origin.ca, pins: [backup] }, retry: false });
  const error = await assertRejects(async () => await wrong.get(`${origin.https}/echo`), PinError);
  assertEquals([error.code, error.progress], ["PIN_MISMATCH", "unsent"]);
});

option("tls.minVersion", "refuses older versions", async ({ client, origin }) => {
  const c = client({ tls: { extraCa: origin.ca, minVersion: "1.3" } });
  assertEquals((await c.get(`${origin.https}/echo`).json() as Echo).tls.version, "TLSv1.3");
});

option("tls.maxVersion", "offers no newer version", async ({ client, origin }) => {
  const c = client({ tls: { extraCa: origin.ca, maxVersion: "1.2" } });
  assertEquals((await c.get(`${origin.https}/echo`).json() as Echo).tls.version, "TLSv1.2");
});

option("tls.alpn", "is what is offered", async ({ client, origin }) => {
  const c = client({ tls: { extraCa: origin.ca, alpn: ["http/1.1"] } });
  assertEquals((await c.get(`${origin.https}/echo`).json() as Echo).tls.alpn, "http/1.1");
  await assertRejects(async () => await c.get(`${origin.https}/echo`, { tls: { alpn: ["h2"] } }), TypeError);
});

behaviour("requests with different TLS never share a connection", async ({ client, origin }) => {
  const c = client({ tls: { extraCa: origin.ca } });
  const connections = new Set<number>();
  for (
    const tls of [{ extraCa: origin.ca }, { ca: origin.ca }, { verify: false }, { ca: origin.ca, ...origin.client }]
  ) {
    connections.add((await c.get(`${origin.https}/echo`, { tls }).json() as Echo).connection);
  }
  assertEquals(connections.size, 4);
});

option("pool.max", "bounds connections in all", async ({ client, url }) => {
  const c = client({ pool: { max: 2 } });
  const echoes = await Promise.all(Array.from({ length: 8 }, () => c.get(url("/delay/20"))));
  assertEquals(new Set(echoes.map(({ connection }) => connection!.id)).size, 2);
});

option("pool.perRoute", "bounds connections per route", async ({ client, url }) => {
  const c = client({ pool: { perRoute: 3 } });
  const echoes = await Promise.all(Array.from({ length: 9 }, () => c.get(url("/delay/20"))));
  assertEquals(new Set(echoes.map(({ connection }) => connection!.id)).size, 3);
});

option("pool.idlePerRoute", "bounds what is kept open", async ({ client, url }) => {
  const c = client({ pool: { idlePerRoute: 1 } });
  await Promise.all(Array.from({ length: 4 }, () => c.get(url("/delay/20"))));
  // What is too much goes when no further burst of calls has used it.
  await client().get(url("/delay/1500"));
  assertEquals(c.stats().idle, 1);
});

option("pool.idleTimeout", "closes what nobody uses", async ({ client, url }) => {
  const c = client({ pool: { idleTimeout: 50 } });
  const first = await c.get(url("/echo"));
  await client().get(url("/delay/400"));
  const second = await c.get(url("/echo"));
  assertNotEquals(first.connection!.id, second.connection!.id);
});

option("pool.maxAge", "retires old connections", async ({ client, url }) => {
  const c = client({ pool: { maxAge: 50 } });
  const first = await c.get(url("/echo"));
  await client().get(url("/delay/120"));
  assertNotEquals((await c.get(url("/echo"))).connection!.id, first.connection!.id);
});

option("pool.maxQueue", "refuses at once when the queue is full", async ({ client, url }) => {
  const c = client({ pool: { max: 1, maxQueue: 1 }, retry: false });
  const results = await Promise.all(Array.from({ length: 4 }, () => c.result.get(url("/delay/30"))));
  const refused = results.filter((result) => !result.ok);
  assertEquals(refused.length, 2);
  for (const result of refused) {
    assert(!result.ok && result.error instanceof PoolError && result.error.code === "POOL_QUEUE_FULL", String(result));
  }
});

option("pool.connectDelay", "spaces attempts to several addresses", async ({ client, origin }) => {
  // The first address refuses: the second is tried at once, whatever the delay.
  const port = new URL(origin.http).port;
  const c = client({
    pool: { connectDelay: 30 },
    dns: { hosts: { "two.test": ["127.0.0.77", "127.0.0.1"] }, order: "verbatim" },
  });
  const response = await c.get(`http://two.test:${port}/echo`);
  assertEquals([response.status, response.connection!.remoteAddress], [200, `127.0.0.1:${port}`]);
});

option("dns.hosts", "gives addresses before anything else", async ({ client, origin }) => {
  const port = new URL(origin.http).port;
  const c = client({ dns: { hosts: { "only.test": "127.0.0.1" } } });
  const echo = await c.get(`http://only.test:${port}/echo`).json() as Echo;
  assertEquals(echo.headers["host"], `only.test:${port}`);
});

behaviour("a name that does not exist is a DNSError", async ({ client }) => {
  const error = await assertRejects(
    async () => await client({ retry: false }).get("http://nowhere.invalid/"),
    DNSError,
  );
  assertEquals([error.progress, error.host], ["unsent", "nowhere.invalid"]);
});

const head = (fields: string): string => `HTTP/1.1 200 OK\r\n${fields}\r\n`;
const OVER_LIMIT: readonly [name: string, limits: object, fine: string, over: string][] = [
  ["head", { head: 200 }, head("Content-Length: 0\r\n"), head(`Content-Length: 0\r\nX: ${"x".repeat(200)}\r\n`)],
  [
    "fields",
    { fields: 3 },
    head("Content-Length: 0\r\nA: 1\r\n"),
    head("Content-Length: 0\r\nA: 1\r\nB: 1\r\nC: 1\r\n"),
  ],
  [
    "informational",
    { informational: 1 },
    `HTTP/1.1 103 Early Hints\r\n\r\n${head("Content-Length: 0\r\n")}`,
    `HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${head("Content-Length: 0\r\n")}`,
  ],
  [
    "chunkExtensions",
    { chunkExtensions: 10 },
    `${head("Transfer-Encoding: chunked\r\n")}0;a=b\r\n\r\n`,
    `${head("Transfer-Encoding: chunked\r\n")}0;a=${"b".repeat(20)}\r\n\r\n`,
  ],
  [
    "trailers",
    { trailers: 30 },
    `${head("Transfer-Encoding: chunked\r\n")}0\r\nA: 1\r\n\r\n`,
    `${head("Transfer-Encoding: chunked\r\n")}0\r\nA: ${"1".repeat(40)}\r\n\r\n`,
  ],
];

for (const [name, limits, fine, over] of OVER_LIMIT) {
  option(`limits.${name}`, "is the most that a response may take", async ({ client, url }) => {
    const c = client({ limits, retry: false });
    const raw = (bytes: string): string => url("/raw", { base64: btoa(bytes) });
    assertEquals((await c.get(raw(fine))).status, 200);
    await assertRejects(async () => await c.get(raw(over)), RemoteProtocolError);
    assertEquals((await client({ retry: false }).get(raw(over))).status, 200);
  });
}

option("limits.drain", "is what is read of a body that nobody wants", async ({ client, url }) => {
  const reuse = async (drain: number): Promise<boolean> => {
    const c = client({ limits: { drain } });
    await (await c.stream("GET", url("/bytes/3000000"))).discard();
    return c.stats().idle === 1;
  };
  assertEquals([await reuse(10), await reuse(10_000_000)], [false, true]);
});

behaviour("preconnect() opens connections before the first call", async ({ client, url }) => {
  const c = client();
  c.preconnect(url("/"), 3);
  for (let turn = 0; turn < 100 && c.stats().idle < 3; turn++) await client().get(url("/delay/5"));
  assertEquals(c.stats().idle, 3);
  assertEquals((await c.get(url("/echo"))).connection!.reused, false);
  assertEquals(c.stats().idle, 3);
});

behaviour("purge() drops the connections of an origin", async ({ client, url, origin }) => {
  const c = client();
  await c.get(url("/echo"));
  c.purge("http://other.test");
  assertEquals(c.stats().idle, 1);
  c.purge(origin.http);
  assertEquals(c.stats().idle, 0);
});

behaviour("close({ deadline }) lets calls under way end and refuses new ones", async ({ client, url }) => {
  const c = client();
  const pending = c.get(url("/delay/150"));
  await client().get(url("/delay/30"));
  const closing = c.close({ deadline: 5_000 });
  await assertRejects(async () => await c.get(url("/echo")), PoolError);
  assertEquals((await pending).status, 200);
  await closing;
  assertEquals(c.stats().idle, 0);
});

behaviour("close() cuts calls under way", async ({ client, url }) => {
  const c = client({ retry: false });
  const pending = c.result.get(url("/delay/5000"));
  await client().get(url("/delay/30"));
  await c.close();
  const result = await pending;
  assert(
    !result.ok && (result.error as { code?: string }).code === "CLIENT_CLOSED",
    String(!result.ok && result.error),
  );
});

behaviour("close() ends a call that waits for its next attempt", async ({ client, url }) => {
  const c = client({ retry: { backoff: () => 60_000 } });
  const pending = c.result.get(url("/status/503"));
  await client().get(url("/delay/50"));
  await c.close();
  assert(!(await pending).ok);
});

behaviour("a refused connection is an error of its kind", async ({ client }) => {
  await assertRejects(async () => await client({ retry: false }).get("http://127.0.0.1:1/"), ConnectError);
});

behaviour("a connection that is reset or closed is an error of its kind", async ({ client, url, id }) => {
  const c = client({ retry: false });
  for (const how of ["reset", "close"]) {
    const error = await assertRejects(
      async () => await c.get(url("/sequence", { id: id + how, statuses: how })),
      TransportError,
    );
    assertEquals([how, error.progress, error.retryable], [how, "sent", true]);
  }
});

behaviour("a client may be used with using and prints nothing secret", async ({ url }) => {
  await using c = new Client({ baseUrl: "http://user:hunter2@host.test/", auth: ["u", "hunter2"] });
  assertEquals(inspect(c).includes("hunter2"), false);
  await assertRejects(async () => await c.get(url("/echo")), TypeError);
  await assertRejects(async () => await c.get("/", { timeout: 0 }), RangeError);
});
