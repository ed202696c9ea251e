import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectError, DNSError, LocalProtocolError, PoolError, TLSError } from "../../src/errors.ts";
import type { ConnectTarget } from "../../src/core/socket.ts";
import type { MemoryPlan } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";
import { answering, bytesBody, engine, ok } from "./engine_kit.ts";

test("SocketTransport.send() sends a request over a fresh connection and tells each step", async (t) => {
  const e = engine(t, [answering(ok())]);
  const { status, text, events, response } = await e.get({ url: "http://a.test:8080/path?q=1" });
  assertEquals([status, text], [200, "hello"]);
  assertEquals(e.peer().receivedText, "GET /path?q=1 HTTP/1.1\r\nHost: a.test:8080\r\n\r\n");
  assertEquals(events, [
    "attempt-start#1 cause=first",
    "dns-start#1 name=a.test",
    "dns-end#1 outcome=ok addresses=10.0.0.1",
    "connect-start#1 address=10.0.0.1:8080",
    "connect-end#1 address=10.0.0.1:8080 outcome=ok",
    "send-start#1 connection=1 reused=false",
    "send-end#1 outcome=ok bytes=45",
    "head#1 status=200",
    "chunk#1 bytes=5",
    "end#1 bytes=5",
    "attempt-end#1 outcome=ok status=200",
  ]);
  const { attempt } = response.parts;
  assertEquals([attempt.status, attempt.progress, attempt.error], [200, "answered", undefined]);
  assertEquals(attempt.connection, {
    id: 1,
    protocol: "http/1.1",
    reused: false,
    remoteAddress: "10.0.0.1:8080",
    localAddress: "127.0.0.1:49152",
    proxy: undefined,
    tls: undefined,
  });
  await e.assertQuiet(1);
});

test("SocketTransport.send() uses an idle connection again", async (t) => {
  const e = engine(t, [answering(ok("one"), ok("two"))]);
  await e.get();
  const { text, events, response } = await e.get();
  assertEquals(text, "two");
  assertEquals(events, [
    "attempt-start#1 cause=first",
    "send-start#1 connection=1 reused=true",
    "send-end#1 outcome=ok bytes=32",
    "head#1 status=200",
    "chunk#1 bytes=3",
    "end#1 bytes=3",
    "attempt-end#1 outcome=ok status=200",
  ]);
  assertEquals(response.parts.attempt.connection?.reused, true);
  assertEquals(e.pool, "Pool 1/256, 0 queued; http://a.test busy 0 idle 1 dialling 0 queued 0");
});

test("SocketTransport.send() reads the clock three times at most on a warm connection", async (t) => {
  const e = engine(t, [answering(ok("one"), ok("two"), ok("three"))]);
  await e.get({ settings: { listener: null } });
  e.clock.reads = 0;
  const { response } = e.start({ settings: { listener: null } });
  await e.clock.until(response);
  // The kit reads it once for `startedAt`, as a client does.
  assert(e.clock.reads <= 3, `it was read ${e.clock.reads} times`);
});

test("SocketTransport.send() sends head and small body in one write", async (t) => {
  const e = engine(t, [answering(ok())]);
  await e.get({ method: "POST", body: bytesBody("a=1"), headers: { "X-One": "1" } });
  assertEquals(e.peer().writes.length, 1);
  assertEquals(
    e.peer().receivedText,
    "POST / HTTP/1.1\r\nHost: a.test\r\nX-One: 1\r\nContent-Length: 3\r\n\r\na=1",
  );
});

test("SocketTransport.send() encodes the head of a repeated request once", async (t) => {
  const e = engine(t, [answering(ok(), ok())]);
  const request = e.request();
  await e.get({}, request);
  const { head, route } = request.wire;
  await e.get({}, request);
  assert(request.wire.head === head && request.wire.route === route);
  assertEquals(e.peer().receivedText, "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n".repeat(2));
});

test("SocketTransport.send() gives a response without a body where there is none", async (t) => {
  const e = engine(t, [answering(
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n",
  )]);
  for (const method of ["GET", "GET", "HEAD"]) {
    const { response, events } = await e.get({ method });
    assertEquals(response.live, null);
    assertEquals(events.slice(-2).map((line) => line.split("#")[0]), ["end", "attempt-end"]);
  }
  assertEquals(e.net.peers.length, 1);
});

test("SocketTransport.send() secures a connection for https and tells so", async (t) => {
  const e = engine(t, [{ ...answering(ok()), tls: { version: "TLSv1.3" } }]);
  const { events, response } = await e.get({ url: "https://a.test/" });
  assertEquals(events.slice(3, 7), [
    "connect-start#1 address=10.0.0.1:443",
    "connect-end#1 address=10.0.0.1:443 outcome=ok",
    "tls-start#1 name=a.test",
    "tls-end#1 name=a.test outcome=ok alpn=http/1.1",
  ]);
  assertEquals(e.peer().handshakes.map(({ serverName, alpn }) => [serverName, alpn]), [["a.test", ["http/1.1"]]]);
  assertEquals((response.parts.attempt.connection?.tls as { version: string }).version, "TLSv1.3");
});

test("SocketTransport.send() lets a connector resolve names that can, unless there is a dns option", async (t) => {
  const e = engine(t, [answering(ok())], { resolvesNames: true });
  const { events } = await e.get();
  assertEquals(e.net.targets.map((target) => target.kind === "tcp" && target.host), ["a.test"]);
  assertEquals([e.lookups, events[1]], [[], "connect-start#1 address=a.test:80"]);
  const own = engine(t, [answering(ok())], {
    resolvesNames: true,
    dns: { hosts: new Map([["a.test", ["10.9.9.9"]]]) },
  });
  await own.get();
  assertEquals(own.net.targets.map((target) => target.kind === "tcp" && target.host), ["10.9.9.9"]);
});

test("SocketTransport.send() asks nobody for an address", async (t) => {
  const e = engine(t, [answering(ok()), answering(ok())]);
  const { events } = await e.get({ url: "http://[::1]:81/" });
  assertEquals([e.lookups.length, events[1]], [0, "connect-start#1 address=[::1]:81"]);
  assert(e.peer().receivedText.includes("Host: [::1]:81\r\n"));
});

test("SocketTransport.send() connects to a unix socket when told to", async (t) => {
  const e = engine(t, [answering(ok())]);
  const { events } = await e.get({ settings: { unix: "/run/a.sock" } });
  assertEquals(e.net.targets[0], { kind: "unix", path: "/run/a.sock", tls: null, nestedTls: false });
  assertEquals([e.lookups.length, events[1]], [0, "connect-start#1 address=/run/a.sock"]);
});

test("SocketTransport.send() races the addresses of a name", async (t) => {
  const plan = (target: ConnectTarget): MemoryPlan =>
    target.kind === "tcp" && target.host === "::1" ? { connect: "hang" } : answering(ok());
  const e = engine(t, plan, { names: { "a.test": ["10.0.0.1", "::1"] } });
  const { events } = await e.get();
  assertEquals(events.slice(3, 8), [
    "connect-start#1 address=[::1]:80",
    "connect-start#1 address=10.0.0.1:80",
    "connect-end#1 address=10.0.0.1:80 outcome=ok",
    "connect-end#1 address=[::1]:80 outcome=aborted",
    "send-start#1 connection=1 reused=false",
  ]);
});

test("SocketTransport.send() fails with what kept it from connecting, and tells so", async (t) => {
  const e = engine(t, [{ connect: "refuse" }]);
  const { response, events, call } = e.start();
  const error = await assertRejects(() => e.clock.until(response), ConnectError);
  assertEquals([error.progress, error.systemCode], ["unsent", "ECONNREFUSED"]);
  assertEquals(events, [
    "attempt-start#1 cause=first",
    "dns-start#1 name=a.test",
    "dns-end#1 outcome=ok addresses=10.0.0.1",
    "connect-start#1 address=10.0.0.1:80",
    "connect-end#1 address=10.0.0.1:80 outcome=error",
    "attempt-end#1 outcome=error code=CONNECT_REFUSED",
  ]);
  assertEquals(call.attempts[0]!.error, error);
});

test("SocketTransport.send() fails when a name does not exist, and tells so", async (t) => {
  const e = engine(t, []);
  const { response, events } = e.start({ url: "http://nowhere.test/" });
  await assertRejects(() => e.clock.until(response), DNSError);
  assertEquals(events.slice(1), [
    "dns-start#1 name=nowhere.test",
    "dns-end#1 outcome=error addresses=",
    "attempt-end#1 outcome=error code=DNS_FAILED",
  ]);
});

test("SocketTransport.send() fails when TLS does, and closes the socket", async (t) => {
  const e = engine(t, [{ handshake: new TLSError("no trust") }]);
  const { response, events } = e.start({ url: "https://a.test/" });
  await assertRejects(() => e.clock.until(response), TLSError, "no trust");
  assertEquals(events.slice(-2), [
    "tls-end#1 name=a.test outcome=error",
    "attempt-end#1 outcome=error code=TLS_FAILED",
  ]);
  await e.assertQuiet(0);
});

test("SocketTransport.send() refuses a request that may not go out and keeps the connection", async (t) => {
  const e = engine(t, [answering(ok(), ok())]);
  await e.get();
  const { response, events } = e.start({ headers: { "Transfer-Encoding": "gzip" } });
  await assertRejects(() => e.clock.until(response), LocalProtocolError);
  assertEquals(events, ["attempt-start#1 cause=first", "attempt-end#1 outcome=error code=PROTOCOL_LOCAL"]);
  assertEquals((await e.get()).text, "hello");
  assertEquals(e.net.peers.length, 1);
});

test("SocketTransport measures the phases of an attempt", async (t) => {
  const e = engine(t, [{
    script: [{ until: "\r\n\r\n" }, { call: () => void e.clock.tickSync(30) }, { send: ok("ab").slice(0, -1) }],
  }]);
  const { response } = e.start();
  const { attempt, body } = (await e.clock.until(response)).parts;
  await e.clock.tick(20);
  e.peer().send("b");
  await body!.collect(10);
  assertEquals(attempt.timings, { queue: 0, dns: 0, connect: 0, tls: 0, send: 0, wait: 30, receive: 20, total: 50 });
});

test("SocketTransport.preconnect() opens connections that the next calls use", async (t) => {
  const e = engine(t, () => answering(ok()));
  const { call } = await e.get({ url: "http://b.test/" });
  e.transport.preconnect(e.request(), call, 3);
  await e.clock.tick();
  assertEquals(e.net.peers.length, 4);
  const { events } = await e.get();
  assert(!events.some((line) => line.startsWith("connect-start")));
});

test("SocketTransport.purge() closes the connections of an origin and forgets its addresses", async (t) => {
  const e = engine(t, () => answering(ok()));
  await e.get();
  await e.get({ url: "http://b.test/" });
  e.transport.purge("http://a.test");
  assertEquals(e.net.peers.map(({ closed }) => closed), [true, false]);
  assertEquals(e.loose, ["evict#0 connection=1 reason=purged"]);
  await e.get();
  assertEquals(e.lookups, ["a.test", "b.test", "a.test"]);
  e.transport.purge();
  assertEquals(e.net.open, 0);
});

test("SocketTransport.stats() counts per route", async (t) => {
  const e = engine(t, () => ({}), { pool: { perRoute: 1 } });
  const first = e.start();
  const second = e.start();
  await e.clock.tick();
  assertEquals(e.transport.stats(), [
    { origin: "http://a.test", route: "http://a.test", busy: 1, idle: 0, dialling: 0, queued: 1 },
  ]);
  second.cancel.abort();
  await assertRejects(() => second.response);
  e.peer().send(ok());
  await (await e.clock.until(first.response)).live!.collect(10);
});

test("SocketTransport.close() refuses new calls", async (t) => {
  const e = engine(t, () => answering(ok()));
  await e.get();
  await e.transport.close();
  const { response, events } = e.start();
  const error = await assertRejects(() => e.clock.until(response), PoolError);
  assertEquals([error.code, error.message], ["POOL_CLOSED", "Cannot connect to http://a.test: the client is closed"]);
  assertEquals(events.at(-1), "attempt-end#1 outcome=error code=POOL_CLOSED");
});
