/**
 * Owns a list from whose middle a member can leave at once.
 * Must not know what it holds.
 * Invariant: a link is in at most one list, and knows which.
 */

/** A place in a list. */
export class Link<T> {
  /** What stands there. */
  readonly item: T;
  /** @internal */ list: LinkedList<T> | undefined = undefined;
  /** @internal */ previous: Link<T> | undefined = undefined;
  /** @internal */ next: Link<T> | undefined = undefined;

  constructor(item: T) {
    this.item = item;
  }

  /** Whether it is in a list. */
  get linked(): boolean {
    return this.list !== undefined;
  }
}

/** A doubly linked list whose every operation takes constant time. */
export class LinkedList<T> {
  /** @internal */ head: Link<T> | undefined = undefined;
  /** @internal */ tail: Link<T> | undefined = undefined;
  #size = 0;

  /** Number of members. */
  get size(): number {
    return this.#size;
  }

  /** The member at the front. */
  get first(): T | undefined {
    return this.head?.item;
  }

  /** The member at the back. */
  get last(): T | undefined {
    return this.tail?.item;
  }

  /** Puts a link that is in no list at the front. */
  addFirst(link: Link<T>): void {
    this.#insert(link, undefined, this.head);
  }

  /** Puts a link that is in no list at the back. */
  addLast(link: Link<T>): void {
    this.#insert(link, this.tail, undefined);
  }

  /** Puts a link that is in no list behind all that come before it; looks from the back. */
  addFromBack(link: Link<T>, isBefore: (a: T, b: T) => boolean): void {
    let before = this.tail;
    while (before && isBefore(link.item, before.item)) before = before.previous;
    this.#insert(link, before, before ? before.next : this.head);
  }

  /** Puts a link that is in no list before all that come behind it; looks from the front. */
  addFromFront(link: Link<T>, isBefore: (a: T, b: T) => boolean): void {
    let after = this.head;
    while (after && isBefore(after.item, link.item)) after = after.next;
    this.#insert(link, after ? after.previous : this.tail, after);
  }

  #insert(link: Link<T>, previous: Link<T> | undefined, next: Link<T> | undefined): void {
    link.list = this;
    link.previous = previous;
    link.next = next;
    if (previous) previous.next = link;
    else this.head = link;
    if (next) next.previous = link;
    else this.tail = link;
    this.#size++;
  }

  /** Takes a link out; does nothing when it is not in this list. */
  remove(link: Link<T>): void {
    if (link.list !== this) return;
    if (link.previous) link.previous.next = link.next;
    else this.head = link.next;
    if (link.next) link.next.previous = link.previous;
    else this.tail = link.previous;
    link.list = link.previous = link.next = undefined;
    this.#size--;
  }

  /** The members, front to back; the one just yielded may be removed meanwhile. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let link = this.head; link;) {
      const next: Link<T> | undefined = link.next;
      yield link.item;
      link = next;
    }
  }
}
