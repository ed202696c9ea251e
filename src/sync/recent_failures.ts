/**
 * Owns the memory of what the caller's functions threw last, so that it comes out as it went in.
 * Must not know calls.
 * Invariant: it holds a bounded number of values; one that was forgotten comes out as its like.
 */

/** Failures that may be on their way through the worker at a time: far more than calls that nest. */
const MAX_KEPT = 64;

/** The values kept last, by number. */
export class RecentMap {
  #last = 0;
  readonly #values = new Map<number, object>();

  /** Keeps a value; the number to find it by. */
  keep(value: object): number {
    const id = ++this.#last;
    this.#values.set(id, value);
    if (this.#values.size > MAX_KEPT) this.#values.delete(id - MAX_KEPT);
    return id;
  }

  /** The value kept under a number, unless it was forgotten. */
  get(id: number): object | undefined {
    return this.#values.get(id);
  }
}
