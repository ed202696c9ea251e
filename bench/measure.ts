/**
 * Owns the loop around a contender.
 * Must not know who the contender is.
 * Invariant: it ends at its time, whatever the contender does; a wrong answer is an error, never a result.
 */

import { type Contender, UPLOAD_BYTES } from "./contenders/contender.ts";
import type { Operation } from "./works.ts";

/** What is asked of a process. */
export interface Command {
  readonly operation: Operation;
  readonly url: string;
  readonly concurrency: number;
  /** How long to go on; each lane ends the request it is at. */
  readonly milliseconds: number;
}

/** What came of it. */
export interface Measured {
  readonly count: number;
  readonly bytes: number;
  readonly milliseconds: number;
  /** p50, p95 and p99, in milliseconds. */
  readonly latency: readonly number[];
}

/** Every fourth request is timed: reading the clock costs more than some requests. */
const TIMED = 4;

/** Runs a contender for a while; `undefined` when it cannot do this. */
export async function measure(contender: Contender, command: Command): Promise<Measured | undefined> {
  if (contender[command.operation] === undefined) return undefined;
  return command.operation === "json" ? await measureRate(contender, command) : await transfer(contender, command);
}

async function measureRate(contender: Contender, command: Command): Promise<Measured> {
  const { url, concurrency, milliseconds } = command;
  await check(contender, url);
  const samples: number[] = [];
  const started = performance.now();
  const until = started + milliseconds;
  let count = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const before = performance.now();
      if (before >= until) return;
      await contender.json(url);
      samples.push(performance.now() - before);
      for (let i = 1; i < TIMED; i++) await contender.json(url);
      count += TIMED;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return { count, bytes: 0, milliseconds: performance.now() - started, latency: percentiles(samples) };
}

async function check(contender: Contender, url: string): Promise<void> {
  const value = await contender.json(url) as { id?: number; text?: string };
  if (value.id !== 1 && value.text?.length !== 10_229) {
    throw new Error(`Wrong answer from ${url}: ${JSON.stringify(value).slice(0, 80)}`);
  }
}

async function transfer(contender: Contender, { operation, url, milliseconds }: Command): Promise<Measured> {
  const upload = operation === "uploadBytes" ? uploadBytes() : new Uint8Array(0);
  const started = performance.now();
  let count = 0;
  let bytes = 0;
  do {
    const moved = await contender[operation]!(url, upload) as number;
    if (moved !== UPLOAD_BYTES) throw new Error(`Moved ${moved} bytes, expected ${UPLOAD_BYTES}`);
    count++;
    bytes += moved;
  } while (performance.now() - started < milliseconds);
  return { count, bytes, milliseconds: performance.now() - started, latency: [] };
}

let kept: Uint8Array<ArrayBuffer> | undefined;

/** Made once, and filled: untouched pages would take no memory. */
function uploadBytes(): Uint8Array<ArrayBuffer> {
  return kept ??= new Uint8Array(UPLOAD_BYTES).fill(98);
}

function percentiles(samples: number[]): number[] {
  samples.sort((a, b) => a - b);
  return [0.5, 0.95, 0.99].map((share) => samples[Math.min(samples.length - 1, Math.floor(samples.length * share))]!);
}
