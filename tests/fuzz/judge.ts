/**
 * Owns when a promise counts as broken: another error than a proper one, another answer for other
 * pieces, more than linear time.
 * Must not know how inputs are made.
 * Invariant: a verdict on time is never spoken from one measurement, and never on what is short.
 */

import { amplify } from "./mutate.ts";
import type { Random } from "./random.ts";
import { Broken, type Cut, type FuzzTarget } from "./target.ts";

/** A promise that an input broke. */
export interface Finding {
  readonly target: string;
  readonly input: string;
  readonly what: string;
}

/** All bytes at once. */
const WHOLE: Cut = (bytes) => [bytes];

/** Byte by byte. */
const SINGLES: Cut = (bytes) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));

/** What came of an input in words; a proper error is an answer like any other. */
export function answer(target: FuzzTarget, input: string, cut: Cut = WHOLE): string {
  try {
    return target.run(input, cut);
  } catch (error) {
    if (error instanceof Broken || target.proper?.(error) !== true) throw error;
    return `! ${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** Tries one input. Returns what it told, or the promise that it broke. */
export function judge(target: FuzzTarget, input: string, random: Random): string | Finding {
  try {
    const whole = answer(target, input);
    if (target.cuts === true) {
      for (const [name, cut] of [["byte by byte", SINGLES], ["in pieces", pieces(random)]] as const) {
        const told = answer(target, input, cut);
        if (told !== whole) throw new Broken(`${name} it says ${told}, at once ${whole}`);
      }
    }
    return whole;
  } catch (error) {
    return { target: target.name, input, what: describe(error) };
  }
}

function pieces(random: Random): Cut {
  const places = Array.from({ length: 1 + random.below(4) }, () => random.next());
  return (bytes) => {
    const at = places.map((place) => Math.floor(place * (bytes.length + 1))).sort((a, b) => a - b);
    return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
  };
}

function describe(error: unknown): string {
  if (error instanceof Broken) return error.message;
  if (!(error instanceof Error)) return `it throws ${String(error)}`;
  return `it throws ${error.name}: ${error.message}\n${error.stack ?? ""}`;
}

/** Four times the input may take this many times longer. */
const MOST_GROWTH = 10;

/** What takes less than this is not judged, in milliseconds: a busy machine takes as long for nothing. */
const SHORT = 400;

/** Judges the time that an input takes which is made of parts of `input`, as its length grows fourfold. */
export function judgeTime(target: FuzzTarget, input: string, random: Random): Finding | undefined {
  const most = target.longest ?? 262_144;
  const from = random.below(input.length + 1);
  const to = from + random.below(Math.min(64, input.length - from) + 1);
  const long = amplify(input, from, to, most);
  const short = amplify(input, from, to, most / 4);
  let took = spent(target, long);
  if (took < SHORT) return undefined;
  // Not from one measurement: the machine has others to serve.
  let base = Infinity;
  for (let turn = 0; turn < 3; turn++) {
    base = Math.min(base, spent(target, short));
    took = Math.min(took, spent(target, long));
  }
  if (took < SHORT || took < MOST_GROWTH * base) return undefined;
  const what = `${long.length} characters take ${Math.round(took)} ms, a quarter ${Math.round(base)} ms`;
  return { target: target.name, input: long, what };
}

function spent(target: FuzzTarget, input: string): number {
  const began = performance.now();
  try {
    answer(target, input);
  } catch {
    // Whatever it is, it is found with a short input too.
  }
  return performance.now() - began;
}

/** The smallest part of the input that still breaks a promise, found by leaving out ever smaller parts. */
export function shrink(target: FuzzTarget, finding: Finding, random: Random): Finding {
  let best = finding;
  for (let size = Math.ceil(best.input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.input.length;) {
      const smaller = judge(target, best.input.slice(0, at) + best.input.slice(at + size), random);
      if (typeof smaller === "string") at += size;
      else best = smaller;
    }
  }
  return best;
}
