/**
 * Owns received bytes that are not consumed yet.
 * Must not know what they mean.
 * Invariants: a received view is borrowed, never copied while it is consumed at once; only the
 * start of an incomplete section is copied, and its parser's limit bounds that; bytes are
 * consumed in the order in which they came.
 */

import type { FieldSection } from "./field_section.ts";
import type { HeadParser } from "./head_parser.ts";

const EMPTY = new Uint8Array(0);
/** First size of the copy of an incomplete section: most heads fit. */
const FIRST_KEPT_BYTES = 1024;
/** Bytes appended to an incomplete section at a time, so that a large view is not copied for a short rest. */
const PIECE_BYTES = 2048;

/** Bytes between a socket and the readers. Readers move `at` themselves. */
export class ReceiveBuffer {
  /** The borrowed view. */
  view: Uint8Array = EMPTY;
  /** First byte of `view` that is not consumed. */
  at = 0;
  /** End of the bytes in `view`. */
  end = 0;
  /** Start of an incomplete section, copied from earlier views; comes before `view`. */
  #kept: Uint8Array = EMPTY;
  #keptLength = 0;

  /** Number of bytes that are not consumed. */
  get pending(): number {
    return this.#keptLength + this.end - this.at;
  }

  /** Takes a view. What is left of the one before is joined with it, so that nothing is lost. */
  receive(view: Uint8Array): void {
    this.view = this.at === this.end ? view : joined(this.view.subarray(this.at, this.end), view);
    this.at = 0;
    this.end = this.view.length;
  }

  /** Lets go of a view that is consumed, which may be large. */
  release(): void {
    if (this.at === this.end) this.view = EMPTY;
  }

  /** Makes what is left independent of the borrowed view, which may change after this. */
  retain(): void {
    this.view = this.at === this.end ? EMPTY : this.view.slice(this.at, this.end);
    this.at = 0;
    this.end = this.view.length;
  }

  /** Consumes one section; `null` when it is incomplete: then all bytes are kept. */
  readSection(parser: HeadParser): FieldSection | null {
    if (this.#keptLength === 0) {
      if (parser.scan(this.view, this.at, this.end)) {
        const section = parser.section(this.view, this.at);
        this.at += parser.length;
        return section;
      }
      this.#keep(this.end - this.at);
      return null;
    }
    while (this.at < this.end) {
      this.#keep(Math.min(this.end - this.at, PIECE_BYTES));
      if (!parser.scan(this.#kept, 0, this.#keptLength)) continue;
      const section = parser.section(this.#kept, 0);
      this.at -= this.#keptLength - parser.length;
      this.#kept = EMPTY;
      this.#keptLength = 0;
      return section;
    }
    return null;
  }

  #keep(length: number): void {
    if (length === 0) return;
    const needed = this.#keptLength + length;
    if (needed > this.#kept.length) {
      const larger = new Uint8Array(Math.max(FIRST_KEPT_BYTES, 2 * this.#kept.length, needed));
      larger.set(this.#kept.subarray(0, this.#keptLength));
      this.#kept = larger;
    }
    this.#kept.set(this.view.subarray(this.at, this.at + length), this.#keptLength);
    this.#keptLength = needed;
    this.at += length;
  }

  /** Hands over everything that is not consumed, as bytes of their own, and is empty then. */
  take(): Uint8Array {
    const rest = joined(this.#kept.subarray(0, this.#keptLength), this.view.subarray(this.at, this.end));
    this.clear();
    return rest;
  }

  /** Drops everything. */
  clear(): void {
    this.view = this.#kept = EMPTY;
    this.at = this.end = this.#keptLength = 0;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
