/**
 * The blocking clients of the soak, in a thread of their own: one client for each way, and brief ones. It
 * tells what it has seen when its time is over.
 */

import { parentPort, workerData } from "node:worker_threads";
import { Client } from "../../sync.ts";
import type { Way } from "./lane.ts";
import { Seen } from "./seen.ts";
import { BLOCKING_WORKS } from "./sync_works.ts";
import { one } from "./works.ts";

/** What the thread is told. */
export interface ThreadTask {
  readonly ways: readonly Way[];
  readonly seconds: number;
  /** Calls in a second, at most; without end for as many as there is time for. */
  readonly rate: number;
  /** A number of its own, for the ids of its requests. */
  readonly name: number;
  /** Counts the threads whose clients are open. */
  readonly ready: Int32Array;
}

/** One call in so many goes through a client that lives for it alone. */
const BRIEF = 20;

/** Milliseconds in which everything has to end that was let go. */
const SETTLING = 8_000;

/** Attempts at the first client: on a busy machine a worker may not start in time. */
const STARTS = 5;

function firstClient(attempt = 1): void {
  try {
    new Client().close();
  } catch (error) {
    if (attempt === STARTS) throw error;
    firstClient(attempt + 1);
  }
}

const { ways, seconds, rate, name, ready } = workerData as ThreadTask;
firstClient();
const seen = new Seen();
const clients = new Map<Way, Client>(ways.map((way) => [way, new Client(way.options as object)]));
const asleep = new Int32Array(new SharedArrayBuffer(4));
Atomics.add(ready, 0, 1);
const end = performance.now() + seconds * 1_000;
let ids = 0;

function perform(client: Client, way: Way): void {
  const work = one(BLOCKING_WORKS);
  const id = `${way.name} ${work.name.replaceAll(" ", "-")}-${name}-${++ids}`;
  const purpose = { work: work.name, id, calm: way.calm, gives: work.gives === true };
  seen.begin(purpose);
  try {
    seen.end(purpose, work.run({ client, base: way.base, calm: way.calm, version: way.version, id }));
  } catch (error) {
    seen.fail(purpose, error);
  }
}

/** What is under way still; what was let go last may take its time to end. */
function left(client: Client): Readonly<Record<string, number>> {
  const latest = performance.now() + SETTLING;
  for (;;) {
    const { calls, busy, queued } = client.stats();
    if (calls + busy + queued === 0 || performance.now() > latest) return { calls, busy, queued };
    Atomics.wait(asleep, 0, 0, 20);
  }
}

while (performance.now() < end) {
  const way = one(ways);
  const began = performance.now();
  if (Math.random() * BRIEF >= 1) perform(clients.get(way)!, way);
  else {
    const client = new Client(way.options as object);
    perform(client, way);
    client.close();
  }
  const rest = began + 1_000 / rate - performance.now();
  if (rest > 0) Atomics.wait(asleep, 0, 0, rest);
}
for (const [way, client] of clients) {
  seen.left(`${way.name}, blocking`, left(client));
  client.close();
}
parentPort!.postMessage(seen.tally);
