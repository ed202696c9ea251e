/**
 * The soak: many clients do mixed work against servers where everything goes wrong, for as long as told.
 *
 *   deno task soak [--seconds=60] [--lanes=18] [--until-wrong] [--ways=tls,proxy] [--works=get,head] [--svg=path]
 *
 * It fails for an answer that is not the answer to what was asked, a POST that arrived twice, a failure
 * where nothing went wrong or that is no error of ours, a kind of fault that never came, and for anything
 * left at the end: calls, places, timers, listeners, sockets, memory.
 */

import { writeFileSync } from "node:fs";
import { AbortError, JetstreamError, TimeoutError } from "../../mod.ts";
import { Authority } from "../support/certificates.ts";
import { runtimeId } from "../support/runtime.ts";
import { startServer } from "../support/server_process.ts";
import { tcpSockets } from "../support/tcp_sockets.ts";
import { Lane, type Ports, type Way, waysOf } from "./lane.ts";
import { plot } from "./plot.ts";
import { type Work, WORKS, WrongAnswer } from "./works.ts";

/** How long what was let go may take to be gone, in milliseconds. */
const PATIENCE = 8_000;

/** The heap may grow by this share, and this much, from the second quarter of the run to the last. */
const HEAP_GROWTH = 1.5;
const HEAP_SLACK = 24 * 1024 * 1024;

/** Milliseconds between two looks at the clock, for how long the machine kept this process waiting. */
const LOOK = 50;

/** A process that waited longer may have sent before it saw what came. */
const MOST_LAG = 300;

/** Seconds below which neither memory nor the kinds of faults say anything. */
const ENOUGH = 45;

function option(name: string, fallback: number): number {
  const found = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return found === undefined ? fallback : Number(found.slice(name.length + 3));
}

const seconds = option("seconds", 60);
const lanes = option("lanes", 18);
const untilWrong = process.argv.includes("--until-wrong");
const svg = process.argv.find((argument) => argument.startsWith("--svg="))?.slice(6);

/** The names that a list of the command line has; empty for all. */
function chosen(name: string): readonly string[] {
  const found = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return found === undefined ? [] : found.slice(name.length + 3).split(",");
}

const works = WORKS.filter(({ name }) => chosen("works").includes(name) || chosen("works").length === 0);

/** What was seen. */
const seen = {
  calls: 0,
  ok: 0,
  refused: 0,
  failed: new Map<string, number>(),
  works: new Map<string, number>(),
  wrong: [] as string[],
};

function wrong(what: string): void {
  if (seen.wrong.length < 50) seen.wrong.push(what);
}

function add(map: Map<string, number>, name: string): void {
  map.set(name, (map.get(name) ?? 0) + 1);
}

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

async function perform(work: Work, { client, way }: Lane): Promise<void> {
  seen.calls++;
  add(seen.works, work.name);
  const id = `${way.name} ${work.name.replaceAll(" ", "-")}-${++ids}`;
  try {
    const outcome = await work.run({ client, base: way.base, calm: way.calm, id, signal: counted.signal });
    if (outcome === "ok") seen.ok++;
    else seen.refused++;
    if (outcome !== "ok" && way.calm) wrong(`${id} was refused where nothing goes wrong`);
  } catch (error) {
    judge(error, id, way, work);
  }
}

function judge(error: unknown, what: string, way: Way, work: Work): void {
  if (error instanceof WrongAnswer) return wrong(error.message);
  if (!(error instanceof JetstreamError)) {
    return wrong(`${what} ended with an error of others: ${error instanceof Error ? error.stack : error}`);
  }
  add(seen.failed, error.code);
  const given = work.gives === true && (error instanceof AbortError || error instanceof TimeoutError);
  if (!given && (way.calm || error instanceof AbortError)) {
    wrong(`${what} failed where nothing goes wrong: ${error.message}`);
  }
}

async function worker(lane: Lane, end: number): Promise<void> {
  while (performance.now() < end && !(untilWrong && seen.wrong.length > 0)) {
    await perform(works[Math.floor(Math.random() * works.length)]!, lane);
  }
}

/** A client that lives for a few calls, while it may still have connections, or is closed in the midst of them. */
async function brief(ways: readonly Way[], end: number): Promise<void> {
  while (performance.now() < end && !(untilWrong && seen.wrong.length > 0)) {
    const lane = new Lane(ways[Math.floor(Math.random() * ways.length)]!);
    for (let turn = 0; turn < 3; turn++) await perform(works[Math.floor(Math.random() * works.length)]!, lane);
    report(`${lane.way.name}, a brief client`, await closed(lane));
  }
}

function report(who: string, left: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(left)) if (count !== 0) wrong(`${who} left ${name}: ${count}`);
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
  readonly arrived?: Readonly<Record<string, number>>;
}

/** Every kind of fault that has to come in a run that is long enough. */
const FAULTS = [
  "latency",
  "stall",
  "trickle",
  "rst-head",
  "rst-body",
  "fin-head",
  "fin-body",
  "half-close",
  "garbage",
  "short-length",
  "long-length",
  "bad-chunk",
  "cut-chunk",
  "poison",
  "late-poison",
  "unavailable",
  "informational",
  "tls-cut",
  "tls-garbage",
  "restart",
  "certificate-change",
  "certificate-foreign",
  "dns-elsewhere",
  "dns-both",
  "dns-missing",
  "dns-failed",
  "dns-silent",
  "dns-garbage",
  "proxy-latency",
  "proxy-rst",
  "proxy-fin",
  "proxy-stall",
  "proxy-trickle",
  "proxy-garbage",
  "proxy-407",
  "proxy-502",
  "proxy-early",
];

async function start(): Promise<Ports> {
  const [authority, stranger] = await Promise.all([Authority.create("Soak CA"), Authority.create("Soak CA")]);
  const names = ["localhost", "127.0.0.1"];
  const server = await startServer<Omit<Ports, "proxy" | "ca">>("tests/soak/server.mjs", {
    good: await authority.issue({ names }),
    other: await authority.issue({ names }),
    foreign: await stranger.issue({ names }),
  });
  const { port } = await startServer<{ port: number }>("tests/soak/proxy.mjs", {});
  return { ...server, proxy: port, ca: authority.cert };
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

process.on("unhandledRejection", (reason) => wrong(`a rejection that nobody handles: ${(reason as Error)?.stack}`));

const ports = await start();
const ways = waysOf(ports).filter(({ name }) => chosen("ways").includes(name) || chosen("ways").length === 0);
const socketsBefore = tcpSockets();
const long = Array.from({ length: lanes }, (_, index) => new Lane(ways[index % ways.length]!));
const began = performance.now();
const end = began + seconds * 1_000;
const ticking = setInterval(sample, Math.min(1_000, seconds * 20));
looked = performance.now();
const looking = setInterval(look, LOOK);
// Two workers on each client: its connections are shared.
await Promise.all([
  ...long.flatMap((lane) => [worker(lane, end), worker(lane, end)]),
  brief(ways, end),
  brief(ways, end),
]);
clearInterval(ticking);
clearInterval(looking);
const took = (performance.now() - began) / 1_000;

await until(() => long.every((lane) => Object.values(lane.held).every((count) => count === 0)));
for (const lane of long) report(lane.way.name, lane.held);
if (counted.listening !== 0) wrong(`${counted.listening} listeners are left on a signal`);
const [{ counts, arrived = {} }, proxy] = await Promise.all([statistics(ports.calm), statistics(ports.proxy)]);
await Promise.all(long.map(async (lane) => report(`${lane.way.name}, closed`, await closed(lane))));
await until(() => tcpSockets() <= socketsBefore);
const socketsLeft = Math.max(0, tcpSockets() - socketsBefore);
if (socketsLeft > 0) wrong(`${socketsLeft} sockets are left`);
const judged = ["duplicatePosts", "wrongUploads", "underForeignCertificate"];
for (const name of judged) {
  if (arrived[name] !== 0) wrong(`the server counts ${name}: ${arrived[name]}`);
}
const faults: Readonly<Record<string, number>> = { ...counts, ...proxy.counts };
// Who was kept waiting took later what came earlier, on either side; else a rule is judged, not a single case.
const waited = Math.max(lag, arrived.longestWait ?? 0);
const poisoned = (faults.poison ?? 0) + (faults["late-poison"] ?? 0) + (faults["long-length"] ?? 0);
if (waited <= MOST_LAG && (arrived.onPoisoned ?? 0) > 2 + poisoned / 100) {
  wrong(`the server counts ${arrived.onPoisoned} requests long after an answer too many`);
}
const heap = [leastHeap(0.25, 0.5), leastHeap(0.75, 1)] as const;
if (took >= ENOUGH) {
  for (const kind of FAULTS) if (!faults[kind]) wrong(`the fault ${kind} never came`);
  if (heap[1] > HEAP_GROWTH * heap[0] + HEAP_SLACK) wrong(`the heap grew from ${heap[0]} to ${heap[1]} bytes`);
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
console.log(`  arrived: ${list(Object.entries(arrived))}`);
console.log(`  longest wait for the machine: ${Math.round(lag)} ms`);
console.log(`  heap: ${heap.map((bytes) => `${Math.round(bytes / 1_048_576)} MiB`).join(", then ")}`);
for (const each of seen.wrong.slice(0, 20)) console.log(`WRONG ${each}`);
console.log(`${runtimeId()}: ${seen.wrong.length} wrong`);
// Where all is right, the process has to end by itself.
if (seen.wrong.length > 0) process.exit(1);
