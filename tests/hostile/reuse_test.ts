/**
 * Owns the attacks on what calls share: connections (S7) and places in the pool (S38).
 * Must not know how the pool decides.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AbortError,
  Client,
  type ClientOptions,
  PoolError,
  type RequestOptions,
  TimeoutError,
  type TlsOptions,
} from "../../mod.ts";
import { Authority, type Issued } from "../support/certificates.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type RawConnection, type RawServer, rawServer, type RawServerOptions } from "../support/raw_server.ts";
import { test, type TestContext } from "../support/suite.ts";
import { temporaryPath } from "../support/temporary.ts";

const HEAD = "\r\n\r\n";

/** Answers every request with 200 and the number of its connection. */
async function numbered(connection: RawConnection, number: number): Promise<void> {
  for (;;) {
    const head = await connection.until(HEAD);
    if (head.startsWith("CONNECT ")) {
      await connection.write("HTTP/1.1 200 OK\r\n\r\n");
      continue;
    }
    const text = `${number}`;
    await connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
  }
}

async function serve(t: TestContext, options?: RawServerOptions): Promise<RawServer> {
  let count = 0;
  const server = await rawServer((connection) => numbered(connection, ++count), options);
  t.after(() => server.close());
  return server;
}

function client(t: TestContext, options: ClientOptions = {}): Client {
  const made = new Client({ retry: false, trustEnv: false, ...options });
  t.after(() => made.close());
  return made;
}

/** One way to a server; `label` names what sets it apart. */
interface Way {
  readonly label: string;
  readonly url: string;
  readonly options: RequestOptions;
}

/** Asks by each way in turn, twice, and tells how many connections the servers saw for how many ways. */
async function assertApart(made: Client, ways: readonly Way[], servers: readonly RawServer[]): Promise<void> {
  const ports = new Map<string, string>();
  const used: (string | undefined)[] = [];
  for (let round = 0; round < 2; round++) {
    for (const { label, url, options } of ways) {
      const response = await made.get(url, options);
      assertEquals(response.status, 200, label);
      const id = `${response.connection!.id}`;
      if (round === 0) {
        const other = ports.get(id);
        assertEquals(other, undefined, `"${label}" went over the connection of "${other}"`);
        ports.set(id, label);
        used.push(id);
      } else assertEquals(ports.get(id), label, `"${label}" did not find its own connection again`);
    }
  }
  assertEquals(new Set(used).size, ways.length);
  assert(servers.reduce((sum, { connections }) => sum + connections.length, 0) >= ways.length);
}

test("S7: requests over TCP share no connection when anything about the way differs", async (t) => {
  watchLeaks(t);
  const path = temporaryPath("sock");
  const [a, b, proxy, unix] = [await serve(t), await serve(t), await serve(t), await serve(t, { unix: path })];
  const made = client(t, { dns: { hosts: { "a.test": "127.0.0.1", "b.test": "127.0.0.1" } } });
  const url = `http://127.0.0.1:${a.port}/`;
  const by = (label: string, options: RequestOptions, to = url): Way => ({ label, url: to, options });
  await assertApart(made, [
    by("plain", {}),
    by("another port", {}, `http://127.0.0.1:${b.port}/`),
    by("a name", {}, `http://a.test:${a.port}/`),
    by("another name of the same address", {}, `http://b.test:${a.port}/`),
    by("a unix socket", { unix: path }),
    by("an address of this machine", { localAddress: "127.0.0.1" }),
    by("another address of this machine", { localAddress: "127.0.0.2" }),
    by("a proxy", { proxy: `http://127.0.0.1:${proxy.port}` }),
    by("the proxy with a login", { proxy: `http://user:one@127.0.0.1:${proxy.port}` }),
    by("the proxy with another password", { proxy: `http://user:two@127.0.0.1:${proxy.port}` }),
    by("the proxy with a field", { proxy: { url: `http://127.0.0.1:${proxy.port}`, headers: { "X-A": "1" } } }),
  ], [a, b, proxy, unix]);
});

interface TlsWorld {
  readonly authority: Authority;
  readonly server: Issued;
  readonly first: Issued;
  readonly second: Issued;
}

let made: Promise<TlsWorld> | undefined;

async function makeTls(): Promise<TlsWorld> {
  const authority = await Authority.create("Reuse CA");
  return {
    authority,
    server: await authority.issue({ names: ["localhost", "127.0.0.1", "other.test"] }),
    first: await authority.issue({ names: ["ana.test"], subject: "ana", purpose: "client" }),
    second: await authority.issue({ names: ["eve.test"], subject: "eve", purpose: "client" }),
  };
}

test("S7: requests over TLS share no connection when anything about trust or identity differs", async (t) => {
  watchLeaks(t);
  const { authority, server, first, second } = await (made ??= makeTls());
  const peer = await serve(t, { tls: { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: false } });
  const stranger = await Authority.create("Stranger");
  const ca = authority.cert;
  const url = `https://localhost:${peer.port}/`;
  const by = (label: string, tls: TlsOptions): Way => ({ label, url, options: { tls } });
  await assertApart(client(t), [
    by("verified by ca", { ca }),
    by("verified by extraCa", { extraCa: ca }),
    by("one more authority", { ca: [ca, stranger.cert] }),
    by("not verified", { verify: false }),
    by("not verified, with an authority", { ca, verify: false }),
    by("another server name", { ca, serverName: "other.test" }),
    by("a pin", { ca, pins: [server.pin] }),
    by("a pin more", { ca, pins: [server.pin, authority.pin] }),
    by("a client certificate", { ca, cert: first.cert, key: first.key }),
    by("another client certificate", { ca, cert: second.cert, key: second.key }),
    by("only TLS 1.3", { ca, minVersion: "1.3" }),
    by("at most TLS 1.2", { ca, maxVersion: "1.2" }),
  ], [peer]);
  const names = peer.connections.map(({ clientName }) => clientName).filter((name) => name !== undefined);
  assertEquals(names.sort(), ["ana", "eve"]);
});

test("S7: what does not concern the way does not part connections", async (t) => {
  watchLeaks(t);
  const server = await serve(t);
  const shared = client(t, { auth: ["user", "one"] });
  const url = `http://127.0.0.1:${server.port}/`;
  const rows: RequestOptions[] = [{}, { headers: { "X-A": "1" } }, { auth: ["user", "two"] }, {
    tls: { verify: false },
  }];
  for (const options of rows) assertEquals((await shared.get(url, options)).text(), "1");
  assertEquals((await client(t).get(url)).text(), "2", "another client has connections of its own");
});

test("S7: a connection over which a client was verified does not serve a call that trusts less, nor the other way round", async (t) => {
  watchLeaks(t);
  const { authority, server } = await (made ??= makeTls());
  const peer = await serve(t, { tls: server });
  const one = client(t);
  const url = `https://localhost:${peer.port}/`;
  assertEquals((await one.get(url, { tls: { verify: false } })).status, 200);
  // The open connection would do, and must not be taken.
  await assertRejects(async () => await one.get(url));
  await assertRejects(async () => await one.get(url, { tls: { ca: authority.cert, serverName: "evil.test" } }));
  await assertRejects(async () =>
    await one.get(url, {
      tls: {
        ca: authority.cert,
        pins: [authority.pin, server.pin].map((pin) => pin.replace(/^./, pin[0] === "A" ? "B" : "A")),
      },
    })
  );
  assertEquals((await one.get(url, { tls: { ca: authority.cert } })).status, 200);
});

// S38

/** A server that takes requests and never answers. */
async function silent(t: TestContext): Promise<RawServer> {
  const server = await rawServer();
  t.after(() => server.close());
  return server;
}

test("S38: the queue is bounded: one call more fails at once and sends nothing", async (t) => {
  watchLeaks(t);
  const server = await silent(t);
  const narrow = client(t, { pool: { max: 2, maxQueue: 3 } });
  const stop = new AbortController();
  const url = `http://127.0.0.1:${server.port}/`;
  const held = Array.from({ length: 5 }, async () => await narrow.get(url, { signal: stop.signal }));
  const outcomes = Promise.allSettled(held);
  for (let turn = 0; turn < 50; turn++) {
    const error = await assertRejects(async () => await narrow.get(url), PoolError) as PoolError;
    assertEquals([error.phase, error.progress], ["pool", "unsent"]);
  }
  const { queued, busy, dialling } = narrow.stats();
  assertEquals([queued, busy + dialling], [3, 2]);
  stop.abort();
  for (const outcome of await outcomes) assert(outcome.status === "rejected" && outcome.reason instanceof AbortError);
  assert(server.connections.length <= 2);
});

test("S38: one origin that never answers leaves room for the others", async (t) => {
  watchLeaks(t);
  const [dead, alive] = [await silent(t), await serve(t)];
  const shared = client(t, { pool: { max: 8, perRoute: 4 } });
  const stop = new AbortController();
  const held = Promise.allSettled(
    Array.from(
      { length: 200 },
      async () => await shared.get(`http://127.0.0.1:${dead.port}/`, { signal: stop.signal }),
    ),
  );
  for (let turn = 0; turn < 5; turn++) {
    assertEquals((await shared.get(`http://127.0.0.1:${alive.port}/`, { timeout: 5_000 })).status, 200);
  }
  stop.abort();
  await held;
  assert(dead.connections.length <= 4, `${dead.connections.length} connections`);
});

test("S38: idle connections to very many origins do not add up", async (t) => {
  watchLeaks(t);
  const server = await serve(t);
  const hosts = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`h${at}.test`, "127.0.0.1"]));
  const capped = client(t, { pool: { max: 10 }, dns: { hosts } });
  for (const host of Object.keys(hosts)) {
    assertEquals((await capped.get(`http://${host}:${server.port}/`)).status, 200);
    const { idle, busy } = capped.stats();
    assert(idle + busy <= 10, `${idle} idle, ${busy} busy`);
  }
});

test("S38: a storm of cancelled calls leaves no place taken", async (t) => {
  watchLeaks(t);
  const [dead, alive] = [await silent(t), await serve(t)];
  const shared = client(t, { pool: { max: 4, maxQueue: 10_000 } });
  const url = `http://127.0.0.1:${dead.port}/`;
  for (let wave = 0; wave < 5; wave++) {
    const stops: AbortController[] = [];
    const calls = Array.from({ length: 200 }, async (_, at) => {
      const stop = stops[at] = new AbortController();
      return await shared.get(url, { signal: stop.signal });
    });
    const outcomes = Promise.allSettled(calls);
    // Some before anything was done, some while they wait, some on the wire.
    for (let at = 0; at < 200; at += 3) stops[at]!.abort();
    await new Promise((resolve) => setTimeout(resolve, 2 * wave));
    for (const stop of stops.reverse()) stop.abort();
    for (const outcome of await outcomes) assertEquals(outcome.status, "rejected");
    const { calls: left, queued, busy } = shared.stats();
    assertEquals([left, queued, busy], [0, 0, 0]);
  }
  const all = await Promise.all(
    Array.from({ length: 20 }, () => shared.get(`http://127.0.0.1:${alive.port}/`, { timeout: 5_000 })),
  );
  assertEquals(all.map(({ status }) => status), Array(20).fill(200));
});

test("S38: whoever waits for a place waits no longer than its limit", async (t) => {
  watchLeaks(t);
  const server = await silent(t);
  const narrow = client(t, { pool: { max: 1 }, timeout: { pool: 60 } });
  const stop = new AbortController();
  const url = `http://127.0.0.1:${server.port}/`;
  const holder = Promise.allSettled([(async () => await narrow.get(url, { signal: stop.signal }))()]);
  await server.next();
  const waiting = Array.from({ length: 20 }, async () => await narrow.get(url));
  for (const outcome of await Promise.allSettled(waiting)) {
    assert(outcome.status === "rejected" && outcome.reason instanceof TimeoutError, `${outcome.status}`);
    assertEquals(outcome.reason.phase, "pool");
  }
  stop.abort();
  await holder;
});
