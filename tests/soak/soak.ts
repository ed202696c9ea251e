/**
 * The soak: many clients do mixed work against servers where everything goes wrong, for as long as told.
 *
 *   deno task soak [--seconds=60] [--lanes=18] [--threads=2] [--rate=200] [--until-wrong] [--ways=tls,proxy] [--works=get,head] [--svg=path]
 *
 * It fails for an answer that is not the answer to what was asked, a POST that arrived twice, a failure
 * where nothing went wrong or that is no error of ours, a kind of fault that never came, and for anything
 * left at the end: calls, places, timers, listeners, sockets, memory.
 */

import { writeFileSync } from "node:fs";
import { Authority } from "../support/certificates.ts";
import { runtimeId } from "../support/runtime.ts";
import { startServer } from "../support/server_process.ts";
import { tcpSockets } from "../support/tcp_sockets.ts";
import { inThreads } from "../support/threads.ts";
import { KINDS } from "./kinds.ts";
import { Lane, type Ports, waysOf } from "./lane.ts";
import { plot } from "./plot.ts";
import { Seen, type Tally } from "./seen.ts";
import type { ThreadTask } from "./sync_lanes.ts";
import { one, WORKS } from "./works.ts";

/** How long what was let go may take to be gone, in milliseconds. */
const PATIENCE = 8_000;

/** How long the threads of blocking clients may take to start, in milliseconds. */
const START = 60_000;

/** The heap may grow by this share, and this much, from the second quarter of the run to the last. */
const HEAP_GROWTH = 1.5;
const HEAP_SLACK = 24 * 1024 * 1024;

/** Milliseconds between two looks at the clock, for how long the machine kept this process waiting. */
const LOOK = 50;

/** A process that waited longer may have sent before it saw what came. */
const MOST_LAG = 300;

/** Seconds below which memory says nothing, and calls below which the kinds of faults do not. */
const ENOUGH = 45;
const ENOUGH_CALLS = 3_000;

function option(name: string, fallback: number): number {
  const found = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return found === undefined ? fallback : Number(found.slice(name.length + 3));
}

const seconds = option("seconds", 60);
const lanes = option("lanes", 18);
/** Threads with blocking clients. */
const threads = option("threads", 2);
/** Calls that may begin in a second. */
const rate = option("rate", Infinity);
const untilWrong = process.argv.includes("--until-wrong");
const svg = process.argv.find((argument) => argument.startsWith("--svg="))?.slice(6);

/** The names that a list of the command line has; empty for all. */
function chosen(name: string): readonly string[] {
  const found = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return found === undefined ? [] : found.slice(name.length + 3).split(",");
}

const works = WORKS.filter(({ name }) => chosen("works").includes(name) || chosen("works").length === 0);

const seen = new Seen();

/** A signal that everybody listens to and nobody aborts; it counts who listens. */
class CountedSignal {
  readonly signal: AbortSignal = new AbortController().signal;
  listening = 0;

  constructor() {
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>): void => {
      this.listening++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
      this.listening--;
      remove(...args);
    };
  }
}

const counted = new CountedSignal();
let ids = 0;

/** Waits until the next call may begin. */
let next = 0;
async function turn(): Promise<void> {
  next = Math.max(next + 1_000 / rate, performance.now());
  const rest = next - performance.now();
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
}

async function perform({ client, way }: Lane): Promise<void> {
  await turn();
  const work = one(works);
  const id = `${way.name} ${work.name.replaceAll(" ", "-")}-${++ids}`;
  const purpose = { work: work.name, id, calm: way.calm, gives: work.gives === true };
  const { base, calm, version } = way;
  seen.begin(purpose);
  try {
    seen.end(purpose, await work.run({ client, base, calm, version, id, signal: counted.signal }));
  } catch (error) {
    seen.fail(purpose, error);
  }
}

function goesOn(): boolean {
  return performance.now() < end && !(untilWrong && seen.wrong.length > 0);
}

async function worker(lane: Lane): Promise<void> {
  while (goesOn()) await perform(lane);
}

/** A client that lives for a few calls, while it may still have connections, or is closed in the midst of them. */
async function brief(): Promise<void> {
  while (goesOn()) {
    const lane = new Lane(one(ways));
    for (let turn = 0; turn < 3; turn++) await perform(lane);
    seen.left(`${lane.way.name}, a brief client`, await closed(lane));
  }
}

/** Threads whose blocking clients are open. */
const ready = new Int32Array(new SharedArrayBuffer(4));

/** The blocking clients, in threads of their own; resolves when their time is over. */
function blocking(): Promise<Tally[]> {
  const open = ways.filter(({ blocks }) => blocks !== false);
  if (open.length === 0) return Promise.resolve([]);
  return Promise.all(Array.from({ length: threads }, async (_, name) => {
    const task: ThreadTask = { ways: open, seconds, rate: rate / 10 / threads, name, ready };
    return (await inThreads<Tally>("tests/soak/sync_lanes.ts", 1, task))[0]!;
  }));
}

async function until(done: () => boolean, patience = PATIENCE): Promise<void> {
  const end = performance.now() + patience;
  while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** What a closed client still holds, once what was let go has had time to be gone. */
async function closed(lane: Lane): Promise<Readonly<Record<string, number>>> {
  // A place that was lost would be waited for without end.
  await Promise.race([lane.close(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  await until(() => Object.values(lane.left).every((count) => count === 0), 2_000);
  return lane.left;
}

interface Sample {
  readonly heap: number;
  readonly rss: number;
  readonly calls: number;
}

const samples: Sample[] = [];

/** The longest time, in milliseconds, that this process did not get to look at its sockets. */
let lag = 0;
let looked = performance.now();

function look(): void {
  lag = Math.max(lag, performance.now() - looked - LOOK);
  looked = performance.now();
}

function sample(): void {
  const { heapUsed, rss } = process.memoryUsage();
  samples.push({ heap: heapUsed, rss, calls: seen.calls });
}

/** The least heap in a part of the run: what stays when garbage is gone. */
function leastHeap(from: number, to: number): number {
  const part = samples.slice(Math.floor(from * samples.length), Math.ceil(to * samples.length));
  return Math.min(...part.map(({ heap }) => heap));
}

interface Statistics {
  readonly counts: Readonly<Record<string, number>>;
  readonly arrived: Readonly<Record<string, number>>;
}

async function start(): Promise<Ports> {
  // It stands beside what is transpiled for Node 20, not in it.
  const { findRuntime } = await import(new URL("tests/run/runtimes.mjs", `file://${process.cwd()}/`).href);
  const [authority, stranger] = await Promise.all([Authority.create("Soak CA"), Authority.create("Soak CA")]);
  const names = ["localhost", "127.0.0.1"];
  const certificates = {
    good: await authority.issue({ names }),
    other: await authority.issue({ names }),
    foreign: await stranger.issue({ names }),
  };
  const h1 = await startServer<object>("tests/soak/server.mjs", certificates);
  const h2 = await startServer<object>("tests/soak/h2_server.mjs", certificates, findRuntime("node24"));
  const { port } = await startServer<{ port: number }>("tests/soak/proxy.mjs", {});
  return { ...h1, ...h2, proxy: port, ca: authority.cert } as Ports;
}

async function statistics(port: number): Promise<Statistics> {
  const lane = new Lane({
    name: "statistics",
    calm: true,
    base: `http://127.0.0.1:${port}`,
    options: { trustEnv: false },
  });
  const found = await lane.client.get(`${lane.way.base}/stats`).json() as Statistics;
  await lane.close();
  return found;
}

process.on("unhandledRejection", (reason) => {
  const what = `a rejection that nobody handles: ${(reason as Error)?.stack}`;
  seen.note(what);
  // It may be the run itself that has failed: then no report follows.
  console.error(`WRONG ${what}`);
  process.exitCode = 1;
});

const ports = await start();
const ways = waysOf(ports).filter(({ name }) => chosen("ways").includes(name) || chosen("ways").length === 0);
const socketsBefore = tcpSockets();
const long = Array.from({ length: lanes }, (_, index) => new Lane(ways[index % ways.length]!));
const blocked = blocking();
// They begin together: who does much keeps others from starting.
await Promise.race([blocked, until(() => ready[0] === threads, START)]);
const began = performance.now();
const end = began + seconds * 1_000;
const ticking = setInterval(sample, Math.min(1_000, seconds * 20));
looked = performance.now();
const looking = setInterval(look, LOOK);
// Two workers on each client: its connections are shared.
await Promise.all([
  ...long.flatMap((lane) => [worker(lane), worker(lane)]),
  brief(),
  brief(),
]);
for (const tally of await blocked) seen.merge(tally);
clearInterval(ticking);
clearInterval(looking);
const took = (performance.now() - began) / 1_000;

await until(() => long.every((lane) => Object.values(lane.held).every((count) => count === 0)));
for (const lane of long) seen.left(lane.way.name, lane.held);
if (counted.listening !== 0) seen.note(`${counted.listening} listeners are left on a signal`);
const [{ counts, arrived }, h2, proxy] = await Promise.all(
  [ports.calm, ports.h2Stats, ports.proxy].map(statistics),
) as [Statistics, Statistics, Statistics];
await Promise.all(long.map(async (lane) => seen.left(`${lane.way.name}, closed`, await closed(lane))));
await until(() => tcpSockets() <= socketsBefore);
const socketsLeft = Math.max(0, tcpSockets() - socketsBefore);
if (socketsLeft > 0) seen.note(`${socketsLeft} sockets are left`);
const judged = ["duplicatePosts", "wrongUploads", "underForeignCertificate"];
for (const name of judged) {
  const count = arrived[name]! + h2.arrived[name]!;
  if (count !== 0) seen.note(`the servers count ${name}: ${count}`);
}
const faults: Readonly<Record<string, number>> = { ...counts, ...h2.counts, ...proxy.counts };
// Who was kept waiting took later what came earlier, on either side; else a rule is judged, not a single case.
const waited = Math.max(lag, arrived.longestWait ?? 0);
const poisoned = (faults.poison ?? 0) + (faults["late-poison"] ?? 0) + (faults["long-length"] ?? 0);
if (waited <= MOST_LAG && (arrived.onPoisoned ?? 0) > 2 + poisoned / 100) {
  seen.note(`the server counts ${arrived.onPoisoned} requests long after an answer too many`);
}
const heap = [leastHeap(0.25, 0.5), leastHeap(0.75, 1)] as const;
if (took >= ENOUGH && seen.calls >= ENOUGH_CALLS) {
  for (const kind of KINDS) if (!faults[kind]) seen.note(`the fault ${kind} never came`);
}
if (took >= ENOUGH && heap[1] > HEAP_GROWTH * heap[0] + HEAP_SLACK) {
  seen.note(`the heap grew from ${heap[0]} to ${heap[1]} bytes`);
}
if (svg !== undefined) {
  const rate = samples.map(({ calls }, at) => calls - (samples[at - 1]?.calls ?? 0));
  writeFileSync(
    svg,
    plot(`Soak on ${runtimeId()}`, took, [
      { name: "heap", color: "#2563eb", values: samples.map(({ heap }) => heap), scale: 1_048_576, unit: "MiB" },
      {
        name: "resident memory",
        color: "#16a34a",
        values: samples.map(({ rss }) => rss),
        scale: 1_048_576,
        unit: "MiB",
      },
      { name: "calls in a second", color: "#dc2626", values: rate, scale: 1, unit: "calls" },
    ]),
  );
}
const list = (map: Iterable<readonly [string, unknown]>): string =>
  [...map].map(([name, count]) => `${name} ${count}`).join(", ");
console.log(
  `${runtimeId()}: ${seen.calls} calls in ${Math.round(took)} s, ${seen.ok} right, ${seen.refused} refused by status`,
);
console.log(`  works: ${list(seen.works)}`);
console.log(`  failures: ${list(seen.failed)}`);
console.log(`  faults: ${list(Object.entries(faults))}`);
console.log(`  arrived: ${list(Object.entries(arrived))}; over HTTP/2: ${list(Object.entries(h2.arrived))}`);
console.log(`  longest wait for the machine: ${Math.round(lag)} ms`);
console.log(`  heap: ${heap.map((bytes) => `${Math.round(bytes / 1_048_576)} MiB`).join(", then ")}`);
for (const each of seen.wrong.slice(0, 20)) console.log(`WRONG ${each}`);
console.log(`${runtimeId()}: ${seen.wrong.length} wrong`);
// Where all is right, the process has to end by itself.
if (seen.wrong.length > 0) process.exit(1);
