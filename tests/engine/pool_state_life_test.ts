/** What opens connections ahead, gives them up, and ends the pool. */

import { assertEquals } from "@std/assert";
import { test } from "../support/suite.ts";
import { Model } from "./pool_model.ts";

test("PoolState.preconnect() opens what is missing, within the limits", () => {
  const pool = new Model({ max: 3, perRoute: 2 });
  pool.acquire("w1", pool.a);
  pool.release(pool.dialled("d1"));
  pool.log();
  pool.perform(pool.state.preconnect(pool.a, 5));
  assertEquals(pool.log(), ["dial d2 for nobody"]);
  pool.dialled("d2");
  assertEquals(pool.state.idle, 2);
  pool.perform(pool.state.preconnect(pool.a, 2));
  assertEquals(pool.log(), []);
});

test("PoolState gives the dial of a preconnect to the call that comes meanwhile", () => {
  const pool = new Model();
  pool.perform(pool.state.preconnect(pool.a, 1));
  pool.acquire("w1", pool.a);
  assertEquals(pool.log(), ["dial d1 for nobody", "adopt d1 for w1"]);
});

test("PoolState.purge() closes idle connections at once and busy ones after their exchange", () => {
  const pool = new Model();
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  pool.acquire("w3", pool.b);
  const [first, second, other] = [pool.dialled("d1"), pool.dialled("d2"), pool.dialled("d3")];
  pool.release(first);
  pool.release(other);
  pool.acquire("w4", pool.b);
  pool.acquire("w5", pool.b);
  pool.log();
  pool.perform(pool.state.purge((route) => route === pool.a));
  assertEquals(pool.log(), ["close 1 purged"]);
  pool.release(second);
  assertEquals(pool.log(), ["close 2 age"]);
  assertEquals(pool.state.routes.has(pool.a), false);
});

test("PoolState.purge() lets a dial under way serve its call and nobody after it", () => {
  const pool = new Model();
  pool.acquire("w1", pool.a);
  pool.perform(pool.state.purge(() => true));
  pool.log();
  const entry = pool.dialled("d1");
  assertEquals(pool.log(), ["serve w1 1"]);
  pool.release(entry);
  assertEquals(pool.log(), ["close 1 age"]);
});

test("PoolState.drain() refuses new calls, serves those under way, keeps nothing", () => {
  const pool = new Model({ perRoute: 2 });
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  const [first, second] = [pool.dialled("d1"), pool.dialled("d2")];
  pool.acquire("w3", pool.a);
  pool.acquire("w4", pool.b);
  pool.release(pool.dialled("d3"));
  pool.log();
  pool.perform(pool.state.drain());
  pool.acquire("w5", pool.a);
  assertEquals(pool.log(), ["close 3 closed", "refuse w5 closed"]);
  pool.release(first);
  assertEquals(pool.log(), ["serve w3 1"]);
  pool.release(first);
  pool.release(second);
  assertEquals(pool.log(), ["close 1 closed", "close 2 closed"]);
  assertEquals(pool.state.total, 0);
});

test("PoolState.cut() refuses those that wait and stops dials", () => {
  const pool = new Model({ perRoute: 1 });
  pool.acquire("w1", pool.a);
  pool.acquire("w2", pool.a);
  pool.log();
  pool.perform(pool.state.cut());
  assertEquals(pool.log(), ["cancel d1", "refuse w2 closed", "refuse w1 closed"]);
  assertEquals([pool.state.total, pool.state.queued, pool.state.routes.size], [0, 0, 0]);
});
