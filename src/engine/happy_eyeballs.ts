/**
 * Owns the race between the addresses of one name (RFC 8305 §4, §5).
 * Must not know sockets or timers: it is told what happened and says what to do.
 * Invariants: families alternate; an attempt under way goes on while later ones start; the
 * next attempt starts when the delay has passed or the last one failed, whichever is first.
 */

import type { ResolvedAddress } from "../core/runtime.ts";
import type { AddressOrder } from "./options.ts";

/** Puts addresses in the order of the race: families alternate, each in its own order. */
export function interleave(addresses: readonly ResolvedAddress[], order: AddressOrder): ResolvedAddress[] {
  const first = order === "verbatim" ? addresses[0]?.family : order === "ipv4first" ? 4 : 6;
  const preferred = addresses.filter((address) => address.family === first);
  const others = addresses.filter((address) => address.family !== first);
  const mixed: ResolvedAddress[] = [];
  for (let at = 0; at < Math.max(preferred.length, others.length); at++) {
    if (preferred[at]) mixed.push(preferred[at]!);
    if (others[at]) mixed.push(others[at]!);
  }
  return mixed;
}

/** What to do next. */
export type RaceStep =
  /** Connect to address `index`; then, if `wait`, call `delayPassed` after the delay. */
  | { readonly do: "connect"; readonly index: number; readonly wait: boolean }
  /** `index` won: stop the attempts `losers`. */
  | { readonly do: "win"; readonly index: number; readonly losers: readonly number[] }
  /** Every attempt has failed. */
  | { readonly do: "lose" }
  | { readonly do: "nothing" };

const NOTHING: RaceStep = Object.freeze({ do: "nothing" });

/** One race over `count` addresses. */
export class AddressRace {
  readonly #count: number;
  readonly #running = new Set<number>();
  #next = 0;
  #over = false;

  constructor(count: number) {
    this.#count = count;
  }

  /** The first attempt. */
  start(): RaceStep {
    return this.#connectNext();
  }

  /** The delay since the last attempt began is over. */
  delayPassed(): RaceStep {
    return this.#connectNext();
  }

  /** Attempt `index` failed. */
  failed(index: number): RaceStep {
    if (!this.#running.delete(index) || this.#over) return NOTHING;
    // An earlier attempt that fails late does not hurry the ones after it.
    if (index === this.#next - 1 && this.#next < this.#count) return this.#connectNext();
    if (this.#running.size > 0) return NOTHING;
    if (this.#next < this.#count) return this.#connectNext();
    this.#over = true;
    return { do: "lose" };
  }

  /** Attempt `index` succeeded. */
  succeeded(index: number): RaceStep {
    if (!this.#running.delete(index) || this.#over) return NOTHING;
    this.#over = true;
    return { do: "win", index, losers: [...this.#running] };
  }

  #connectNext(): RaceStep {
    if (this.#over) return NOTHING;
    if (this.#next >= this.#count) {
      if (this.#running.size > 0) return NOTHING;
      this.#over = true;
      return { do: "lose" };
    }
    const index = this.#next++;
    this.#running.add(index);
    return { do: "connect", index, wait: this.#next < this.#count };
  }
}
