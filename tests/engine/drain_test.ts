import { assert, assertEquals, assertRejects } from "@std/assert";
import { AbortError, PoolError } from "../../src/errors.ts";
import { test } from "../support/suite.ts";
import { engine, ok, serving, textOf } from "./engine_kit.ts";

/** Whether a promise is settled by now. */
function watch(promise: Promise<unknown>): { done: boolean } {
  const state = { done: false };
  promise.then(() => state.done = true, () => state.done = true);
  return state;
}

test("SocketTransport.close() lets calls in flight end, those that wait included", async (t) => {
  const e = engine(t, () => ({}), { pool: { perRoute: 1 } });
  const first = e.start();
  const second = e.start();
  await e.clock.tick();
  const closed = e.transport.close({ deadline: 5_000 });
  const state = watch(closed);
  const late = e.start();
  const error = await assertRejects(() => late.response, PoolError);
  assertEquals(error.code, "POOL_CLOSED");
  for (const { response } of [first, second]) {
    assert(!state.done, "it was closed too early");
    e.peer().send(ok());
    assertEquals(textOf(await (await e.clock.until(response)).live!.collect(10)), "hello");
  }
  await e.clock.tick();
  assert(state.done);
  await e.assertQuiet(0);
});

test("SocketTransport.close() cuts what is left at the deadline", async (t) => {
  const e = engine(t, () => ({}), { pool: { perRoute: 1, max: 3 }, names: { "a.test": ["10.0.0.1"], "b.test": [] } });
  const answered = e.start();
  await e.clock.tick();
  e.peer().send(ok("abcdef").slice(0, -3));
  const body = (await e.clock.until(answered.response)).live!;
  const reading = Promise.resolve(body.collect(10));
  const queued = e.start();
  const dialling = e.start({ url: "http://b.test/" });
  const all = [reading, queued.response, dialling.response];
  for (const each of all) each.catch(() => {});
  await e.clock.tick();
  const state = watch(e.transport.close({ deadline: 500 }));
  await e.clock.tick(499);
  assert(!state.done);
  await e.clock.tick(1);
  assert(state.done);
  assertEquals((await assertRejects(() => reading, AbortError)).code, "CLIENT_CLOSED");
  for (const { response } of [queued, dialling]) await assertRejects(() => response, PoolError);
  await e.assertQuiet(0);
});

test("SocketTransport.close() closes idle connections at once and resolves", async (t) => {
  const e = engine(t, () => serving());
  await e.get();
  await e.get({ url: "http://b.test/" });
  const state = watch(e.transport.close({ deadline: 60_000 }));
  await e.clock.tick();
  assert(state.done);
  assertEquals([e.net.open, e.clock.held], [0, 0]);
});

test("SocketTransport.close() may be called twice", async (t) => {
  const e = engine(t, () => serving());
  await e.get();
  assertEquals(e.transport.close(), e.transport.close());
  await e.transport.close();
});

test("A call that waits holds the process, an idle pool does not", async (t) => {
  const e = engine(t, () => ({}), { pool: { perRoute: 1 } });
  const first = e.start();
  await e.clock.tick();
  assertEquals([e.peer().held, e.clock.held], [true, 0]);
  const second = e.start();
  assertEquals(e.clock.held, 1);
  e.peer().send(ok());
  await (await e.clock.until(first.response)).live!.collect(10);
  assertEquals([e.peer().held, e.clock.held], [true, 0]);
  e.peer().send(ok());
  await (await e.clock.until(second.response)).live!.collect(10);
  assertEquals([e.peer().held, e.clock.held], [true, 0]);
  await e.clock.tick(1);
  assertEquals([e.peer().held, e.clock.held], [false, 0]);
});

test("An idle connection is closed after its time, without being asked for", async (t) => {
  const e = engine(t, () => serving(), { pool: { idleTimeout: 10_000 } });
  await e.get();
  await e.clock.tick(9_000);
  assertEquals(e.net.open, 1);
  await e.clock.tick(2_000);
  assertEquals([e.net.open, e.loose], [0, ["evict#0 connection=1 reason=idle"]]);
  assertEquals(e.deadlines.size, 0);
});

test("A connection is not used beyond its age, give or take the jitter", async (t) => {
  const e = engine(t, () => serving(), { pool: { maxAge: 10_000, ageJitter: 0.1, idleTimeout: Infinity } });
  await e.get();
  await e.clock.tick(8_999);
  await e.get();
  assertEquals(e.net.peers.length, 1);
  await e.clock.tick(2_002);
  await e.get();
  assertEquals(e.net.peers.length, 2);
  assertEquals(e.loose, ["evict#0 connection=1 reason=age"]);
});

test("The queue is bounded", async (t) => {
  const e = engine(t, () => ({}), { pool: { perRoute: 1, maxQueue: 2 } });
  const calls = Array.from({ length: 4 }, () => e.start());
  const error = await assertRejects(() => calls[3]!.response, PoolError);
  assertEquals(
    [error.code, error.message],
    ["POOL_QUEUE_FULL", "Cannot wait for a connection to http://a.test: 2 calls wait already (pool.maxQueue)"],
  );
  for (const { cancel, response } of calls.slice(0, 3)) {
    cancel.abort();
    await assertRejects(() => response);
  }
});

test("Calls to one route are answered in the order in which they came", async (t) => {
  const e = engine(t, () => serving(), { pool: { perRoute: 2 } });
  const order: number[] = [];
  const all = Array.from({ length: 12 }, async (_, at) => {
    const body = (await e.start().response).live!;
    order.push(at);
    await body.collect(10);
  });
  await e.clock.until(Promise.all(all));
  assertEquals(order, order.toSorted((a, b) => a - b));
  assertEquals(e.net.peers.length, 2);
});
