/**
 * Owns the way from text in parts to lines.
 * Must not know encodings, nor what a line means.
 * Invariants: a line ends with LF or CR LF, and a lone CR is part of it; each character is
 * looked at once, however the text is split; no line grows above the limit.
 */

import { BodyTooLargeError } from "../errors.ts";

/** The longest line that is put together, in characters: far more than a record of a log or NDJSON feed has. */
export const MAX_LINE = 1_048_576;

/** A splitter that is fed. */
export class LineSplitter {
  readonly #max: number;
  #rest = "";

  /** `max` is the limit in characters. Throws `RangeError` unless it is a positive integer or Infinity. */
  constructor(max: number = MAX_LINE) {
    if (!(max === Infinity || (Number.isInteger(max) && max > 0))) {
      throw new RangeError(`Cannot split lines: max is ${max}, expected a positive integer`);
    }
    this.#max = max;
  }

  /** Adds the lines that `text` completes to `lines`. Throws `BodyTooLargeError` above the limit. */
  push(text: string, lines: string[]): void {
    let from = 0;
    for (let feed = text.indexOf("\n"); feed >= 0; feed = text.indexOf("\n", from)) {
      const whole = this.#rest + text.slice(from, feed);
      const line = whole.endsWith("\r") ? whole.slice(0, -1) : whole;
      this.#rest = "";
      if (line.length > this.#max) throw this.#tooLong();
      lines.push(line);
      from = feed + 1;
    }
    this.#rest += from === 0 ? text : text.slice(from);
    const over = this.#rest.length - this.#max;
    // One more than the limit may be the CR of a line that just fits. The characters are looked at in
    // this one case only: to look into a text that grows would flatten it each time.
    if (over > 1 || (over === 1 && !this.#rest.endsWith("\r"))) throw this.#tooLong();
  }

  /** The last line when the text did not end with one; `undefined` otherwise. */
  end(): string | undefined {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? undefined : rest;
  }

  #tooLong(): BodyTooLargeError {
    return new BodyTooLargeError(
      `Cannot read the line: it is longer than ${this.#max} characters (see the max option)`,
      { limit: this.#max },
    );
  }
}
