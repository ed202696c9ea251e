/**
 * Owns what work costs as there is ever more of it, on the runtime that runs this: calls that wait, connections
 * held, origins, clients. It prints the processor time of one as their number grows 10× and 100×, which must not grow with it.
 * Must not know other clients: nothing is compared with them.
 * Invariant: the server is a process of its own, on loopback only; this process collects garbage before memory counts.
 *
 *   deno run -A --v8-flags=--expose-gc bench/scale.ts [part …]
 *   bun bench/scale.ts          node --expose-gc bench/scale.ts
 *
 * 10,000 connections take a limit of 20,000 open files (`ulimit -n`).
 */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, type PoolOptions } from "../mod.ts";
import { compileServer } from "./server/start.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Seconds that the server lives at most. */
const LIFETIME = 300;

/** Addresses that held connections are spread over. */
const ORIGINS = 10;

/** Connections opened at a time: more than the kernel queues would only time its retries. */
const WAVE = 500;

/** Memory that this process holds, once garbage is collected, in bytes. */
async function held(): Promise<number> {
  const { gc, Bun } = globalThis as unknown as { gc?: () => void; Bun?: { gc(wait: boolean): void } };
  for (let turn = 0; turn < 4; turn++) {
    if (Bun === undefined) gc?.();
    else Bun.gc(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function clientOf(pool: PoolOptions): Client {
  return new Client({ trustEnv: false, retry: false, pool: { maxAge: 3_600_000, ...pool } });
}

/** Makes calls, so many at a time; how long each took, in milliseconds. */
async function calls(
  client: Client,
  count: number,
  width: number,
  urlOf: (at: number) => string,
): Promise<Float64Array> {
  const times = new Float64Array(count);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) {
      const began = performance.now();
      await client.get(urlOf(at));
      times[at] = performance.now() - began;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return times;
}

/** One line of a table: what one costs where there are so many. */
interface Cost {
  readonly count: number;
  readonly microseconds: number;
  readonly bytes?: number;
}

function print(what: string, costs: readonly Cost[]): void {
  console.log(what);
  for (const { count, microseconds, bytes } of costs) {
    const ratio = (microseconds / costs[0]!.microseconds).toFixed(2);
    // A few are lost in what the runtime takes and gives meanwhile.
    const memory = bytes === undefined || count < 100 ? "" : `${(bytes / 1024).toFixed(2).padStart(10)} KiB`;
    console.log(`${String(count).padStart(9)} ${microseconds.toFixed(1).padStart(9)} µs  × ${ratio}${memory}`);
  }
}

/** Processor time of one in `count`, in microseconds: who else uses the machine does not count. */
async function timed(count: number, run: () => Promise<unknown>): Promise<number> {
  const began = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / count;
}

/** Calls that all wait at once for 64 connections: the cost of each, and the memory of one that waits. */
async function queued(port: number): Promise<void> {
  const costs: Cost[] = [];
  const url = `http://127.0.0.1:${port}/small`;
  for (const count of [1_000, 10_000, 100_000]) {
    const client = clientOf({ max: 64, perRoute: 64, maxQueue: 200_000 });
    await calls(client, 2_000, 64, () => url);
    const before = await held();
    let waiting: Promise<unknown>[] = [];
    let bytes = 0;
    const microseconds = await timed(count, async () => {
      waiting = Array.from({ length: count }, () => Promise.resolve(client.get(url)));
      // Nothing has been answered: no turn of the loop has passed.
      const { heapUsed, external } = process.memoryUsage();
      bytes = (heapUsed + external - before) / count;
      await Promise.all(waiting);
    });
    costs.push({ count, microseconds, bytes });
    await client.close();
  }
  print("calls queued at once behind 64 connections, and the memory of one that waits", costs);
}

/** Connections open: what one more costs to open, to hold, and to look past. */
async function connections(port: number): Promise<void> {
  await warmUp(port);
  const opening: Cost[] = [];
  const beside: Cost[] = [];
  for (const count of [100, 1_000, 10_000]) {
    const urlOf = (at: number): string => `http://127.0.0.${1 + at % ORIGINS}:${port}/small`;
    const client = clientOf({ max: count + 64, perRoute: count, idlePerRoute: count, idleTimeout: 600_000 });
    await calls(client, ORIGINS, 1, urlOf);
    const before = await held();
    const microseconds = await timed(count, async () => {
      for (let open = Math.min(WAVE, count); open <= count; open += WAVE) {
        for (let origin = 0; origin < ORIGINS; origin++) client.preconnect(urlOf(origin), open / ORIGINS);
        while (client.stats().idle < open) await new Promise((resolve) => setTimeout(resolve, 10));
      }
    });
    const { idle } = client.stats();
    if (idle < count) throw new Error(`only ${idle} of ${count} connections are held`);
    opening.push({ count, microseconds, bytes: (await held() - before) / count });
    const width = 64;
    beside.push({ count, microseconds: await timed(20_000, () => calls(client, 20_000, width, urlOf)) });
    await client.close();
  }
  print("connections opened and held, and the memory of one that is idle", opening);
  print("calls, 64 at a time, beside so many idle connections", beside);
}

async function warmUp(port: number): Promise<void> {
  const client = clientOf({});
  await calls(client, 5_000, 64, () => `http://127.0.0.1:${port}/small`);
  await client.close();
}

/** Origins that are each asked in turn. */
async function origins(port: number): Promise<void> {
  await warmUp(port);
  const costs: Cost[] = [];
  for (const count of [10, 100, 1_000]) {
    const urlOf = (at: number): string =>
      `http://127.0.${1 + Math.floor(at % count / 250)}.${1 + at % count % 250}:${port}/small`;
    const client = clientOf({ max: 2_000, idleTimeout: 600_000 });
    const before = await held();
    await calls(client, count, 64, urlOf);
    const bytes = (await held() - before) / count;
    const microseconds = await timed(20_000, () => calls(client, 20_000, 64, urlOf));
    costs.push({ count, microseconds, bytes });
    await client.close();
  }
  print("calls, 64 at a time, over so many origins, and the memory of one origin with its connection", costs);
}

/** Clients that are open, each of which has made a call. */
async function clients(port: number): Promise<void> {
  await warmUp(port);
  const costs: Cost[] = [];
  for (const count of [10, 100, 1_000]) {
    const url = `http://127.0.0.1:${port}/small`;
    const before = await held();
    const all: Client[] = [];
    const microseconds = await timed(count, async () => {
      for (let at = 0; at < count; at++) {
        const client = clientOf({ idleTimeout: 600_000 });
        all.push(client);
        await client.get(url);
      }
    });
    costs.push({ count, microseconds, bytes: (await held() - before) / count });
    await Promise.all(all.map((client) => client.close()));
  }
  print("clients made, with a call and a connection each, and the memory of one", costs);
}

/** Times of calls under load. */
async function latency(port: number): Promise<void> {
  console.log("milliseconds of one call, so many at a time: p50, p95, p99, most");
  for (const width of [1, 16, 64, 256, 1_024]) {
    const client = clientOf({ max: 64, perRoute: 64 });
    const url = `http://127.0.0.1:${port}/small`;
    await calls(client, 5_000, 64, () => url);
    const times = (await calls(client, 30_000, width, () => url)).sort();
    const at = (share: number): string => times[Math.floor(share * (times.length - 1))]!.toFixed(2).padStart(8);
    console.log(`${String(width).padStart(9)}${at(0.5)}${at(0.95)}${at(0.99)}${at(1)}`);
    await client.close();
  }
}

const PARTS: { readonly [name: string]: (port: number) => Promise<void> } = {
  queued,
  connections,
  origins,
  clients,
  latency,
};

const names = process.argv.slice(2);
const server = spawn(compileServer(ROOT, join(ROOT, ".build/bench")), [String(LIFETIME), "lo"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const port = await new Promise<number>((resolve, reject) => {
  server.stdout.setEncoding("utf8").once("data", (text: string) => resolve(Number(text)));
  server.on("error", reject);
  server.on("exit", (code) => reject(new Error(`The server ended with ${code}`)));
});
for (const name of names.length > 0 ? names : Object.keys(PARTS)) {
  const part = PARTS[name];
  if (part === undefined) throw new RangeError(`Cannot measure ${name}: choose from ${Object.keys(PARTS).join(", ")}`);
  await part(port);
}
server.kill();
process.exit(0);
