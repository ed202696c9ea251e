/**
 * Owns what a target of the fuzzer is: one machine or parser, with what it promises for any input.
 * Must not know how inputs are made (`mutate.ts`), nor when a promise counts as broken (`judge.ts`).
 *
 * A new target is one file in `targets/` and one row in `registry.ts`. Inputs are text of one character
 * per byte; a parser of text may be given any.
 */

/** Cuts the bytes of an input into the pieces in which they arrive. */
export type Cut = (bytes: Uint8Array) => readonly Uint8Array[];

/** One machine or parser. */
export interface FuzzTarget {
  /** Name of its corpus, and of itself on the command line. */
  readonly name: string;
  /** Inputs that reach far, good and bad. */
  readonly seeds: readonly string[];
  /** Words of its grammar. */
  readonly tokens: readonly string[];
  /**
   * Reads one input and says in words what came of it. Throws {@linkcode Broken} where a promise of its
   * own does not hold, and what the code under test throws.
   */
  run(input: string, cut: Cut): string;
  /** Whether `error` is a proper end of an input. @default {never} */
  proper?(error: unknown): boolean;
  /** Whether it must say the same however the bytes are cut. @default {false} */
  readonly cuts?: boolean;
  /** Longest input that is timed; its own limits cut off what is longer. @default {262_144} */
  readonly longest?: number;
}

/** A promise that does not hold. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/** Throws {@linkcode Broken} unless `holds`. */
export function promise(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** Throws {@linkcode Broken} unless both are the same in JSON. */
export function same(found: unknown, wanted: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Broken(`${what}: ${a} is not ${b}`);
}

/** One byte per character. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

/** Bytes as words, in full or, when they are many, their number and a sum. */
export function wordsOf(text: string): string {
  if (text.length <= 64) return JSON.stringify(text);
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  return `${text.length} characters, ${sum}`;
}
