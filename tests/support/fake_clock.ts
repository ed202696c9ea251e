/**
 * Owns time in tests: a {@linkcode Clock} that moves only when it is told.
 * Must not know what is timed.
 * Invariant: timers fire in the order of their time, those of one instant in the order they were set,
 * and whatever a timer sets off has run before the next one fires.
 */

import type { Clock, StopTimer } from "../../src/base/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  readonly hold: boolean;
}

/** Turns of the microtask queue between two timers; longer chains than this end with the tick. */
const TURNS = 100;

/** Lets pending microtasks run, and what they set off. */
export async function runMicrotasks(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await undefined;
}

/** Lets everything run that is ready now, tasks of the host included. */
export async function runTasks(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A clock that moves only when told. */
export class FakeClock implements Clock {
  #now: number;
  readonly #epoch: number;
  readonly #timers = new Set<Timer>();
  #reads = 0;

  /** Starts at `now` on the clock that never goes back; `wall` is the date at that instant. */
  constructor(options: { now?: number; wall?: number } = {}) {
    this.#now = options.now ?? 1_000;
    this.#epoch = (options.wall ?? Date.UTC(2026, 0, 1)) - this.#now;
  }

  /** Milliseconds on a clock that never goes back. */
  now(): number {
    this.#reads++;
    return this.#now;
  }

  /** Milliseconds since 1970. */
  wall(): number {
    return this.#epoch + this.#now;
  }

  /** Calls back once after `delay` milliseconds of this clock. */
  schedule(callback: () => void, delay: number, hold: boolean): StopTimer {
    const timer: Timer = { at: this.#now + Math.max(0, delay), callback, hold };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Timers that wait and hold the process. */
  get held(): number {
    let held = 0;
    for (const timer of this.#timers) if (timer.hold) held++;
    return held;
  }

  /** How often the time was asked for; set it to 0 to count anew. */
  get reads(): number {
    return this.#reads;
  }
  set reads(value: number) {
    this.#reads = value;
  }

  /** Milliseconds until the next timer fires; `undefined` when none waits. */
  get next(): number | undefined {
    const timer = this.#earliest(Infinity);
    return timer && timer.at - this.#now;
  }

  /** Moves on by `ms` milliseconds; what fires on the way runs, its promises too, before the next timer does. */
  async tick(ms = 0): Promise<void> {
    const until = this.#now + ms;
    await runMicrotasks();
    for (let timer = this.#earliest(until); timer; timer = this.#earliest(until)) {
      this.#fire(timer);
      await runMicrotasks();
    }
    this.#now = until;
    await runTasks();
  }

  /** Moves on by `ms` milliseconds without letting a promise run: for code that has none. */
  tickSync(ms: number): void {
    const until = this.#now + ms;
    for (let timer = this.#earliest(until); timer; timer = this.#earliest(until)) this.#fire(timer);
    this.#now = until;
  }

  /** Moves on to each timer in turn until `promise` is settled; fails when no timer is left to wait for. */
  async until<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    await runTasks();
    while (!settled) {
      const next = this.next;
      if (next === undefined) throw new Error("Cannot move on: the promise is pending and no timer waits");
      await this.tick(next);
    }
    return await promise;
  }

  #earliest(until: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= until && (!earliest || timer.at < earliest.at)) earliest = timer;
    }
    return earliest;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
  }
}
