import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectError, SocketError } from "../../src/errors.ts";
import type { MemoryPlan, MemoryStep } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";
import { answering, bytesBody, engine, ok, partsBody, type Sent, serving } from "./engine_kit.ts";

/** A far side that answers once, gets another request, and dies in some way. */
function dying(...steps: MemoryStep[]): MemoryPlan {
  return { script: [{ until: "\r\n\r\n" }, { send: ok("one") }, { until: "\r\n\r\n" }, ...steps] };
}

const DEATHS: readonly (readonly [name: string, plan: MemoryPlan])[] = [
  ["ends", dying({ fin: true })],
  ["is reset", dying({ rst: true })],
];

for (const [name, plan] of DEATHS) {
  test(`A request whose reused connection ${name} unanswered goes out once more, on a fresh one`, async (t) => {
    const e = engine(t, [plan, serving(ok("two"))]);
    await e.get();
    const { text, events, call } = await e.get();
    assertEquals([text, e.net.peers.length], ["two", 2]);
    assertEquals(call.attempts.map(({ cause, error }) => [cause, error?.code !== undefined]), [["first", true], [
      "resend",
      false,
    ]]);
    assertEquals(events, [
      "attempt-start#1 cause=first",
      "send-start#1 connection=1 reused=true",
      "send-end#1 outcome=ok bytes=32",
      `evict#1 connection=1 reason=${name === "ends" ? "peer-closed" : "lost"}`,
      "resend#1 connection=1",
      `attempt-end#1 outcome=error code=${name === "ends" ? "CONNECTION_CLOSED" : "SOCKET_RESET"}`,
      "attempt-start#2 cause=resend",
      "dns-start#2 name=a.test",
      "dns-end#2 outcome=ok addresses=10.0.0.1",
      "connect-start#2 address=10.0.0.1:80",
      "connect-end#2 address=10.0.0.1:80 outcome=ok",
      "send-start#2 connection=2 reused=false",
      "send-end#2 outcome=ok bytes=32",
      "head#2 status=200",
      "chunk#2 bytes=3",
      "end#2 bytes=3",
      "attempt-end#2 outcome=ok status=200",
    ]);
    assertEquals(e.pool, "Pool 1/256, 0 queued; http://a.test busy 0 idle 1 dialling 0 queued 0");
  });
}

test("A request is sent again on a fresh connection, not on another idle one", async (t) => {
  const e = engine(t, [dying({ fin: true }), dying({ fin: true }), serving(ok("fresh"))]);
  const both = [e.start(), e.start()];
  for (const { response } of both) await (await e.clock.until(response)).live!.collect(10);
  assertEquals(e.net.peers.length, 2);
  const { text } = await e.get();
  assertEquals([text, e.net.peers.length], ["fresh", 3]);
});

interface Row {
  readonly name: string;
  readonly sent: Sent;
  readonly again: boolean;
}

const ROWS: readonly Row[] = [
  { name: "GET", sent: {}, again: true },
  { name: "PUT with bytes", sent: { method: "PUT", body: bytesBody("abc") }, again: true },
  { name: "DELETE", sent: { method: "DELETE" }, again: true },
  { name: "PUT with a stream", sent: { method: "PUT", body: partsBody(["abc"]) }, again: false },
  { name: "POST", sent: { method: "POST" }, again: false },
  { name: "POST with bytes", sent: { method: "POST", body: bytesBody("abc") }, again: false },
  { name: "PATCH", sent: { method: "PATCH", body: bytesBody("abc") }, again: false },
  { name: "CONNECT", sent: { method: "CONNECT" }, again: false },
];

for (const { name, sent, again } of ROWS) {
  test(`${name} is ${again ? "" : "not "}sent again when its connection dies unanswered`, async (t) => {
    const e = engine(t, [dying({ fin: true }), serving(ok("two"))]);
    await e.get();
    const { response, call } = e.start(sent);
    if (again) assertEquals((await e.clock.until(response)).status, 200);
    else {
      const error = await assertRejects(() => e.clock.until(response), SocketError);
      assertEquals([error.progress, error.retryable], ["sent", true]);
    }
    assertEquals([call.attempts.length, e.net.peers.length], again ? [2, 2] : [1, 1]);
    (await response.catch(() => undefined))?.live?.cancel();
  });
}

test("A request on a fresh connection is not sent again", async (t) => {
  const e = engine(t, [{ script: [{ until: "\r\n\r\n" }, { fin: true }] }, serving()]);
  const { response, events } = e.start();
  await assertRejects(() => e.clock.until(response), SocketError);
  assert(!events.some((line) => line.startsWith("resend")));
  assertEquals(e.net.peers.length, 1);
});

test("A request is sent again once, not twice", async (t) => {
  const e = engine(t, [dying({ fin: true }), { script: [{ until: "\r\n\r\n" }, { fin: true }] }, serving()]);
  await e.get();
  const { response, call } = e.start();
  await assertRejects(() => e.clock.until(response), SocketError);
  assertEquals([call.attempts.length, e.net.peers.length], [2, 2]);
});

test("A request is not sent again when a byte of an answer has come", async (t) => {
  const e = engine(t, [dying({ send: "H" }, { fin: true }), serving()]);
  await e.get();
  const { response } = e.start();
  const error = await assertRejects(() => e.clock.until(response), SocketError);
  assertEquals([error.progress, e.net.peers.length], ["answered", 1]);
});

test("A request is not sent again when a 1xx has come", async (t) => {
  const e = engine(t, [dying({ send: "HTTP/1.1 103 Early Hints\r\n\r\n" }, { rst: true }), serving()]);
  await e.get();
  await assertRejects(() => e.clock.until(e.start().response), SocketError);
  assertEquals(e.net.peers.length, 1);
});

test("A request is not sent again when its limit fired or its call was cancelled", async (t) => {
  const e = engine(t, [serving(), answering(ok()), serving()]);
  await e.get();
  const { response, cancel, call } = e.start();
  cancel.abort();
  await assertRejects(() => response);
  assertEquals(call.attempts.length, 1);
  const silent = engine(t, [answering(ok()), serving()]);
  await silent.get();
  const limited = silent.start({ settings: { timeout: { head: 100 } } });
  await assertRejects(() => silent.clock.until(limited.response));
  assertEquals(limited.call.attempts.length, 1);
});

test("A request that cannot be sent again fails with what kept it from that", async (t) => {
  const e = engine(t, [dying({ fin: true }), { connect: "refuse" }]);
  await e.get();
  const { response, call } = e.start();
  const error = await assertRejects(() => e.clock.until(response), ConnectError);
  assertEquals([error.systemCode, call.attempts.length], ["ECONNREFUSED", 2]);
  await e.assertQuiet(0);
});

test("A resend keeps the limits of the pool", async (t) => {
  const e = engine(t, [dying({ fin: true }), serving(ok("two")), serving(ok("three"))], { pool: { max: 1 } });
  await e.get();
  const first = e.start();
  const second = e.start({ url: "http://b.test/" });
  const texts = [];
  for (const { response } of [first, second]) {
    texts.push(String.fromCharCode(...await (await e.clock.until(response)).live!.collect(10)));
  }
  assertEquals(texts, ["two", "three"]);
  assertEquals(e.net.open, 1);
});

test("A call that is cancelled while it is sent again leaves nothing behind", async (t) => {
  const e = engine(t, [dying({ fin: true }), { connect: "hang" }]);
  await e.get();
  const { response, cancel, events } = e.start();
  response.catch(() => {});
  await e.clock.tick();
  cancel.abort();
  await assertRejects(() => response);
  assertEquals(events.at(-1), "attempt-end#2 outcome=aborted code=ABORTED");
  await e.assertQuiet(0);
});
