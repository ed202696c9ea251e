/**
 * Owns a set whose members come and go all the time, such as the calls under way.
 * Must not know what they are.
 * Invariant: a member is in one bag at most, and nothing of it is left behind when it goes.
 *
 * A `Set` or `Map` makes a new table whenever enough members were deleted, and the old table points
 * at the new one. In V8 one such table that has grown old keeps all later ones from being collected,
 * with every member that was in them, until a full collection: most of what a busy client allocates.
 */

/** What can be in a bag. */
export interface Bagged {
  /** @internal Where it stands in its bag; -1 while it is in none. */
  place: number;
}

/** Members in no order. */
export class Bag<T extends Bagged> {
  readonly #members: T[] = [];

  /** Number of members. */
  get size(): number {
    return this.#members.length;
  }

  /** The members there are now. */
  all(): T[] {
    return this.#members.slice();
  }

  /** Takes in one that is in no bag. */
  add(member: T): void {
    member.place = this.#members.push(member) - 1;
  }

  /** Lets one go; whether it was in. */
  delete(member: T): boolean {
    const { place } = member;
    if (this.#members[place] !== member) return false;
    const last = this.#members.pop()!;
    if (last !== member) {
      this.#members[place] = last;
      last.place = place;
    }
    member.place = -1;
    return true;
  }
}
