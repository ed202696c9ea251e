/**
 * Owns which values the worker has told the caller lately: requests, fields and facts that repeat
 * from call to call cross once.
 * Must not know what they are, nor how they cross.
 * Invariants: what a slot holds is told before it is referred to, and messages arrive in order, so
 * that a slot means the same on both sides; the teller keeps nothing alive.
 */

/** Values of one sort that are remembered at a time. */
const SLOTS = 32;

/** The worker's side, for one sort of values: in which slot a value was told. */
export class Teller {
  readonly #first: number;
  readonly #numbers = new WeakMap<object, number>();
  #last = 0;

  /** The slots of the sort with that number. */
  constructor(sort: number) {
    this.#first = sort * SLOTS;
  }

  /** The slot that `value` stands in; -1 when it was not told, or too long ago. */
  slotOf(value: object): number {
    const number = this.#numbers.get(value);
    return number !== undefined && number > this.#last - SLOTS ? this.#first + number % SLOTS : -1;
  }

  /** The slot in which `value` is told now, in place of the one told longest ago. */
  tell(value: object): number {
    this.#numbers.set(value, ++this.#last);
    return this.#first + this.#last % SLOTS;
  }

  /** A message was not sent: what it was to tell, and all before it, is told anew. */
  forget(): void {
    this.#last += SLOTS;
  }
}
