/**
 * Owns every running limit of a client, behind one timer of the host.
 * Must not know what a deadline is for.
 * Invariant: the host's timer is armed no later than the earliest deadline; adding and
 * removing a deadline costs a few assignments, never a host timer, in the steady state.
 *
 * Deadlines of equal length expire in the order they were added, so each length has its
 * own list and only the heads compete. A removed deadline leaves the timer armed; it
 * finds nothing to do, which is cheaper than to stop and start it for each request.
 */

import type { Clock, StopTimer } from "./clock.ts";

/** One limit that runs. Reuse it: `add` again after it was removed or has fired. */
export class Deadline {
  /** Called once when the time is over. */
  readonly expired: () => void;
  /** @internal */ at = 0;
  /** @internal */ list: DeadlineList | undefined = undefined;
  /** @internal */ previous: Deadline | undefined = undefined;
  /** @internal */ next: Deadline | undefined = undefined;

  /** Made once, started by `DeadlineQueue.add`. */
  constructor(expired: () => void) {
    this.expired = expired;
  }

  /** Whether it runs now. */
  get running(): boolean {
    return this.list !== undefined;
  }
}

interface DeadlineList {
  readonly length: number;
  first: Deadline | undefined;
  last: Deadline | undefined;
}

/** All running deadlines of one client. */
export class DeadlineQueue {
  readonly #clock: Clock;
  readonly #lists = new Map<number, DeadlineList>();
  #stop: StopTimer | undefined;
  #armedFor = Infinity;
  #closed = false;

  /** Runs on `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Deadlines that run; for the leak rule of the tests. */
  get size(): number {
    let size = 0;
    for (const list of this.#lists.values()) {
      for (let at = list.first; at; at = at.next) size++;
    }
    return size;
  }

  /** Starts `deadline`, to expire `length` milliseconds after `now`; `Infinity` never does. */
  add(deadline: Deadline, length: number, now: number): void {
    if (deadline.list) this.remove(deadline);
    if (length === Infinity) return;
    let list = this.#lists.get(length);
    if (!list) {
      // Odd lengths (what is left of a total) would pile up: drop empty lists now and then.
      if (this.#lists.size >= 64) this.#sweep();
      this.#lists.set(length, list = { length, first: undefined, last: undefined });
    }
    const at = now + length;
    deadline.at = at;
    deadline.list = list;
    // Callers may hand in a `now` that is a little old: keep the list sorted.
    let before = list.last;
    while (before && before.at > at) before = before.previous;
    deadline.previous = before;
    deadline.next = before ? before.next : list.first;
    if (deadline.next) deadline.next.previous = deadline;
    else list.last = deadline;
    if (before) before.next = deadline;
    else list.first = deadline;
    // The caller's `now` may be old, the timer must not be late: ask the clock, which is rare here.
    if (at < this.#armedFor) this.#arm(at, this.#clock.now());
  }

  /** Stops `deadline`; does nothing when it does not run. */
  remove(deadline: Deadline): void {
    const list = deadline.list;
    if (!list) return;
    if (deadline.previous) deadline.previous.next = deadline.next;
    else list.first = deadline.next;
    if (deadline.next) deadline.next.previous = deadline.previous;
    else list.last = deadline.previous;
    deadline.list = deadline.previous = deadline.next = undefined;
    if (this.#closed) this.settle();
  }

  /** Gives the host's timer back as soon as no deadline runs. */
  close(): void {
    this.#closed = true;
    if (this.#earliest() === Infinity) this.#disarm();
  }

  /** Gives the host's timer back when a closed queue has run empty. */
  settle(): void {
    if (this.#closed && this.#earliest() === Infinity) this.#disarm();
  }

  #disarm(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#armedFor = Infinity;
  }

  #arm(at: number, now: number): void {
    this.#stop?.();
    this.#armedFor = at;
    // Not held: what a deadline guards (a socket, a look-up) holds the process itself.
    this.#stop = this.#clock.schedule(() => this.#fire(), Math.ceil(at - now), false);
  }

  #fire(): void {
    this.#stop = undefined;
    this.#armedFor = Infinity;
    const now = this.#clock.now();
    for (const list of this.#lists.values()) {
      for (let first = list.first; first && first.at <= now; first = list.first) {
        this.remove(first);
        first.expired();
      }
    }
    const earliest = this.#earliest();
    if (earliest !== Infinity && earliest < this.#armedFor) this.#arm(earliest, now);
  }

  #earliest(): number {
    let earliest = Infinity;
    for (const list of this.#lists.values()) {
      if (list.first && list.first.at < earliest) earliest = list.first.at;
    }
    return earliest;
  }

  #sweep(): void {
    for (const [length, list] of this.#lists) if (!list.first) this.#lists.delete(length);
  }
}
