/**
 * Owns a storm of calls that are aborted, each in a phase of its own choosing, and the count of
 * what it hit and of what it left behind.
 * Must not know how the client ends a call.
 * Invariant: the phase that is counted is the one the call was in when it was aborted, whatever was aimed at.
 */

import {
  AbortError,
  type CallEvent,
  type CallEventType,
  Client,
  type ClientOptions,
  type RequestOptions,
} from "../../mod.ts";
import { fullBacklog } from "./full_backlog.ts";
import { openFiles } from "./leaks.ts";
import { origin } from "./origin.ts";
import { runtimeName } from "./runtime.ts";
import { startServer } from "./server_process.ts";

/** The phases of a call. */
export const PHASES = ["queue", "dns", "connect", "tls", "send", "head", "body"] as const;

/** One of them. */
export type StormPhase = typeof PHASES[number];

/** What came of a storm. */
export interface StormReport {
  /** Aborted calls by phase. */
  readonly counts: Readonly<Record<StormPhase, number>>;
  /** How calls ended that did not end as they had to. */
  readonly wrong: readonly string[];
  /** What was still busy, queued or being opened after the last call. */
  readonly left: Readonly<Record<string, number>>;
  /** Open files before the storm and after it, once the clients are closed. */
  readonly files: readonly [before: number, after: number];
  /** Descriptors of TLS handshakes that Deno keeps until the peer moves. */
  readonly kept: number;
  readonly milliseconds: number;
}

/** The event that begins each phase. */
const BEGINS: Readonly<Record<StormPhase, CallEventType>> = {
  queue: "queue-start",
  dns: "dns-start",
  connect: "connect-start",
  tls: "tls-start",
  send: "send-start",
  head: "send-end",
  body: "head",
};

const LANES = 128;
const PATIENCE = 5_000;
const BIG = new Uint8Array(8 * 1024 * 1024);

interface Ports {
  readonly silent: number;
  readonly deaf: number;
  readonly stalled: number;
  readonly control: number;
}

interface Target {
  readonly client: Client;
  readonly method: string;
  readonly url: string;
  readonly options: RequestOptions;
}

/** The ways to abort: in the midst of the event, right after it, and later. */
const AFTER: readonly ((abort: () => void) => void)[] = [
  (abort) => abort(),
  (abort) => queueMicrotask(abort),
  (abort) => void setTimeout(abort, 0),
  (abort) => void setTimeout(abort, 3),
];

/** A body that gives a part and then never another. */
async function* endless(ended: Promise<void>): AsyncGenerator<Uint8Array> {
  yield BIG.subarray(0, 1_000);
  await ended;
}

function phaseOf(last: CallEventType | undefined): StormPhase | undefined {
  if (last === "chunk") return "body";
  return PHASES.find((phase) => BEGINS[phase] === last);
}

/** Waits until `done` says so, or patience ends. */
async function settled(done: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
}

class Storm {
  readonly counts: Record<StormPhase, number> = { queue: 0, dns: 0, connect: 0, tls: 0, send: 0, head: 0, body: 0 };
  readonly wrong: string[] = [];
  readonly #main: Client;
  readonly #narrow: Client;
  readonly #ports: Ports;
  readonly #backlog: number;

  constructor(main: Client, narrow: Client, ports: Ports, backlog: number) {
    this.#main = main;
    this.#narrow = narrow;
    this.#ports = ports;
    this.#backlog = backlog;
  }

  #target(phase: StormPhase, turn: number, ended: Promise<void>): Target {
    const client = phase === "queue" ? this.#narrow : this.#main;
    const { silent, deaf, stalled } = this.#ports;
    const get = (url: string): Target => ({ client, method: "GET", url, options: {} });
    switch (phase) {
      case "queue":
        return get(`http://127.0.0.1:${stalled}/`);
      case "dns":
        // Calls for one name wait for one look-up, so some names are the same.
        return get(`http://silent.n${turn % 300}.test/`);
      case "connect":
        return get(`http://127.0.0.1:${this.#backlog}/`);
      case "tls":
        return get(`https://localhost.test:${silent}/`);
      case "send":
        return turn % 8 === 0
          ? { client, method: "POST", url: `http://127.0.0.1:${deaf}/`, options: { body: BIG } }
          : { client, method: "POST", url: `http://127.0.0.1:${silent}/`, options: { body: endless(ended) } };
      case "head":
        return get(`http://127.0.0.1:${silent}/`);
      case "body":
        return get(`http://127.0.0.1:${stalled}/`);
    }
  }

  async call(turn: number): Promise<void> {
    const aim = PHASES[turn % PHASES.length]!;
    const round = Math.floor(turn / PHASES.length);
    const controller = new AbortController();
    const reason = new Error("enough");
    let end = (): void => {};
    const { client, method, url, options } = this.#target(aim, round, new Promise((resolve) => end = resolve));
    let last: CallEventType | undefined;
    let hit: StormPhase | undefined;
    let begun = false;
    const abort = (): void => {
      hit = phaseOf(last);
      controller.abort(reason);
    };
    const onEvent = (event: CallEvent): void => {
      if (!controller.signal.aborted) last = event.type;
      if (event.type !== BEGINS[aim] || begun) return;
      begun = true;
      AFTER[round % AFTER.length]!(abort);
    };
    const all = { ...options, signal: controller.signal, onEvent };
    try {
      if (Math.floor(round / AFTER.length) % 2 === 0) await client.request(method, url, all);
      else for await (const _ of (await client.stream(method, url, all)).iterBytes());
      this.wrong.push(`${aim}: succeeded`);
    } catch (error) {
      if (!(error instanceof AbortError) || error.reason !== reason) this.wrong.push(`${aim}: ${error}`);
      else if (hit === undefined) this.wrong.push(`${aim}: aborted after ${last}`);
      else this.counts[hit]++;
    } finally {
      end();
    }
  }

  async calls(from: number, to: number): Promise<void> {
    let next = from;
    const lane = async (): Promise<void> => {
      while (next < to) await this.call(next++);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }
}

/** Started outside of every test: they live as long as the file. */
const ports = await startServer<Ports>("tests/support/silent_server.mjs", {});
const { dns, http } = await origin();

/** On Deno no API ends a handshake that the peer has not answered: so the peer ends it. */
async function endHandshakes(options: ClientOptions): Promise<void> {
  if (runtimeName() !== "deno") return;
  const client = new Client(options);
  await client.get(`http://127.0.0.1:${ports.control}/`);
  await client.close();
  await new Promise((resolve) => setTimeout(resolve, 300));
}

/** Aborts `total` calls, evenly over the phases. */
export async function abortStorm(total: number): Promise<StormReport> {
  const listener = await fullBacklog();
  const shared = { retry: false, timeout: false, trustEnv: false } as const;
  const hosts = { "localhost.test": "127.0.0.1" };
  const make = (): [Client, Client] => [
    new Client({ ...shared, dns: { servers: [dns], hosts, queryTimeout: 60_000 } }),
    new Client({ ...shared, pool: { max: 1 } }),
  ];
  const run = async (to: number): Promise<[Storm, Record<string, number>]> => {
    const [main, narrow] = make();
    const storm = new Storm(main, narrow, ports, listener.port);
    // It keeps the one connection, so that every other call has to wait.
    const holder = new AbortController();
    await narrow.stream("GET", `http://127.0.0.1:${ports.stalled}/`, { signal: holder.signal });
    await storm.calls(0, to);
    holder.abort();
    const left = (): Record<string, number> => {
      const [a, b] = [main.stats(), narrow.stats()];
      return {
        calls: a.calls + b.calls,
        busy: a.busy + b.busy,
        queued: a.queued + b.queued,
        dialling: a.dialling + b.dialling,
      };
    };
    const none = (): boolean => Object.values(left()).every((count) => count === 0);
    await settled(none);
    const last = left();
    // Both still work.
    for (const client of [main, narrow]) {
      const { status } = await client.get(`${http}/echo`);
      if (status !== 200) storm.wrong.push(`the call after the storm: ${status}`);
    }
    await main.close();
    await narrow.close();
    return [storm, last];
  };
  // What a runtime opens once and keeps is no leak.
  await run(PHASES.length * AFTER.length * 2);
  await endHandshakes(shared);
  const before = openFiles();
  const started = performance.now();
  const [{ counts, wrong }, left] = await run(total);
  const milliseconds = performance.now() - started;
  const kept = runtimeName() === "deno" ? openFiles() - before : 0;
  await endHandshakes(shared);
  await settled(() => openFiles() <= before);
  const files = [before, openFiles()] as const;
  await listener.close();
  return { counts, wrong, left, files, kept, milliseconds };
}
