/**
 * Owns many blocking calls with faults among them, and the count of what they leave behind.
 * Must not know how many are enough.
 */

import { bridge } from "../../src/sync/bridge.ts";
import { Client } from "../../sync.ts";
import { urlOf } from "./url_of.ts";
import { collect } from "./collect.ts";

/** What a storm left. */
export interface StormResult {
  readonly calls: number;
  readonly failures: number;
  readonly workers: number;
  /** Descriptors more than before; 0 where the system does not tell. */
  readonly descriptors: number;
  /** Memory of this thread more than after the warm-up, collected: heap and what it holds outside, in bytes. */
  readonly memory: number;
  /** Resident memory of the process more than after the warm-up, collected, both times without a worker. */
  readonly resident: number;
}

/** Turns of the loop that an ended worker may take to give back what it had. */
const TURNS = 200;

/** Calls before anything is counted. */
const WARM_UP = 3_000;

/** Collections after which what is left is held by somebody: finalizers run between them. */
const COLLECTIONS = 5;

function descriptors(): number {
  const { readdirSync } = process.getBuiltinModule("node:fs");
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

function memory(): { readonly memory: number; readonly resident: number } {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { memory: heapUsed + external, resident: rss };
}

/** One call out of ten kinds; whether it failed. */
function callOnce(client: Client, base: string, at: number): boolean {
  const url = (path: string, query = {}): string => urlOf(base, path, query);
  try {
    switch (at % 10) {
      case 0:
        client.get(url("/raw", { base64: btoa("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") }));
        return false;
      case 1:
        client.get("http://127.0.0.1:1/");
        return false;
      case 2: {
        using stream = client.stream("GET", url("/bytes/300000"));
        for (const _ of stream.iterBytes()) break;
        return false;
      }
      case 3:
        client.post(url("/echo"), { body: ["a", "b"].values(), hooks: { request: [() => {}] } });
        return false;
      case 4:
        client.get(url("/echo"), { hooks: { response: [() => void client.get(url("/echo"))] } });
        return false;
      case 5:
        client.get(url("/echo"), {
          hooks: {
            request: [() => {
              throw new Error("injected");
            }],
          },
        });
        return false;
      case 6:
        client.get(url("/sequence", { id: crypto.randomUUID(), statuses: "reset" }));
        return false;
      case 7: {
        using own = new Client({ onEvent: () => {} });
        own.get(url("/bytes/20000"));
        return false;
      }
      default:
        client.get(url("/echo"));
        return false;
    }
  } catch {
    return true;
  }
}

/** Moments at which a worker is ended: between calls, while one waits, and while a body comes. */
const ENDINGS: readonly ((client: Client, base: string) => void)[] = [
  () => bridge().end(),
  (client, base) => client.get(urlOf(base, "/echo"), { hooks: { request: [() => bridge().end()] } }),
  (client, base) => {
    using stream = client.stream("GET", urlOf(base, "/bytes/3000000"));
    for (const _ of stream.iterBytes()) bridge().end();
  },
];

/**
 * Makes `calls` calls, and ends the worker `kills` times among them. A storm of the same kind goes
 * before: what threads and allocators take for the first workers they keep for all.
 */
export async function syncStorm(base: string, calls: number, kills: number): Promise<StormResult> {
  const client = new Client({ retry: false });
  await storm(client, base, Math.min(WARM_UP, calls), kills);
  await endWorker(Infinity);
  const before = { descriptors: descriptors(), ...memory() };
  callOnce(client, base, 9);
  const generation = bridge().generation;
  const failures = await storm(client, base, calls, kills);
  const workers = bridge().generation - generation;
  client.purge();
  await endWorker(before.descriptors);
  const now = memory();
  const left = {
    descriptors: descriptors() - before.descriptors,
    memory: now.memory - before.memory,
    resident: now.resident - before.resident,
  };
  client.close();
  return { calls, failures, workers, ...left };
}

/** The calls; how many failed, but for those that were under way when a worker ended. */
async function storm(client: Client, base: string, calls: number, kills: number): Promise<number> {
  let failures = 0;
  let lost = 0;
  for (let at = 0; at < calls; at++) {
    if (at > 0 && at % Math.ceil(calls / (kills + 1)) === 0) {
      try {
        ENDINGS[lost++ % ENDINGS.length]!(client, base);
      } catch {
        // The call that was under way is lost with its worker.
      }
      await settle(Infinity);
    }
    if (callOnce(client, base, at)) failures++;
  }
  return failures;
}

/** Ends the worker and collects, so that nothing is counted but what is held. */
async function endWorker(descriptorsWanted: number): Promise<void> {
  bridge().end();
  for (let turn = 0; turn < COLLECTIONS; turn++) {
    await settle(descriptorsWanted);
    collect();
  }
}

/** Lets ended workers and closed sockets go. */
async function settle(descriptorsWanted: number): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (descriptors() <= descriptorsWanted && turn > 4) return;
  }
}
