/**
 * Owns where the bytes of one connection land.
 * Must not know what they mean.
 * Invariants: a buffer goes back to the others only when no read is pending into it; an idle
 * connection waits with a small one.
 */

import { MEDIUM_READ, type ReadBuffers, SMALL_READ } from "./read_buffers.ts";

/** The read buffers of one connection. */
export class ReadSpace {
  /** Whether reading was stopped by the consumer. */
  paused = false;
  readonly #buffers: ReadBuffers;
  readonly #ownedViews: boolean;
  #waiting: Uint8Array | undefined;
  #large: Uint8Array | undefined;
  #landing: Uint8Array | undefined;
  /** Bytes received since the last rest: they tell how large the next response may be. */
  #received = 0;

  constructor(buffers: ReadBuffers, ownedViews: boolean) {
    this.#buffers = buffers;
    this.#ownedViews = ownedViews;
  }

  /** Where the next bytes land while no body is under way. */
  waiting(): Uint8Array {
    return this.#waiting ??= new Uint8Array(SMALL_READ);
  }

  /** Where the next bytes of a body land: in place, if it has one. */
  forBody(landing: Uint8Array | undefined): Uint8Array {
    this.#landing = landing;
    if (landing !== undefined) return landing;
    return this.#large ??= this.#buffers.take();
  }

  /** Bytes arrived; whether they have landed in place. */
  received(view: Uint8Array): boolean {
    this.#received += view.length;
    const landing = this.#landing;
    this.#landing = undefined;
    return landing !== undefined && view.buffer === landing.buffer;
  }

  /** Whether what arrives belongs to the receiver in any case. */
  get owned(): boolean {
    return this.#ownedViews;
  }

  /** The exchange is over; no read into a large buffer is pending. */
  rest(): void {
    if (this.#large !== undefined) this.#buffers.give(this.#large);
    this.#large = this.#landing = undefined;
    this.paused = false;
    // A response that did not fit into one read makes the next one more likely to.
    const small = this.#waiting;
    if (small !== undefined && this.#received > small.length && this.#received <= MEDIUM_READ) {
      this.#waiting = new Uint8Array(MEDIUM_READ);
    }
    this.#received = 0;
  }
}
