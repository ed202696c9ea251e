/**
 * Owns one direction of the shared memory: a ring of bytes with one writer and one reader.
 * Must not know frames, nor who waits for what.
 * Invariants: each counter is moved by one side alone and only forward; bytes are written before
 * the counter that shows them; a writer that found too little room is told once half is free; a reader
 * that goes on while there are bytes makes that come true.
 */

/** A ring over shared memory. The counters grow without end, modulo 2³². */
export class Ring {
  readonly #counters: Int32Array;
  readonly #written: number;
  readonly #read: number;
  readonly #wanted: number;
  readonly #bytes: Uint8Array;

  /** The counters stand at `first` and the two places after it; the length of `bytes` is a power of two. */
  constructor(counters: Int32Array, first: number, bytes: Uint8Array) {
    this.#counters = counters;
    this.#written = first;
    this.#read = first + 1;
    this.#wanted = first + 2;
    this.#bytes = bytes;
  }

  /** Bytes that wait to be read. */
  get pending(): number {
    return (Atomics.load(this.#counters, this.#written) - Atomics.load(this.#counters, this.#read)) >>> 0;
  }

  /** Bytes that can be written now. */
  get free(): number {
    return this.#bytes.length - this.pending;
  }

  /** Writes of `bytes` from `from` on what has room; returns how many. When that is not all, `consume` will tell. */
  write(bytes: Uint8Array, from: number): number {
    const left = bytes.length - from;
    let free = this.free;
    if (free < left) {
      Atomics.store(this.#counters, this.#wanted, 1);
      // The reader may have made room before it could see that more is wanted.
      free = this.free;
    }
    const length = Math.min(free, left);
    if (length === 0) return 0;
    const written = Atomics.load(this.#counters, this.#written);
    const at = written & (this.#bytes.length - 1);
    const first = Math.min(length, this.#bytes.length - at);
    this.#bytes.set(bytes.subarray(from, from + first), at);
    if (first < length) this.#bytes.set(bytes.subarray(from + first, from + length), 0);
    Atomics.store(this.#counters, this.#written, (written + length) | 0);
    return length;
  }

  /** The next bytes in one piece, at most `most`; valid until {@linkcode consume}. Empty when there are none. */
  peek(most: number): Uint8Array {
    const at = Atomics.load(this.#counters, this.#read) & (this.#bytes.length - 1);
    const length = Math.min(this.pending, this.#bytes.length - at, most);
    return this.#bytes.subarray(at, at + length);
  }

  /**
   * Gives the room of the first `length` bytes back; whether the writer wants it and there is
   * enough: half of the ring, so that neither side is woken for each piece.
   */
  consume(length: number): boolean {
    Atomics.add(this.#counters, this.#read, length);
    if (this.free < this.#bytes.length / 2) return false;
    return Atomics.load(this.#counters, this.#wanted) === 1 && Atomics.exchange(this.#counters, this.#wanted, 0) === 1;
  }
}
