import { assert, assertEquals, assertRejects } from "@std/assert";
import { RemoteProtocolError, TimeoutError, type TimeoutPhase } from "../../src/errors.ts";
import type { MemoryPlan } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";
import { answering, bytesBody, engine, type EngineChange, ok, type Sent, textOf } from "./engine_kit.ts";

interface Row {
  readonly phase: TimeoutPhase;
  readonly name: string;
  readonly plan: MemoryPlan;
  readonly change?: EngineChange;
  readonly sent?: Sent;
  readonly progress: string;
}

const ROWS: readonly Row[] = [
  { phase: "connect", name: "the connection hangs", plan: { connect: "hang" }, progress: "unsent" },
  {
    phase: "connect",
    name: "the look-up hangs",
    plan: {},
    change: { names: { "a.test": [] } },
    progress: "unsent",
  },
  {
    phase: "connect",
    name: "the handshake hangs",
    plan: { handshake: "hang" },
    sent: { url: "https://a.test/" },
    progress: "unsent",
  },
  { phase: "head", name: "no answer comes", plan: {}, progress: "sent" },
  {
    phase: "head",
    name: "half a head comes",
    plan: { script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 200" }] },
    progress: "answered",
  },
  {
    phase: "write",
    name: "the server does not read a large body",
    plan: { window: 1_000, hangWrites: true },
    sent: { method: "PUT", body: bytesBody(new Uint8Array(500_000)) },
    progress: "sent",
  },
  {
    phase: "write",
    name: "the server does not even read the head",
    plan: { window: 1, hangWrites: true },
    progress: "sent",
  },
];

for (const { phase, name, plan, change, sent, progress } of ROWS) {
  test(`timeout.${phase} fires when ${name}`, async (t) => {
    const e = engine(t, [plan], change);
    const { response, call } = e.start({ ...sent, settings: { timeout: { [phase]: 700 } } });
    let failed = false;
    response.catch(() => failed = true);
    await e.clock.tick(699);
    assert(!failed, "it fired too early");
    await e.clock.tick(1);
    const error = await assertRejects(() => response, TimeoutError);
    assertEquals([error.phase, error.limit, error.progress], [phase, 700, progress]);
    assertEquals(call.attempts[0]!.error, error);
    await e.assertQuiet(0);
  });
}

test("timeout.read fires when the body stalls, and counts from its last byte", async (t) => {
  const e = engine(t, [{ script: [{ until: "\r\n\r\n" }, { send: ok("abcdef").slice(0, -4) }] }]);
  const { response } = e.start({ settings: { timeout: { read: 700 } } });
  const body = (await e.clock.until(response)).live!;
  const whole = body.collect(100) as Promise<Uint8Array>;
  whole.catch(() => {});
  await e.clock.tick(600);
  e.peer().send("c");
  await e.clock.tick(699);
  assertEquals(e.net.open, 1);
  await e.clock.tick(1);
  const error = await assertRejects(() => whole, TimeoutError);
  assertEquals([error.phase, error.progress, body.received], ["read", "answered", 3]);
  await e.assertQuiet(0);
});

test("timeout.read does not fire while nobody asks for more", async (t) => {
  const e = engine(t, [answering(ok("x".repeat(400_000)))]);
  const { response } = e.start({ settings: { timeout: { read: 700 } } });
  const body = (await e.clock.until(response)).live!;
  await e.clock.tick(10_000);
  assertEquals(textOf(await e.clock.until(Promise.resolve(body.collect(1e6)))).length, 400_000);
});

test("timeout.head begins when the last byte was sent", async (t) => {
  const e = engine(t, [{ window: 1, hangWrites: true }]);
  const { response } = e.start({ settings: { timeout: { head: 700 } } });
  response.catch(() => {});
  await e.clock.tick(600);
  e.peer().take();
  await e.clock.tick(699);
  assertEquals(e.net.open, 1);
  await e.clock.tick(1);
  await assertRejects(() => response, TimeoutError, "The head limit of 700 ms was passed");
});

test("timeout.pool limits the wait for a slot, not the dial", async (t) => {
  const e = engine(t, [{}, { connect: "hang" }], { pool: { perRoute: 1 } });
  const first = e.start();
  await e.clock.tick();
  const second = e.start({ settings: { timeout: { pool: 500 } } });
  const other = e.start({ url: "http://b.test/", settings: { timeout: { pool: 500 } } });
  await e.clock.tick(500);
  const error = await assertRejects(() => second.response, TimeoutError);
  assertEquals([error.phase, error.progress], ["pool", "unsent"]);
  assertEquals(second.events, [
    "attempt-start#1 cause=first",
    "queue-start#1 route=http://a.test",
    "queue-end#1 outcome=error",
    "attempt-end#1 outcome=error code=TIMEOUT_POOL",
  ]);
  assert(!other.events.some((line) => line.startsWith("queue")), "a dial is no queue");
  for (const { cancel, response } of [first, other]) {
    cancel.abort();
    await assertRejects(() => response);
  }
  await e.assertQuiet(0);
});

test("timeout.connect of a dial does not run on for the call that was served otherwise", async (t) => {
  const e = engine(t, [answering(ok(), ok("late")), { connect: "hang" }], { pool: { perRoute: 2 } });
  const first = e.start();
  await e.clock.until(first.response);
  const busy = e.start({ settings: { timeout: { head: Infinity } } });
  await e.clock.tick();
  assertEquals((await busy.response).status, 200);
});

test("timeout.total covers the body", async (t) => {
  const e = engine(t, [{ script: [{ until: "\r\n\r\n" }, { send: ok("abcdef").slice(0, -4) }] }]);
  const { response } = e.start({ settings: { timeout: { total: 700 } } });
  const body = (await e.clock.until(response)).live!;
  const whole = body.collect(100) as Promise<Uint8Array>;
  whole.catch(() => {});
  await e.clock.tick(700);
  const error = await assertRejects(() => whole, TimeoutError);
  assertEquals(error.phase, "total");
});

const FLOODS: readonly (readonly [name: string, answer: string, settings: Sent["settings"]])[] = [
  ["a head that is too long", `HTTP/1.1 200 OK\r\nA: ${"x".repeat(300)}\r\n\r\n`, { limits: { head: 200 } }],
  ["too many fields", "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", { limits: { fields: 2 } }],
  ["too many 1xx", "HTTP/1.1 103 \r\n\r\n".repeat(4) + ok(), { limits: { informational: 3 } }],
];

for (const [name, answer, change] of FLOODS) {
  for (const fragment of [Infinity, 1]) {
    test(`The limits of a call stop ${name}, in reads of ${fragment} bytes`, async (t) => {
      const e = engine(t, [{ script: [{ until: "\r\n\r\n" }, { send: answer, fragment }] }]);
      const { response } = e.start(change === undefined ? {} : { settings: change });
      await assertRejects(() => e.clock.until(response), RemoteProtocolError);
      await e.assertQuiet(0);
    });
  }
}

test("The limits of a call stop chunk extensions and trailers without end", async (t) => {
  const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const bodies = [`1;${"e".repeat(60)}\r\na\r\n0\r\n\r\n`, `1\r\na\r\n0\r\nA: ${"t".repeat(60)}\r\n\r\n`];
  const e = engine(t, bodies.map((body) => answering(head + body)));
  for (let at = 0; at < bodies.length; at++) {
    const { response } = e.start({ settings: { limits: { chunkExtensions: 50, trailers: 50 } } });
    const body = (await e.clock.until(response)).live!;
    await assertRejects(async () => await body.collect(100), RemoteProtocolError);
  }
});

test("The limits of a call hold on a connection that other calls have used", async (t) => {
  const e = engine(t, [answering(ok(), ok("b", "A: 1\r\nB: 2\r\n"), ok("c", "A: 1\r\nB: 2\r\n"))]);
  await e.get();
  assertEquals((await e.get()).text, "b");
  const { response } = e.start({ settings: { limits: { fields: 2 } } });
  await assertRejects(() => e.clock.until(response), RemoteProtocolError);
});

test("A leniency of a call holds for that call alone", async (t) => {
  const bare = "HTTP/1.1 200 OK\nContent-Length: 1\n\na";
  const e = engine(t, [answering(bare, bare)]);
  assertEquals((await e.get({ settings: { lenient: new Set(["bare-lf"]) } })).text, "a");
  const { response } = e.start();
  await assertRejects(() => e.clock.until(response), RemoteProtocolError);
});

test("A leniency of a call holds for that call alone, also where connections share what they have read", async (t) => {
  const bare = "HTTP/1.1 200 OK\nConnection: close\nContent-Length: 1\n\na";
  const e = engine(t, [answering(bare), answering(bare)]);
  assertEquals((await e.get({ settings: { lenient: new Set(["bare-lf"]) } })).text, "a");
  const { response } = e.start();
  await assertRejects(() => e.clock.until(response), RemoteProtocolError);
});

test("A limit of a call holds where an earlier connection has read the same head", async (t) => {
  const head = ok("a", "A: 1\r\nConnection: close\r\n");
  const e = engine(t, [answering(head), answering(head), answering(head)]);
  assertEquals([(await e.get()).text, (await e.get()).text], ["a", "a"]);
  const { response } = e.start({ settings: { limits: { fields: 2 } } });
  await assertRejects(() => e.clock.until(response), RemoteProtocolError);
});
