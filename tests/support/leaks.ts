/**
 * Owns the leak rule: after a test nothing is left that it had opened.
 * Must not know a client; whoever holds something tells how much by a {@linkcode LeakProbe}.
 */

import { BY_FETCH } from "./by_fetch.ts";
import { runtimeName } from "./runtime.ts";
import type { TestContext } from "./suite.ts";

/** Counts of what is still held, by name; all must be 0 after the test. */
export type LeakProbe = () => Readonly<Record<string, number>>;

interface FileSystem {
  readdirSync(path: string): string[];
  readlinkSync(path: string): string;
}

interface DenoFiles {
  readDirSync(path: string): Iterable<{ name: string }>;
  readLinkSync(path: string): string;
}

/** How long the system may take to close what was let go, in milliseconds. */
const PATIENCE = 2_000;

/** Sockets of this process; `undefined` where the system does not tell (no `/proc`). */
export function openSockets(): number | undefined {
  try {
    // A descriptor may be a second one of the same socket: runtimes do that with standard output.
    return new Set(descriptorLinks().filter((link) => link.startsWith("socket:"))).size;
  } catch {
    return undefined;
  }
}

/** Open descriptors of this process, of whatever kind; 0 where the system does not tell. */
export function openFiles(): number {
  try {
    return descriptorLinks().length;
  } catch {
    return 0;
  }
}

function descriptorLinks(): string[] {
  const folder = "/proc/self/fd";
  const deno = (globalThis as unknown as { Deno: DenoFiles }).Deno;
  const fs = runtimeName() === "deno" ? undefined : process.getBuiltinModule("node:fs") as FileSystem;
  const names = fs ? fs.readdirSync(folder) : Array.from(deno.readDirSync(folder), (entry) => entry.name);
  const links: string[] = [];
  for (const name of names) {
    try {
      links.push(fs ? fs.readlinkSync(`${folder}/${name}`) : deno.readLinkSync(`${folder}/${name}`));
    } catch {
      // The descriptor of the listing itself is gone by now.
    }
  }
  return links;
}

/** The probes whose counts are not 0. */
function held(probes: readonly LeakProbe[]): string[] {
  return probes.flatMap((probe) =>
    Object.entries(probe()).filter(([, count]) => count !== 0).map(([name, count]) => `${name}: ${count}`)
  );
}

/** Resolves when nothing is left; rejects when something still is after `patience` milliseconds. */
export async function checkLeaks(
  probes: readonly LeakProbe[],
  before: number | undefined,
  patience: number = PATIENCE,
): Promise<void> {
  const started = Date.now();
  for (;;) {
    const left = held(probes);
    const sockets = openSockets();
    if (before !== undefined && sockets !== undefined && sockets > before) {
      left.push(`open sockets: ${sockets - before}`);
    }
    if (left.length === 0) return;
    if (Date.now() - started >= patience) throw new Error(`Test left something behind: ${left.join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * Fails the test when, after its other clean-ups, a probe counts anything or more sockets are open
 * than when this was called. Call it first in a test: clean-ups run in reverse order.
 *
 * ```ts
 * watchLeaks(t, () => ({ deadlines: queue.size, listeners: token.listenerCount, timers: clock.pending }));
 * ```
 */
export function watchLeaks(t: TestContext, ...probes: LeakProbe[]): void {
  // The runtime's own `fetch` keeps its connections to itself.
  const before = BY_FETCH ? undefined : openSockets();
  t.after(() => checkLeaks(probes, before));
}
