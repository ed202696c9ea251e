/**
 * Owns the budget of retries of each origin: a share of its requests within a sliding window.
 * Must not know why a request is retried.
 * Invariants: within a window at most `max(floor, ratio × requests)` retries are granted; the
 * memory of it all is bounded.
 */

import type { BudgetSettings } from "../core/settings.ts";

/** Parts of a window. It slides by one part at a time: what is counted is up to a tenth too old. */
const PARTS = 10;

/** Origins remembered. Who talks to more of them at a time has no use for a budget per origin. */
const MAX_ORIGINS = 1024;

/** What happened within the last window. */
class Window {
  readonly #width: number;
  readonly #requests: number[] = new Array(PARTS).fill(0);
  readonly #retries: number[] = new Array(PARTS).fill(0);
  #part = 0;

  constructor(length: number, now: number) {
    this.#width = Math.max(1, length / PARTS);
    this.#part = Math.floor(now / this.#width);
  }

  addRequest(now: number): void {
    this.#slide(now);
    this.#requests[this.#part % PARTS]!++;
  }

  take(budget: BudgetSettings, now: number): boolean {
    this.#slide(now);
    if (sum(this.#retries) >= Math.max(budget.floor, budget.ratio * sum(this.#requests))) return false;
    this.#retries[this.#part % PARTS]!++;
    return true;
  }

  #slide(now: number): void {
    const part = Math.floor(now / this.#width);
    for (let passed = Math.max(this.#part + 1, part - PARTS + 1); passed <= part; passed++) {
      this.#requests[passed % PARTS] = this.#retries[passed % PARTS] = 0;
    }
    // A time handed in a little late counts as the latest.
    if (part > this.#part) this.#part = part;
  }
}

function sum(counts: readonly number[]): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

/** The budgets of a client. */
export class RetryBudget {
  /** By length of the window, then by origin, the one met first in front. */
  readonly #windows = new Map<number, Map<string, Window>>();

  /** Counts a request that is no retry. */
  addRequest(origin: string, budget: BudgetSettings, now: number): void {
    this.#window(origin, budget, now).addRequest(now);
  }

  /** Takes one retry out of the budget; `false` when it is used up. */
  take(origin: string, budget: BudgetSettings, now: number): boolean {
    return this.#window(origin, budget, now).take(budget, now);
  }

  /** Origins remembered; for the tests. */
  get size(): number {
    let size = 0;
    for (const origins of this.#windows.values()) size += origins.size;
    return size;
  }

  #window(origin: string, budget: BudgetSettings, now: number): Window {
    let origins = this.#windows.get(budget.window);
    if (origins === undefined) {
      // One or two lengths are in use; a new one per call would be a leak.
      if (this.#windows.size >= PARTS) this.#windows.clear();
      this.#windows.set(budget.window, origins = new Map());
    }
    let window = origins.get(origin);
    if (window !== undefined) return window;
    if (origins.size >= MAX_ORIGINS) origins.delete(origins.keys().next().value!);
    origins.set(origin, window = new Window(budget.window, now));
    return window;
  }
}
