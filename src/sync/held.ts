/**
 * Owns what one thread has lent to the other: functions and objects by number.
 * Must not know what they are.
 * Invariant: everything lent belongs to a scope and is forgotten with it; what is shared is
 * forgotten when nobody holds it any more.
 */

/** How long something is lent: a call, a stream, a client. */
export class Scope {
  /** Whether it outlives the calls: that of a client. */
  readonly isLong: boolean;
  /** @internal The numbers given out. */
  readonly ids: number[] = [];

  /** A scope of a call, or of something longer. */
  constructor(isLong = false) {
    this.isLong = isLong;
  }

  /** Lets what is lent for another scope live as long as this one. */
  adopt(other: Scope): void {
    this.ids.push(...other.ids.splice(0));
  }
}

/** A value that is lent, and how long. */
export interface Lent<T extends object = object> {
  readonly value: T;
  readonly scope: Scope;
}

/** That of what is shared: it never ends. */
const SHARED = new Scope(true);

/** Values by number. */
export class Held {
  #last = 0;
  readonly #lent = new Map<number, Lent>();
  readonly #ids = new WeakMap<object, number>();
  /** What is lent for as long as somebody else has it. */
  readonly #shared = new Map<number, WeakRef<object>>();
  readonly #sharedIds = new WeakMap<object, number>();
  readonly #gone = new FinalizationRegistry<number>((id) => this.#shared.delete(id));

  /** How many values are lent. */
  get size(): number {
    return this.#lent.size;
  }

  /** Lends `value` for the time of `scope`; the same number for the same value and scope. */
  lend(value: object, scope: Scope): number {
    const known = this.#ids.get(value);
    if (known !== undefined && this.#lent.get(known)?.scope === scope) return known;
    const id = ++this.#last;
    this.#lent.set(id, { value, scope });
    this.#ids.set(value, id);
    scope.ids.push(id);
    return id;
  }

  /** Lends `value` for as long as it exists: something that both threads remember holds it. */
  share(value: object): number {
    const known = this.#sharedIds.get(value);
    if (known !== undefined) return known;
    const id = ++this.#last;
    this.#shared.set(id, new WeakRef(value));
    this.#sharedIds.set(value, id);
    this.#gone.register(value, id);
    return id;
  }

  /** The number under which `value` is lent; 0 when it is not. */
  idOf(value: object): number {
    const id = this.#ids.get(value);
    return id !== undefined && this.#lent.has(id) ? id : 0;
  }

  /** What is lent under a number; `undefined` once its scope is over. */
  get(id: number): Lent | undefined {
    const lent = this.#lent.get(id);
    if (lent !== undefined) return lent;
    const value = this.#shared.get(id)?.deref();
    return value && { value, scope: SHARED };
  }

  /** Ends a scope. */
  release(scope: Scope): void {
    for (const id of scope.ids) this.#lent.delete(id);
    scope.ids.length = 0;
  }
}
