/**
 * Owns the one limit that runs on a connection at a time, and since when.
 * Must not know what is waited for.
 * Invariant: one deadline per connection, made once and armed anew for each phase.
 */

import { Deadline } from "../base/deadline.ts";
import type { Call } from "../core/call.ts";
import type { TimeoutError, TimeoutPhase } from "../errors.ts";

/** The limits that a connection keeps. */
export type LimitedPhase = Extract<TimeoutPhase, "write" | "expect" | "head" | "read">;

/** The running limit of one connection. */
export class PhaseLimit {
  /** What runs, or ran last. */
  phase: LimitedPhase = "head";
  readonly #deadline: Deadline;
  #since = 0;

  constructor(expired: () => void) {
    this.#deadline = new Deadline(expired);
  }

  /** Starts the limit of a phase; the one before stops. */
  start(phase: LimitedPhase, call: Call, now: number): void {
    this.phase = phase;
    this.#since = now;
    call.deadlines.add(this.#deadline, call.settings.timeout[phase], now);
  }

  /** Stops what runs. */
  stop(call: Call): void {
    if (this.#deadline.running) call.deadlines.remove(this.#deadline);
  }

  /** The error of the limit that fired. */
  error(call: Call): TimeoutError {
    return call.timeout(this.phase, this.#since);
  }
}
