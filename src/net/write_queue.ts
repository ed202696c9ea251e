/**
 * Owns the order of what waits to be written on one socket.
 * Must not know how it is written.
 * Invariant: bytes leave in the order they were pushed; small neighbours leave together.
 */

/**
 * Bytes: waiting buffers up to this sum are joined, so that frames queued behind a slow
 * write leave in one system call; beyond it a copy costs more than the call.
 */
const JOIN_LIMIT = 16 * 1024;

/** Entries: so many taken ones may stand before those that wait, until the list is moved up. */
const SPENT_LIMIT = 64;

/** Buffers that wait. */
export class WriteQueue {
  #waiting: Uint8Array[] = [];
  #first = 0;
  #length = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Puts `bytes` last. */
  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#length += bytes.length;
  }

  /** Puts `rest`, the unwritten end of what was taken, first again. */
  putBack(rest: Uint8Array): void {
    if (this.#first > 0) this.#waiting[--this.#first] = rest;
    else this.#waiting.unshift(rest);
    this.#length += rest.length;
  }

  /** Takes what shall be written next; `undefined` when nothing waits. */
  take(): Uint8Array | undefined {
    const next = this.#waiting[this.#first];
    if (next === undefined) return undefined;
    let end = this.#first + 1;
    let sum = next.length;
    for (; end < this.#waiting.length; end++) {
      const length = this.#waiting[end]!.length;
      if (sum + length > JOIN_LIMIT) break;
      sum += length;
    }
    const bytes = end === this.#first + 1 ? next : this.#join(end, sum);
    this.#first = end;
    this.#length -= sum;
    if (this.#first === this.#waiting.length) this.clear();
    else if (this.#first >= SPENT_LIMIT) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    return bytes;
  }

  /** Drops everything. */
  clear(): void {
    this.#waiting = [];
    this.#first = 0;
    this.#length = 0;
  }

  #join(end: number, sum: number): Uint8Array {
    const joined = new Uint8Array(sum);
    let at = 0;
    for (let i = this.#first; i < end; i++) {
      const part = this.#waiting[i]!;
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }
}
