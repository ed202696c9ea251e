/**
 * Owns the moment in which an idle socket stops to hold the process.
 * Must not know connections.
 * Invariant: what lies idle for longer than `LONGEST` does not hold the process.
 *
 * To hold and let go is a system's affair that costs as much as half a request. Under load a
 * connection is taken again at once: so it is let go a little later, if it still lies idle then.
 */

import type { Clock, StopTimer } from "../base/clock.ts";

/** Milliseconds: long enough for the next request of a loop, too short to be noticed at the end of a program. */
const SHORTEST = 1;

/** Milliseconds between questions while nothing is ever idle: the timer itself costs as much as a request. */
const LONGEST = 16;

/** What may be let go. */
export interface Idler {
  /** Asked once after it was added; whether it was idle, and has let go. */
  letGo(): boolean;
}

/** Lets idle sockets go, all by one timer. */
export class LazyUnref {
  readonly #clock: Clock;
  #waiting: Idler[] = [];
  #delay = SHORTEST;
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
    else this.#stop = this.#clock.schedule(() => this.#fire(), this.#delay, false);
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
    let idle = false;
    for (const idler of waiting) idle = idler.letGo() || idle;
    this.#delay = idle ? SHORTEST : Math.min(2 * this.#delay, LONGEST);
  }
}
