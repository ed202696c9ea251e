import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Socket, SocketSink } from "../../src/core/socket.ts";
import { RemoteProtocolError } from "../../src/errors.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import type { MemoryPlan } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";
import { bytesOf, engine, serving, textOf } from "./engine_kit.ts";

const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n";
const UPGRADE = { headers: { Connection: "upgrade", Upgrade: "echo" } };

function switching(...after: string[]): MemoryPlan {
  return {
    script: [{ until: "\r\n\r\n" }, { send: SWITCH + (after[0] ?? "") }, ...after.slice(1).map((send) => ({ send }))],
  };
}

function take(response: HttpResponse): Socket {
  return response.parts.takeOver!() as Socket;
}

/** A sink that writes down what it gets. */
function noting(log: string[]): SocketSink {
  const space = new Uint8Array(100);
  return {
    buffer: () => space,
    bytes: (view) => void log.push(textOf(view)),
    end: () => void log.push("end"),
    error: (error) => void log.push(error.name),
    drain: () => void log.push("drain"),
  };
}

test("A connection that switches protocols is handed over with the bytes behind the head", async (t) => {
  const e = engine(t, [switching("early", "later")]);
  const { response, events } = e.start(UPGRADE);
  const answer = await e.clock.until(response);
  assertEquals([answer.status, answer.live], [101, null]);
  const socket = take(answer);
  const log: string[] = [];
  socket.start(noting(log));
  await e.clock.tick();
  assertEquals(log.join("|"), "early|later");
  socket.write(bytesOf("ping"));
  assert(e.peer().receivedText.endsWith("\r\n\r\nping"));
  e.peer().fin();
  await e.clock.tick();
  assertEquals(log.at(-1), "end");
  assertEquals(events.slice(-3), ["head#1 status=101", "end#1 bytes=0", "attempt-end#1 outcome=ok status=101"]);
  socket.close();
  await e.assertQuiet(0);
});

test("A connection that was handed over keeps its place in the pool until it is closed", async (t) => {
  const e = engine(t, [switching(), serving()], { pool: { perRoute: 1 } });
  const { response } = e.start(UPGRADE);
  const socket = take(await e.clock.until(response));
  await e.clock.tick();
  const waiting = e.start();
  await e.clock.tick();
  assertEquals(e.pool, "Pool 1/256, 1 queued; http://a.test busy 1 idle 0 dialling 0 queued 1");
  socket.close();
  socket.close();
  assertEquals((await e.clock.until(waiting.response)).status, 200);
});

test("A connection that nobody takes over is closed with its call", async (t) => {
  const e = engine(t, [switching("early")]);
  const { response, call } = e.start(UPGRADE);
  const answer = await e.clock.until(response);
  await e.clock.tick();
  assert(!e.peer().closed);
  call.settle();
  assert(e.peer().closed);
  assertThrows(() => take(answer), TypeError, "it was taken or closed");
  await e.assertQuiet(0);
});

test("A connection is handed over once", async (t) => {
  const e = engine(t, [switching()]);
  const { response } = e.start(UPGRADE);
  const answer = await e.clock.until(response);
  const socket = take(answer);
  assertThrows(() => take(answer), TypeError);
  socket.close();
});

test("A connection that dies after it was handed over gives its place back", async (t) => {
  const e = engine(t, [switching()]);
  const { response } = e.start(UPGRADE);
  const socket = take(await e.clock.until(response));
  const log: string[] = [];
  socket.start(noting(log));
  e.peer().rst();
  await e.clock.tick();
  assertEquals([log, e.pool], [["SocketError"], "Pool 0/256, 0 queued"]);
});

test("CONNECT hands its tunnel over", async (t) => {
  const e = engine(t, [{
    script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" }],
  }]);
  const { response } = e.start({ method: "CONNECT", url: "http://a.test:8080/" });
  const answer = await e.clock.until(response);
  assertEquals(answer.live, null);
  const socket = take(answer);
  assertEquals(textOf(socket.detach()), "hello");
  assertEquals([socket.remoteAddress, socket.alpn, socket.tls], ["10.0.0.1:8080", undefined, undefined]);
  socket.close();
});

test("A tunnel can be secured, and still counts", async (t) => {
  const e = engine(t, [{ script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 200 OK\r\n\r\n" }] }]);
  const { response, call } = e.start({ method: "CONNECT" });
  const socket = take(await e.clock.until(response));
  const secured = await socket.startTls(
    { serverName: "in.test", ...call.settings.tls.settings, alpn: null },
    call.cancel,
  );
  assertEquals(e.peer().handshakes.length, 1);
  assertEquals(e.pool, "Pool 1/256, 0 queued; http://a.test busy 1 idle 0 dialling 0 queued 0");
  secured.close();
  await e.assertQuiet(0);
});

test("A tunnel with unread bytes is not secured", async (t) => {
  const e = engine(t, [{ script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 200 OK\r\n\r\nearly" }] }]);
  const { response, call } = e.start({ method: "CONNECT" });
  const socket = take(await e.clock.until(response));
  const tls = { serverName: "in.test", ...call.settings.tls.settings, alpn: null };
  await assertRejects(() => socket.startTls(tls, call.cancel), TypeError, "unread");
  await e.assertQuiet(0);
});

test("101 without being asked for fails", async (t) => {
  const e = engine(t, [switching()]);
  await assertRejects(() => e.clock.until(e.start().response), RemoteProtocolError, "the request offered no upgrade");
});

test("A refused upgrade is an ordinary answer", async (t) => {
  const e = engine(t, [serving()]);
  const { text, response } = await e.get(UPGRADE);
  assertEquals([text, response.parts.takeOver], ["hello", undefined]);
  await e.assertQuiet(1);
});
