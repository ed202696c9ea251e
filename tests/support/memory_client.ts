/**
 * Owns a real {@linkcode Client} over a network in memory and a clock that moves only when told.
 * Must not know what is tested.
 * Invariant: all but sockets and time is as users get it, the runtime's codecs and digests included.
 */

import type { Client, ClientOptions } from "../../mod.ts";
import type { Runtime } from "../../src/core/runtime.ts";
import type { Host } from "../../src/client/host.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { MemoryConnector, type MemoryPlan } from "../../src/net/memory.ts";
import { clientOnHost } from "./client_on_host.ts";
import { FakeClock } from "./fake_clock.ts";
import type { TestContext } from "./suite.ts";

/** A client and what stands in the place of the machine. */
export interface MemoryClient {
  readonly client: Client;
  readonly host: Host;
  readonly clock: FakeClock;
  readonly net: MemoryConnector;
}

/** Makes one; every name leads to 10.0.0.1. It is closed after the test, and must leave nothing that holds. */
export function memoryClient(
  t: TestContext,
  plans: Iterable<MemoryPlan> | (() => MemoryPlan),
  options: ClientOptions = {},
): MemoryClient {
  const clock = new FakeClock();
  const net = new MemoryConnector(plans);
  const machine = detectRuntime();
  const runtime: Runtime = {
    name: machine.name,
    connector: net,
    lookup: () => Promise.resolve([{ address: "10.0.0.1", family: 4, ttl: 60 }]),
    dnsQuery: () => Promise.reject(new Error("There is no name server")),
    env: () => undefined,
    files: undefined,
    codecs: machine.codecs,
    hash: (name, bytes) => machine.hash(name, bytes),
    agent: "Memory/1",
  };
  const { client, host } = clientOnHost({ runtime, clock }, options);
  t.after(async () => {
    await clock.until(host.close());
    const left = { open: net.open, held: clock.held, calls: client.stats().calls };
    for (const [name, count] of Object.entries(left)) {
      if (count !== 0) throw new Error(`The client left something behind: ${name} ${count}`);
    }
  });
  return { client, host, clock, net };
}
