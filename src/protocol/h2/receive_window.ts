/**
 * Owns one receive window (RFC 9113 section 6.9): what the server may still send, and when it is
 * told of more.
 * Must not know frames or streams.
 * Invariants: the server never holds credit for more than `size` bytes beyond what was consumed;
 * the window grows only for a consumer that keeps up.
 */

/** A window that refills faster than in so many round trips is too small for the path. */
const FAST_ROUNDS = 4;

/** Credit of one stream, or of a connection. */
export class ReceiveWindow {
  /** Bytes that may be under way or unread at once. */
  size: number;
  readonly #largest: number;
  /** Bytes that the server may still send. */
  #available: number;
  /** Bytes consumed that the server was not told of. */
  #owed = 0;
  #updatedAt = -Infinity;

  /** Grows from `size` up to `largest`. */
  constructor(size: number, largest: number) {
    this.size = this.#available = size;
    this.#largest = largest;
  }

  /** Bytes that the server may still send. */
  get available(): number {
    return this.#available;
  }

  /** Bytes arrived; `false` when they were more than allowed. */
  receive(bytes: number): boolean {
    this.#available -= bytes;
    return this.#available >= 0;
  }

  /** Bytes were consumed; returns the credit to give now, or 0. `roundTrip` is in milliseconds. */
  consume(bytes: number, now: number, roundTrip: number): number {
    this.#owed += bytes;
    if (2 * this.#owed < this.size) return 0;
    let credit = this.#owed;
    const fast = now - this.#updatedAt < FAST_ROUNDS * roundTrip;
    if (fast && this.size < this.#largest) {
      const grown = Math.min(2 * this.size, this.#largest);
      credit += grown - this.size;
      this.size = grown;
    }
    this.#updatedAt = now;
    this.#owed = 0;
    this.#available += credit;
    return credit;
  }
}
