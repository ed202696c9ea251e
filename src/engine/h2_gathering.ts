/**
 * Owns the joining of DATA that one read brought for one stream: servers send frames of a few
 * kilobytes, and each chunk of a body costs memory and a turn of its reader.
 * Must not know what becomes of it.
 * Invariants: only bytes that were looked at already are written over; what was added is told before
 * anything else of its stream is, and before the read is over.
 */

import type { H2Stream } from "../protocol/h2/h2_stream.ts";

/** Joins for one connection. */
export class H2Gathering<O> {
  readonly #deliver: (stream: H2Stream<O>, bytes: Uint8Array, from: number, to: number) => void;
  #stream: H2Stream<O> | undefined;
  #bytes: Uint8Array | undefined;
  #from = 0;
  #to = 0;

  /** `deliver` is told what was joined. */
  constructor(deliver: (stream: H2Stream<O>, bytes: Uint8Array, from: number, to: number) => void) {
    this.#deliver = deliver;
  }

  /** Takes what stands behind all that was added of `bytes`, which stay as they are until `flush`. */
  add(stream: H2Stream<O>, bytes: Uint8Array, from: number, to: number): void {
    if (this.#stream === stream) {
      // Heads of frames stand between.
      bytes.copyWithin(this.#to, from, to);
      this.#to += to - from;
      return;
    }
    this.flush();
    this.#stream = stream;
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  /** Tells what was joined. */
  flush(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    const bytes = this.#bytes!;
    this.#stream = this.#bytes = undefined;
    this.#deliver(stream, bytes, this.#from, this.#to);
  }
}
