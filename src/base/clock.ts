/**
 * Owns the one way to ask for time and to be called later.
 * Must not know what the time is wanted for.
 * Invariant: nothing else in `src/` calls `performance.now`, `Date.now` or `setTimeout`.
 */

/** A handle that stops a scheduled callback; calling it twice does nothing. */
export type StopTimer = () => void;

/** Time and timers. The tests put a clock here that moves only when told. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Milliseconds since 1970, for dates in fields and cookies. */
  wall(): number;
  /**
   * Calls back once after `delay` milliseconds.
   * With `hold` the process stays alive until then, without it does not.
   */
  schedule(callback: () => void, delay: number, hold: boolean): StopTimer;
}

interface TimerHost {
  readonly Deno?: { unrefTimer?(id: number): void };
}

/** The longest delay that a timer of the host can hold; a longer one would fire at once. */
const LONGEST_DELAY = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  schedule(callback: () => void, delay: number, hold: boolean): StopTimer {
    const id: unknown = setTimeout(callback, Math.min(Math.max(0, delay), LONGEST_DELAY));
    if (!hold) {
      if (typeof id === "object") (id as { unref?(): void }).unref?.();
      else (globalThis as TimerHost).Deno?.unrefTimer?.(id as number);
    }
    return () => clearTimeout(id as number);
  },
};
