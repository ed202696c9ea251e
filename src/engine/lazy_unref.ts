/**
 * Owns the moment in which an idle socket stops to hold the process.
 * Must not know connections.
 * Invariant: what lies idle for longer than `DELAY` does not hold the process.
 *
 * To hold and let go is a system's affair that costs as much as half a request. Under load a
 * connection is taken again at once: so it is let go a little later, if it still lies idle then.
 */

import type { Clock, StopTimer } from "../base/clock.ts";

/** Milliseconds: long enough for the next request of a loop, too short to be noticed at the end of a program. */
const DELAY = 1;

/** What may be let go. */
export interface Idler {
  /** Asked once after it was added; lets go if it is idle. */
  letGo(): void;
}

/** Lets idle sockets go, all by one timer. */
export class LazyUnref {
  readonly #clock: Clock;
  #waiting: Idler[] = [];
  #stop: StopTimer | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks `idler` to let go, soon. */
  add(idler: Idler): void {
    // The sockets that are about to be let go keep the process until the timer fires.
    if (this.#waiting.push(idler) > 1) return;
    if (this.#closed) this.#fire();
    else this.#stop = this.#clock.schedule(() => this.#fire(), DELAY, false);
  }

  /** Lets all go now, and from now on at once. */
  close(): void {
    this.#closed = true;
    this.#stop?.();
    this.#fire();
  }

  #fire(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const idler of waiting) idler.letGo();
  }
}
