/**
 * Owns the streams of one connection, by number: those open, and what is known of those closed.
 * Must not know frames.
 * Invariant: memory is bounded by the streams open and `KEPT` numbers of streams that we reset.
 */

import type { H2Stream } from "./h2_stream.ts";
import type { StreamState } from "./stream_states.ts";

/** Numbers of reset streams that are kept: the server may send on them for a round trip. */
const KEPT = 512;

/** Streams of one connection, opened by this side. */
export class StreamTable<O> {
  readonly #open = new Map<number, H2Stream<O>>();
  readonly #reset = new Set<number>();
  /** Up to here it is no longer known which streams were reset. */
  #forgotten = 0;
  #next = 1;

  /** Streams open. */
  get size(): number {
    return this.#open.size;
  }

  /** The number of the next stream. */
  get next(): number {
    return this.#next;
  }

  /** The stream of a number, while it is open. */
  get(id: number): H2Stream<O> | undefined {
    return this.#open.get(id);
  }

  /** All that are open, in order. */
  all(): IterableIterator<H2Stream<O>> {
    return this.#open.values();
  }

  /** Enters the next stream. */
  add(stream: H2Stream<O>): void {
    this.#next = stream.id + 2;
    this.#open.set(stream.id, stream);
  }

  /** Strikes a stream out that is closed, or was reset by us. */
  remove(stream: H2Stream<O>): void {
    this.#open.delete(stream.id);
    if (stream.state !== "reset") return;
    this.#reset.add(stream.id);
    if (this.#reset.size <= KEPT) return;
    const oldest = this.#reset.values().next().value!;
    this.#reset.delete(oldest);
    this.#forgotten = Math.max(this.#forgotten, oldest);
  }

  /** Where the stream of a number stands. */
  stateOf(id: number): StreamState {
    const stream = this.#open.get(id);
    if (stream !== undefined) return stream.state;
    // Even numbers are the server's to open, by a push that it was told not to make.
    if (id % 2 === 0 || id >= this.#next) return "idle";
    return id <= this.#forgotten || this.#reset.has(id) ? "reset" : "closed";
  }
}
