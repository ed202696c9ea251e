/**
 * Owns the proof that the total limit ends a call on time: over real sockets nearly, and on a
 * clock that only moves when told exactly.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Client, type ClientOptions, TimeoutError } from "../../mod.ts";
import type { MemoryStep } from "../../src/net/memory.ts";
import { awaitedBehaviour } from "../support/behaviour.ts";
import { memoryClient } from "../support/memory_client.ts";
import { rawServer } from "../support/raw_server.ts";
import { test } from "../support/suite.ts";

const LIMIT = 150;
const TOLERANCE = 50;
const RUNS = 9;

/**
 * How long a call takes that must fail by a limit, less the time by which the machine was too late
 * for a timer of the same length that ran beside it.
 */
async function taken(
  client: Client,
  url: string,
  streamed: boolean,
  limit: number,
  phases = ["total"],
): Promise<number> {
  const start = performance.now();
  const timer = new Promise<number>((resolve) => setTimeout(() => resolve(performance.now() - start), limit));
  const error = await assertRejects(async () => {
    await read(client, url, streamed);
  }, TimeoutError);
  const end = performance.now();
  assert(phases.includes(error.phase), error.message);
  return end - start - Math.max(0, await timer - limit);
}

/** The median of calls made one after the other: a machine that does other things spoils single ones. */
async function median(run: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < RUNS; turn++) times.push(await run());
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

for (
  const [name, path] of [
    ["trickles", "/trickle?interval=20&count=1000"],
    ["stalls after the head", "/stall"],
    ["delays its head", "/delay/3000"],
  ] as const
) {
  for (const streamed of [false, true]) {
    awaitedBehaviour(
      `the total limit is kept when a server ${name}, ${streamed ? "streamed" : "buffered"}`,
      async ({ client, url }) => {
        const c = client({ timeout: { total: LIMIT }, retry: false });
        // Only opens the connection, however long that takes on a busy machine.
        await c.get(url("/echo"), { timeout: { total: 20_000 } });
        const middle = await median(() => taken(c, url(path), streamed, LIMIT));
        console.log(`${name}, ${streamed ? "streamed" : "buffered"}: ${middle.toFixed(1)} ms of ${LIMIT}`);
        assert(Math.abs(middle - LIMIT) < TOLERANCE, `the median is ${middle} ms, the limit ${LIMIT} ms`);
      },
    );
  }
}

const RETRY = { max: 5, on: ["timeout", "reset", "connect"], budget: false, jitter: "none" } as const;

awaitedBehaviour("the total limit covers all attempts and their waits", async ({ client, after }) => {
  const server = await rawServer(async (connection) => {
    await connection.until("\r\n\r\n");
    // Every other attempt dies by itself, the others are cut by their limit.
    if (server.connections.length % 2 !== 0) return;
    const timer = setTimeout(() => connection.destroy(), 100);
    await connection.untilEnd().catch(() => {});
    clearTimeout(timer);
  });
  after(() => server.close());
  const c = client({ timeout: { total: 500, attempt: 110 }, retry: { ...RETRY, backoff: () => 1 } });
  // An attempt that ends with the total leaves no time for another: then it is the attempt's error.
  const phases = ["total", "attempt"];
  const middle = await median(() => taken(c, `http://127.0.0.1:${server.port}/`, false, 500, phases));
  console.log(`500 ms over 5 retries: ${middle.toFixed(1)} ms`);
  assert(Math.abs(middle - 500) < TOLERANCE, `the median is ${middle} ms, the limit 500 ms`);
});

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
const SCRIPTS: readonly (readonly [name: string, steps: readonly MemoryStep[]])[] = [
  ["is silent", []],
  ["stalls in the head", [{ until: "\r\n\r\n" }, { send: HEAD.slice(0, 20) }]],
  ["stalls after the head", [{ until: "\r\n\r\n" }, { send: HEAD }]],
  ["stalls in the body", [{ until: "\r\n\r\n" }, { send: `${HEAD}12345` }]],
];

for (const [name, script] of SCRIPTS) {
  for (const streamed of [false, true]) {
    const words = streamed ? "streamed" : "buffered";
    test(`a total limit of 500 ms ends at 500 ms when a server ${name}, ${words}`, async (t) => {
      for (const retry of [false, { ...RETRY, backoff: () => 20 }] as const) {
        const { client, clock } = memoryClient(t, () => ({ script }), { timeout: { total: 500 }, retry });
        const start = clock.now();
        const error = await assertRejects(() => clock.until(read(client, "http://a.test/", streamed)), TimeoutError);
        assertEquals([clock.now() - start, error.phase, error.limit, error.elapsed], [500, "total", 500, 500]);
      }
    });
  }
}

/** Reads a response whole. */
async function read(client: Client, url: string, streamed: boolean): Promise<void> {
  if (!streamed) return void await client.get(url);
  const response = await client.stream("GET", url);
  for await (const _ of response.iterBytes());
}

test("a total limit of 500 ms with 5 retries ends at 500 ms, also in the midst of a trickle", async (t) => {
  const rows: readonly (readonly [name: string, options: ClientOptions, attempts: number])[] = [
    // Each attempt takes 100 ms, each wait 40: the fourth is cut after 80 ms of its own.
    ["attempts", { timeout: { total: 500, attempt: 100 }, retry: { ...RETRY, backoff: () => 40 } }, 4],
    ["trickle", { timeout: { total: 500 }, retry: { ...RETRY, backoff: () => 30 } }, 1],
  ];
  for (const [name, options, attempts] of rows) {
    const script: MemoryStep[] = [{ until: "\r\n\r\n" }, { send: HEAD }];
    const { client, clock, net } = memoryClient(t, () => ({ script }), options);
    const start = clock.now();
    // A byte each 70 ms: no silence is ever long.
    let stop = false;
    const trickle = (): void => {
      if (stop) return;
      for (const peer of net.peers) if (!peer.closed) peer.send("x");
      clock.schedule(trickle, 70, false);
    };
    clock.schedule(trickle, 70, false);
    const error = await assertRejects(() => clock.until(read(client, "http://a.test/", false)), TimeoutError);
    stop = true;
    assertEquals([name, clock.now() - start, error.phase, error.elapsed], [name, 500, "total", 500]);
    assertEquals([name, error.attempts.length], [name, attempts]);
  }
});

test("a total limit ends the wait before a retry", async (t) => {
  const { client, clock } = memoryClient(t, () => ({ connect: "refuse" }), {
    timeout: { total: 500 },
    retry: { ...RETRY, max: 100, backoff: () => 60 },
  });
  const start = clock.now();
  const error = await assertRejects(() => clock.until(read(client, "http://a.test/", false)), Error);
  // The ninth wait would end after the limit: the last failure stands, at once.
  assertEquals([clock.now() - start, error.name], [480, "ConnectError"]);
});
