/**
 * Owns where the bytes of one connection land.
 * Must not know what they mean.
 * Invariants: a buffer goes back to the others only when no read is pending into it; an idle
 * connection waits with a small one.
 */

import type { Socket } from "../core/socket.ts";
import { MEDIUM_READ, type ReadBuffers, SMALL_READ } from "./read_buffers.ts";

/** The read buffers of one connection. */
export class ReadSpace {
  /** Whether reading was stopped by the consumer. */
  paused = false;
  readonly #buffers: ReadBuffers;
  readonly #ownedViews: boolean;
  readonly #rawBuffer: Socket["rawBuffer"];
  #waiting: Uint8Array | undefined;
  #large: Uint8Array | undefined;
  #landing: Uint8Array | undefined;
  /** Whether the last read filled a buffer that nobody else will read into. */
  #filled = false;
  /** Bytes received since the last rest: they tell how large the next response may be. */
  #received = 0;

  constructor(buffers: ReadBuffers, socket: Pick<Socket, "ownedViews" | "rawBuffer">) {
    this.#buffers = buffers;
    this.#ownedViews = socket.ownedViews;
    this.#rawBuffer = socket.rawBuffer;
  }

  /** Where the next bytes land while no body is under way. */
  waiting(): Uint8Array {
    return this.#waiting ??= new Uint8Array(SMALL_READ);
  }

  /** Where the next bytes of a body land: in place, if it has one. */
  forBody(landing: Uint8Array | undefined): Uint8Array {
    this.#landing = landing;
    if (landing !== undefined) return landing;
    return this.#large ??= this.#buffers.take(this.#rawBuffer);
  }

  /** Bytes arrived; whether they have landed in place. */
  received(view: Uint8Array): boolean {
    this.#received += view.length;
    const landing = this.#landing;
    this.#landing = undefined;
    // Only a full one is given away: what else it holds is nobody's to see.
    const large = this.#large;
    this.#filled = this.#rawBuffer !== undefined && view.length === large?.length && view.buffer === large.buffer;
    if (this.#filled) this.#large = undefined;
    return landing !== undefined && view.buffer === landing.buffer;
  }

  /** Whether what has arrived belongs to the receiver. */
  get owned(): boolean {
    return this.#ownedViews || this.#filled;
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
