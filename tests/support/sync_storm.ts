/**
 * Owns many blocking calls with faults among them, and the count of what they leave behind.
 * Must not know how many are enough.
 */

import { bridge } from "../../src/sync/bridge.ts";
import { Client } from "../../sync.ts";
import { urlOf } from "./behaviour.ts";

/** What a storm left. */
export interface StormResult {
  readonly calls: number;
  readonly failures: number;
  readonly workers: number;
  /** Descriptors more than before; 0 where the system does not tell. */
  readonly descriptors: number;
  /** Heap of this thread in use, more than after the warm-up, in bytes. */
  readonly memory: number;
  /** Resident memory of the process more than after the warm-up: heaps that have grown are not given back. */
  readonly resident: number;
}

/** Turns of the loop that an ended worker may take to give back what it had. */
const TURNS = 200;

function descriptors(): number {
  const { readdirSync } = process.getBuiltinModule("node:fs");
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

function memory(): { readonly memory: number; readonly resident: number } {
  const { heapUsed, rss } = process.memoryUsage();
  return { memory: heapUsed, resident: rss };
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

/** Makes `calls` calls, and ends the worker `kills` times among them. */
export async function syncStorm(base: string, calls: number, kills: number): Promise<StormResult> {
  const client = new Client({ retry: false });
  const warmUp = Math.min(6_000, calls);
  for (let at = 0; at < warmUp; at++) callOnce(client, base, at);
  await settle(Infinity);
  const before = { descriptors: descriptors(), ...memory() };
  const generation = bridge().generation;
  let failures = 0;
  for (let at = 0; at < calls; at++) {
    if (at > 0 && at % Math.ceil(calls / (kills + 1)) === 0) {
      bridge().end();
      await settle(before.descriptors);
    }
    if (callOnce(client, base, at)) failures++;
  }
  const workers = bridge().generation - generation;
  client.purge();
  await settle(before.descriptors);
  const now = memory();
  const left = {
    descriptors: descriptors() - before.descriptors,
    memory: now.memory - before.memory,
    resident: now.resident - before.resident,
  };
  client.close();
  return { calls, failures, workers, ...left };
}

/** Lets ended workers and closed sockets go. */
async function settle(descriptorsWanted: number): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (descriptors() <= descriptorsWanted && turn > 4) return;
  }
}
