/**
 * Owns who waits on a route, and which dial works for whom.
 * Must not decide who is served, nor begin or end a dial.
 * Invariants: a waiter stands in one list, in order of arrival; a dial has one sponsor at most,
 * and one without is among the orphans of its route.
 */

import type { PoolDial, PoolWaiter, RouteSlots } from "./pool_entry.ts";

/** The waiters of all routes. */
export class PoolQueue<C> {
  /** Calls that wait without a dial. */
  length = 0;
  #sequence = 0;

  /** Takes a new waiter in. */
  add(waiter: PoolWaiter<C>, route: RouteSlots<C>): void {
    waiter.sequence = ++this.#sequence;
    waiter.slots = route;
    route.queue.addLast(waiter.place);
    this.length++;
  }

  /** Puts a waiter back where its order of arrival says. */
  putBack(waiter: PoolWaiter<C>, route: RouteSlots<C>): void {
    waiter.slots = route;
    route.queue.addFromFront(waiter.place, isBefore);
    this.length++;
  }

  /** Takes a waiter out; its dial is left without a sponsor. */
  remove(waiter: PoolWaiter<C>): void {
    const route = waiter.slots!;
    if (waiter.dial === undefined) this.length--;
    else waiter.dial.sponsor = undefined;
    route.queue.remove(waiter.place);
    route.dialling.remove(waiter.place);
    waiter.dial = waiter.slots = undefined;
  }

  /** Makes a waiter the sponsor of a dial that has none. */
  sponsor(dial: PoolDial<C>, waiter: PoolWaiter<C>): void {
    const route = dial.route;
    route.queue.remove(waiter.place);
    this.length--;
    waiter.dial = dial;
    dial.sponsor = waiter;
    route.orphans.delete(dial);
    route.dialling.addFromBack(waiter.place, isBefore);
  }
}

/** Whether `a` came before `b`; nobody at all comes last. */
export function isBefore(a: { readonly sequence: number }, b: { readonly sequence: number } | undefined): boolean {
  return b === undefined || a.sequence < b.sequence;
}

/** The waiter of a route that came first, with a dial or without. */
export function oldest<C>(route: RouteSlots<C>): PoolWaiter<C> | undefined {
  const queued = route.queue.first;
  const dialling = route.dialling.first;
  if (queued === undefined || dialling === undefined) return queued ?? dialling;
  return isBefore(queued, dialling) ? queued : dialling;
}
