/**
 * Owns bytes of a body that arrived and were not asked for yet.
 * Must not know where they come from.
 * Invariants: memory grows with the number of bytes, not of pieces; a chunk handed out is
 * never written to again.
 */

const EMPTY = new Uint8Array(0);

/** Block for pieces that follow a first one: large enough that a flood of tiny pieces costs little. */
const BLOCK_BYTES = 16 * 1024;

/** First in, first out; small pieces are joined. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #first = 0;
  /** The block that takes further copies, and how far it is filled; it stands last in `#chunks`. */
  #block: Uint8Array = EMPTY;
  #filled = 0;
  #length = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Takes bytes that belong to the queue from now on. */
  give(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#seal();
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** Takes a copy of `view[from, to)`. */
  copy(view: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length === 0) return;
    this.#length += length;
    if (this.#filled > 0 && this.#filled + length <= this.#block.length) {
      this.#block.set(view.subarray(from, to), this.#filled);
      this.#filled += length;
      return;
    }
    const only = this.#chunks.length === this.#first && this.#filled === 0;
    this.#seal();
    // The first piece is often the whole: it gets no room to spare.
    if (only || length >= BLOCK_BYTES) {
      this.#chunks.push(view.slice(from, to));
      return;
    }
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#block.set(view.subarray(from, to));
    this.#filled = length;
  }

  /** The oldest chunk, owned by the caller; `undefined` when none waits. */
  shift(): Uint8Array | undefined {
    if (this.#first === this.#chunks.length) {
      if (this.#filled === 0) return undefined;
      this.#seal();
    }
    const chunk = this.#chunks[this.#first]!;
    this.#chunks[this.#first++] = EMPTY;
    if (this.#first === this.#chunks.length) {
      this.#chunks = [];
      this.#first = 0;
    }
    this.#length -= chunk.length;
    return chunk;
  }

  /** Moves everything into `target` from `at` on. */
  drainInto(target: Uint8Array, at: number): number {
    for (let chunk = this.shift(); chunk; chunk = this.shift()) {
      target.set(chunk, at);
      at += chunk.length;
    }
    return at;
  }

  /** Everything in one array. */
  join(): Uint8Array {
    const whole = this.#length;
    const first = this.shift();
    if (first === undefined || first.length === whole) return first ?? EMPTY;
    const bytes = new Uint8Array(whole);
    bytes.set(first);
    this.drainInto(bytes, first.length);
    return bytes;
  }

  /** Forgets everything. */
  clear(): void {
    this.#chunks = [];
    this.#block = EMPTY;
    this.#first = this.#filled = this.#length = 0;
  }

  #seal(): void {
    if (this.#filled > 0) this.#chunks.push(this.#block.subarray(0, this.#filled));
    this.#block = EMPTY;
    this.#filled = 0;
  }
}
