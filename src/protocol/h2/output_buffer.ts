/**
 * Owns the bytes that wait to be written.
 * Must not know what they mean.
 * Invariant: what was taken is never written to again.
 */

/** Bytes of one block: what a burst of requests needs, in one write. */
const BLOCK = 16 * 1024;

/** A growing row of bytes. */
export class OutputBuffer {
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Takes everything that waits. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return taken;
  }

  /** Makes room for `count` bytes and returns where they go in `bytes`; `advance` counts them. */
  reserve(count: number): number {
    if (this.#bytes.length - this.#end < count) this.#grow(count);
    return this.#end;
  }

  /** The block that `reserve` spoke of. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where the next byte goes. */
  get end(): number {
    return this.#end;
  }

  /** Says up to where the block was filled. */
  advance(end: number): void {
    this.#end = end;
  }

  /** Appends one byte. */
  byte(value: number): void {
    const at = this.reserve(1);
    this.#bytes[at] = value;
    this.#end = at + 1;
  }

  /** Appends four bytes, most significant first. */
  uint32(value: number): void {
    const at = this.reserve(4);
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#end = at + 4;
  }

  /** Appends a copy of `view[from, to)`. */
  copy(view: Uint8Array, from: number, to: number): void {
    const at = this.reserve(to - from);
    this.#bytes.set(from === 0 && to === view.length ? view : view.subarray(from, to), at);
    this.#end = at + to - from;
  }

  #grow(count: number): void {
    const waiting = this.#end - this.#start;
    const bytes = new Uint8Array(Math.max(BLOCK, 2 * waiting + count));
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = waiting;
  }
}
