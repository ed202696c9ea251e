import { assert, assertEquals } from "@std/assert";
import { test } from "../support/suite.ts";
import { Caller, key, Model } from "./pool_model.ts";

test("PoolState dials for a call when nothing is open", () => {
  const pool = new Model();
  const caller = pool.acquire("w1", pool.a);
  assertEquals(pool.log(), ["dial d1 for w1"]);
  assert(!caller.queued);
  pool.dialled("d1");
  assertEquals(pool.log(), ["serve w1 1"]);
  assertEquals([pool.state.total, pool.state.idle], [1, 0]);
});

test("PoolState.take() gives the connection that was used last", () => {
  const pool = new Model();
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  const first = pool.dialled("d1");
  const second = pool.dialled("d2");
  pool.release(second);
  pool.release(first);
  assertEquals(pool.state.take(pool.a, 0), first);
  assertEquals(pool.state.take(pool.a, 0), second);
  assertEquals(pool.state.take(pool.a, 0), undefined);
  assertEquals(pool.state.take(pool.b, 0), undefined);
});

test("PoolState serves a waiting call with a connection that comes free, and its dial goes on", () => {
  const pool = new Model();
  pool.acquire("w1", pool.a);
  const first = pool.dialled("d1");
  pool.acquire("w2", pool.a);
  pool.log();
  pool.release(first);
  assertEquals(pool.log(), ["serve w2 1"]);
  pool.dialled("d2");
  assertEquals(pool.log(), []);
  assertEquals(pool.state.idle, 1);
});

test("PoolState lets a later call have the dial that lost its sponsor", () => {
  const pool = new Model({ perRoute: 2 });
  pool.acquire("w1", pool.a);
  const first = pool.dialled("d1");
  pool.acquire("w2", pool.a);
  pool.acquire("w3", pool.a);
  pool.log();
  pool.release(first);
  assertEquals(pool.log(), ["adopt d2 for w3", "serve w2 1"]);
  pool.dialled("d2");
  assertEquals(pool.log(), ["serve w3 2"]);
});

test("PoolState begins no dial for a call that finds one without a sponsor", () => {
  const pool = new Model();
  pool.acquire("w1", pool.a);
  const first = pool.dialled("d1");
  pool.acquire("w2", pool.a);
  pool.release(first);
  pool.log();
  pool.acquire("w3", pool.a);
  assertEquals(pool.log(), ["adopt d2 for w3"]);
});

test("PoolState serves who came first, whoever's dial ends first", () => {
  const pool = new Model();
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  pool.log();
  pool.dialled("d2");
  assertEquals(pool.log(), ["adopt d1 for w2", "serve w1 1"]);
  pool.dialled("d1");
  assertEquals(pool.log(), ["serve w2 2"]);
});

test("PoolState passes the dial of a cancelled call on, or cancels it", () => {
  const pool = new Model({ perRoute: 1 });
  const first = pool.acquire("w1", pool.a);
  const second = pool.acquire("w2", pool.a);
  pool.log();
  pool.cancel(first);
  assertEquals(pool.log(), ["adopt d1 for w2"]);
  pool.cancel(second);
  assertEquals(pool.log(), ["cancel d1"]);
  assertEquals([pool.state.total, pool.state.queued, pool.state.routes.size], [0, 0, 0]);
});

test("PoolState fails the call whose dial failed and dials for the next", () => {
  const pool = new Model({ perRoute: 1 });
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  pool.log();
  pool.failed("d1");
  assertEquals(pool.log(), ["fail w1", "dial d2 for w2"]);
});

test("PoolState gives a call that adopted a dial another one when it fails", () => {
  const pool = new Model({ perRoute: 1 });
  const first = pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  pool.cancel(first);
  pool.log();
  pool.failed("d1");
  assertEquals(pool.log(), ["requeue w2", "dial d2 for w2"]);
  pool.failed("d2");
  assertEquals(pool.log(), ["fail w2"]);
});

test("PoolState keeps the limit per route and in all", () => {
  const pool = new Model({ max: 3, perRoute: 2 });
  for (const name of ["w1", "w2", "w3"]) pool.acquire(name, pool.a);
  for (const name of ["w4", "w5"]) pool.acquire(name, pool.b);
  assertEquals(pool.log(), ["dial d1 for w1", "dial d2 for w2", "dial d3 for w4"]);
  assertEquals([pool.state.total, pool.state.queued], [3, 2]);
});

test("PoolState evicts what has been idle for longest when the pool is full", () => {
  const pool = new Model({ max: 2 });
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  const [first, second] = [pool.dialled("d1"), pool.dialled("d2")];
  pool.release(second);
  pool.release(first);
  pool.log();
  pool.acquire("w3", pool.b);
  assertEquals(pool.log(), ["close 2 room", "dial d3 for w3"]);
  assertEquals(pool.state.total, 2);
});

test("PoolState gives room to the route whose call came first", () => {
  const pool = new Model({ max: 1 });
  pool.acquire("w1", pool.a);
  const entry = pool.dialled("d1");
  pool.acquire("w2", pool.b);
  pool.acquire("w3", pool.a);
  pool.log();
  pool.release(entry);
  assertEquals(pool.log(), ["close 1 room", "dial d2 for w2"]);
});

test("PoolState hands a connection on within its route when its call came first", () => {
  const pool = new Model({ max: 1 });
  pool.acquire("w1", pool.a);
  const entry = pool.dialled("d1");
  pool.acquire("w2", pool.a);
  pool.acquire("w3", pool.b);
  pool.log();
  pool.release(entry);
  assertEquals(pool.log(), ["serve w2 1"]);
  pool.release(entry);
  assertEquals(pool.log(), ["close 1 room", "dial d2 for w3"]);
});

test("PoolState skips a starved route that is at its own limit", () => {
  const pool = new Model({ max: 2, perRoute: 1 });
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.b);
  const [a, b] = [pool.dialled("d1"), pool.dialled("d2")];
  const C = key("c");
  pool.acquire("w3", pool.a);
  pool.acquire("w4", C);
  pool.log();
  pool.release(b);
  assertEquals(pool.log(), ["close 2 room", "dial d3 for w4"]);
  pool.release(a);
  assertEquals(pool.log(), ["serve w3 1"]);
});

test("PoolState refuses a call when the queue is full, and takes one again after another left", () => {
  const pool = new Model({ max: 1, maxQueue: 1 });
  pool.acquire("w1", pool.a);
  const second = pool.acquire("w2", pool.a);
  pool.log();
  pool.acquire("w3", pool.a);
  assertEquals(pool.log(), ["refuse w3 full"]);
  pool.cancel(second);
  assert(pool.acquire("w4", pool.b).queued);
  assertEquals(pool.log(), []);
});

test("PoolState keeps no more idle connections per route than allowed and closes the oldest", () => {
  const pool = new Model({ idlePerRoute: 1, idleTimeout: 10_000 });
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  const [first, second] = [pool.dialled("d1"), pool.dialled("d2")];
  pool.release(first);
  pool.log();
  pool.release(second);
  assertEquals(pool.log(), []);
  pool.now += 999;
  pool.perform(pool.state.tick(pool.now));
  assertEquals(pool.log(), []);
  pool.now += 1;
  pool.perform(pool.state.tick(pool.now));
  assertEquals(pool.log(), ["close 1 idle-cap"]);
});

test("PoolState keeps nothing idle when told so", () => {
  const pool = new Model({ idlePerRoute: 0 });
  pool.acquire("w1", pool.a);
  const entry = pool.dialled("d1");
  pool.log();
  pool.release(entry);
  assertEquals(pool.log(), ["close 1 idle-cap"]);
});

test("PoolState.tick() closes what has been idle for too long, and says when it wants to be called", () => {
  const pool = new Model({ idleTimeout: 100 });
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  const [first, second] = [pool.dialled("d1"), pool.dialled("d2")];
  assertEquals(pool.state.tickAt, Infinity);
  pool.release(first);
  pool.now = 50;
  pool.release(second);
  pool.log();
  assertEquals(pool.state.tickAt, 100);
  pool.perform(pool.state.tick(100));
  assertEquals(pool.log(), ["close 1 idle"]);
  assertEquals(pool.state.tickAt, 150);
});

test("PoolState never hands out a connection that is stale, ticked or not", () => {
  const pool = new Model({ idleTimeout: 100 });
  pool.acquire("w1", pool.a);
  pool.release(pool.dialled("d1"));
  pool.log();
  pool.now = 100;
  assertEquals(pool.state.take(pool.a, 100), undefined);
  pool.acquire("w2", pool.a);
  assertEquals(pool.log(), ["close 1 idle", "dial d2 for w2"]);
});

test("PoolState keeps a connection no longer than its server does", () => {
  const pool = new Model({ idleTimeout: 100 });
  pool.acquire("w1", pool.a);
  const entry = pool.dialled("d1");
  pool.release(entry, true, 40);
  assertEquals([pool.state.tickAt, pool.state.take(pool.a, 39) === entry], [40, true]);
  pool.release(entry, true, 500);
  assertEquals(pool.state.take(pool.a, 100), undefined);
});

test("PoolState does not use a connection beyond its age", () => {
  const pool = new Model();
  pool.maxAge = 100;
  pool.acquire("w1", pool.a);
  const entry = pool.dialled("d1");
  pool.log();
  pool.now = 99;
  pool.release(entry);
  assertEquals(pool.log(), []);
  assertEquals(pool.state.take(pool.a, 100), undefined);
  assertEquals(pool.state.take(pool.a, 99), entry);
  pool.now = 100;
  pool.release(entry);
  assertEquals(pool.log(), ["close 1 age"]);
});

test("PoolState replaces a connection that cannot be reused when somebody waits", () => {
  const pool = new Model({ perRoute: 1 });
  pool.acquire("w1", pool.a);
  const entry = pool.dialled("d1");
  pool.acquire("w2", pool.a);
  pool.log();
  pool.release(entry, false);
  assertEquals(pool.log(), ["close 1 not-reusable", "dial d2 for w2"]);
});

test("PoolState.lost() strikes out a connection once, busy or idle", () => {
  const pool = new Model();
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  const [first, second] = [pool.dialled("d1"), pool.dialled("d2")];
  pool.release(first);
  pool.log();
  for (const entry of [first, first, second]) pool.perform(pool.state.lost(entry));
  pool.release(second, false);
  assertEquals(pool.log(), []);
  assertEquals([pool.state.total, pool.state.idle, pool.state.routes.size], [0, 0, 0]);
});

test("PoolState.replace() opens a fresh connection in the place of a dead one, for one call alone", () => {
  const pool = new Model({ perRoute: 2 });
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  const [dead, other] = [pool.dialled("d1"), pool.dialled("d2")];
  pool.log();
  pool.acquire("w3", pool.a);
  const again = new Caller("again", pool.a);
  pool.perform(pool.state.replace(dead, again));
  assertEquals(pool.log(), ["dial d3 for again"]);
  assertEquals(pool.state.total, 2);
  pool.release(other);
  assertEquals(pool.log(), ["serve w3 2"]);
  pool.dialled("d3");
  assertEquals(pool.log(), ["serve again 3"]);
});

test("PoolState cancels the dial of a replacement with its call, and fails it with its dial", () => {
  const pool = new Model();
  for (const way of ["cancel", "fail"] as const) {
    pool.acquire("w", pool.a);
    const dial = pool.nameOf(pool.dials[0]!);
    const entry = pool.dialled(dial);
    const again = new Caller("again", pool.a);
    pool.perform(pool.state.replace(entry, again));
    pool.log();
    const name = pool.nameOf(pool.dials[0]!);
    if (way === "cancel") pool.cancel(again);
    else pool.failed(name);
    assertEquals(pool.log(), [way === "cancel" ? `cancel ${name}` : "fail again"]);
    assertEquals(pool.state.total, 0);
  }
});

test("PoolState lets calls wait for the first dial of a route that may multiplex", () => {
  const pool = new Model();
  for (const name of ["w1", "w2", "w3"]) pool.acquire(name, pool.h2);
  assertEquals(pool.log(), ["dial d1 for w1"]);
  const entry = pool.dialled("d1", 2);
  assertEquals(pool.log(), ["serve w1 1", "serve w2 1"]);
  pool.release(entry);
  assertEquals(pool.log(), ["serve w3 1"]);
});

test("PoolState dials anew once a connection that carries many takes no more", () => {
  const pool = new Model();
  for (const name of ["w1", "w2"]) pool.acquire(name, pool.h2);
  const entry = pool.dialled("d1", 1, true);
  assertEquals(pool.log(), ["dial d1 for w1", "serve w1 1"]);
  pool.perform(pool.state.resized(entry, 0, pool.now));
  assertEquals(pool.log(), ["dial d2 for w2"]);
});

test("PoolState dials for all who wait once a route turned out not to multiplex", () => {
  const pool = new Model();
  for (const name of ["w1", "w2", "w3"]) pool.acquire(name, pool.h2);
  pool.log();
  pool.dialled("d1", 1);
  assertEquals(pool.log(), ["serve w1 1", "dial d2 for w2", "dial d3 for w3"]);
});

test("PoolState uses the free slots of a connection, and calls it idle when none is used", () => {
  const pool = new Model();
  pool.acquire("w1", pool.h2);
  const entry = pool.dialled("d1", 2);
  assertEquals(pool.state.take(pool.h2, 0), entry);
  assertEquals(pool.state.take(pool.h2, 0), undefined);
  pool.release(entry);
  assertEquals([pool.state.idle, pool.state.take(pool.h2, 0)], [0, entry]);
  pool.release(entry);
  pool.release(entry);
  assertEquals([pool.state.idle, entry.active], [1, 0]);
});

test("PoolState.resized() serves with slots that were added and offers none that were taken away", () => {
  const pool = new Model({ perRoute: 1 });
  pool.acquire("w1", pool.h2);
  const entry = pool.dialled("d1", 2);
  pool.acquire("w2", pool.h2);
  pool.acquire("w3", pool.h2);
  pool.log();
  pool.perform(pool.state.resized(entry, 3, 0));
  assertEquals(pool.log(), ["serve w3 1"]);
  pool.perform(pool.state.resized(entry, 1, 0));
  pool.release(entry);
  assertEquals(pool.state.take(pool.h2, 0), undefined);
  pool.perform(pool.state.resized(entry, 0, 0));
  pool.release(entry);
  pool.release(entry);
  assertEquals(pool.state.take(pool.h2, 0), undefined);
});

test("PoolState closes a connection that takes no more calls after the last of them", () => {
  const pool = new Model();
  pool.acquire("w1", pool.h2);
  const entry = pool.dialled("d1", 3);
  pool.acquire("w2", pool.h2);
  pool.log();
  pool.release(entry, false);
  assertEquals([pool.log(), pool.state.take(pool.h2, 0)], [[], undefined]);
  pool.release(entry);
  assertEquals(pool.log(), ["close 1 age"]);
});
