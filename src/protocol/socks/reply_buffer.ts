/**
 * Owns bytes of a proxy that were received and not yet understood.
 * Must not know what they mean.
 * Invariant: bytes leave in order, once; nothing leaves unless it is there as a whole.
 *
 * No limit is needed here: the codecs read after each chunk, and the longest reply has 262 bytes
 * (SOCKS 5 with a name of 255, RFC 1928 section 6), so that no more than that and one chunk are ever kept.
 */

const NOTHING = new Uint8Array(0);

/** Bytes that arrived. */
export class ReplyBuffer {
  #bytes: Uint8Array = NOTHING;

  /** Bytes that wait. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Copies `view` behind what waits. */
  push(view: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + view.length);
    joined.set(this.#bytes);
    joined.set(view, this.#bytes.length);
    this.#bytes = joined;
  }

  /** The byte at `index`, without taking it. */
  at(index: number): number | undefined {
    return this.#bytes[index];
  }

  /** Takes `length` bytes, which must be there. */
  take(length: number = this.#bytes.length): Uint8Array {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }
}
