/**
 * Owns the streams of one connection, by number: those open, and what is known of those closed.
 * Must not know frames.
 * Invariant: memory is bounded by the streams open and `KEPT` numbers of streams that we reset.
 *
 * The open ones stand in rows by number, as in a hash table: `base/bag.ts` says what is wrong with
 * a `Map` here.
 */

import type { H2Stream } from "./h2_stream.ts";
import type { StreamState } from "./stream_states.ts";

/** Numbers of reset streams that are kept: the server may send on them for a round trip. */
const KEPT = 512;

/** Rows to begin with; a power of two. */
const ROWS = 128;

/** Streams of one connection, opened by this side. */
export class StreamTable<O> {
  #rows: (H2Stream<O> | undefined)[] = new Array(ROWS).fill(undefined);
  #size = 0;
  readonly #reset = new Set<number>();
  /** Up to here it is no longer known which streams were reset. */
  #forgotten = 0;
  #next = 1;

  /** Streams open. */
  get size(): number {
    return this.#size;
  }

  /** The number of the next stream. */
  get next(): number {
    return this.#next;
  }

  /** The stream of a number, while it is open. */
  get(id: number): H2Stream<O> | undefined {
    // Even numbers are the server's.
    if (id % 2 === 0) return undefined;
    let stream = this.#rows[this.#row(id)];
    while (stream !== undefined && stream.id !== id) stream = stream.behind;
    return stream;
  }

  /** All that are open, in order. */
  all(): H2Stream<O>[] {
    const all: H2Stream<O>[] = [];
    for (let stream of this.#rows) for (; stream !== undefined; stream = stream.behind) all.push(stream);
    return all.sort((a, b) => a.id - b.id);
  }

  /** Enters the next stream. */
  add(stream: H2Stream<O>): void {
    this.#next = stream.id + 2;
    if (++this.#size > this.#rows.length) this.#grow();
    this.#enter(stream);
  }

  /** Strikes a stream out that is closed, or was reset by us. */
  remove(stream: H2Stream<O>): void {
    this.#strike(stream);
    if (stream.state !== "reset") return;
    this.#reset.add(stream.id);
    if (this.#reset.size <= KEPT) return;
    const oldest = this.#reset.values().next().value!;
    this.#reset.delete(oldest);
    this.#forgotten = Math.max(this.#forgotten, oldest);
  }

  /** Where the stream of a number stands. */
  stateOf(id: number): StreamState {
    const stream = this.get(id);
    if (stream !== undefined) return stream.state;
    // Even numbers are the server's to open, by a push that it was told not to make.
    if (id % 2 === 0 || id >= this.#next) return "idle";
    return id <= this.#forgotten || this.#reset.has(id) ? "reset" : "closed";
  }

  #row(id: number): number {
    return (id >>> 1) & (this.#rows.length - 1);
  }

  #enter(stream: H2Stream<O>): void {
    const row = this.#row(stream.id);
    stream.behind = this.#rows[row];
    this.#rows[row] = stream;
  }

  #strike(stream: H2Stream<O>): void {
    const row = this.#row(stream.id);
    let before: H2Stream<O> | undefined;
    let at = this.#rows[row];
    for (; at !== undefined && at !== stream; at = at.behind) before = at;
    if (at === undefined) return;
    if (before === undefined) this.#rows[row] = stream.behind;
    else before.behind = stream.behind;
    stream.behind = undefined;
    this.#size--;
  }

  #grow(): void {
    const before = this.#rows;
    this.#rows = new Array(2 * before.length).fill(undefined);
    for (let stream of before) {
      while (stream !== undefined) {
        const next: H2Stream<O> | undefined = stream.behind;
        this.#enter(stream);
        stream = next;
      }
    }
  }
}
