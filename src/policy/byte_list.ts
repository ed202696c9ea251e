/**
 * Owns the gathering of chunks into one array of bytes.
 * Must not know limits.
 * Invariant: nothing is copied before `join`, and a single chunk never is.
 */

/** Chunks on their way to become one. */
export class ByteList {
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds a chunk; the list owns it from now on. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** All of it as one. */
  join(): Uint8Array {
    if (this.#chunks.length === 1) return this.#chunks[0]!;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [whole];
    return whole;
  }
}
