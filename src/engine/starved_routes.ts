/**
 * Owns the order among routes that want a connection while the pool as a whole is full.
 * Must not know why a route wants one.
 * Invariant: the route whose first waiter came earliest comes first; a step costs the
 * logarithm of the number of routes, however many come and go.
 */

import type { RouteSlots } from "./pool_entry.ts";

interface Place<C> {
  readonly sequence: number;
  readonly route: RouteSlots<C>;
}

/** A binary heap by order of arrival. Outdated places stay in it until they come up. */
export class StarvedRoutes<C> {
  readonly #heap: Place<C>[] = [];

  /** Puts `route` in, for its first waiter; does nothing when it stands there for that one. */
  add(route: RouteSlots<C>): void {
    const first = route.queue.first;
    if (first === undefined || route.starvedAs === first.sequence) return;
    route.starvedAs = first.sequence;
    const heap = this.#heap;
    let at = heap.length;
    const place = { sequence: first.sequence, route };
    heap.push(place);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.sequence <= place.sequence) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = place;
  }

  /** The route to serve next, provided that `eligible`; others are taken out on the way. */
  first(eligible: (route: RouteSlots<C>) => boolean): RouteSlots<C> | undefined {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      const current = top.route.starvedAs === top.sequence;
      if (current && top.route.queue.first?.sequence === top.sequence && eligible(top.route)) return top.route;
      if (current) top.route.starvedAs = 0;
      this.#removeFirst();
      // Its first waiter may have left, and another may stand there.
      if (current && eligible(top.route)) this.add(top.route);
    }
    return undefined;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]!.sequence < heap[child]!.sequence) child++;
      if (heap[child]!.sequence >= last.sequence) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
