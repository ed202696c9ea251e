/**
 * Owns the books of the pool: which connections and dials there are, per route and in all.
 * Must not decide anything (`pool_state.ts`).
 * Invariant: `total` is the number of connections and dials of all routes; a connection is on
 * its route's shelf exactly while it has a free slot and may be used again.
 */

import { LinkedList } from "../base/linked_list.ts";
import { PoolDial, PoolEntry, type PoolKey, type PoolWaiter, RouteSlots } from "./pool_entry.ts";

/** Connections and dials, counted. */
export class PoolInventory<C> {
  /** What is known per route; a route of which nothing is left is forgotten. */
  readonly routes: Map<PoolKey, RouteSlots<C>> = new Map<PoolKey, RouteSlots<C>>();
  /** Idle connections, the one idle for longest first. */
  readonly idle: LinkedList<PoolEntry<C>> = new LinkedList<PoolEntry<C>>();
  /** Connections open or being opened. */
  total = 0;

  /** The books of a route. */
  routeOf(key: PoolKey): RouteSlots<C> {
    let route = this.routes.get(key);
    if (route === undefined) {
      this.routes.set(key, route = new RouteSlots<C>(key, key.mayMultiplex ? key.multiplexed : false));
      key.slots = route;
    }
    return route;
  }

  /** Keeps a route in the books exactly while something is left of it. */
  settle(route: RouteSlots<C>): void {
    if (route.empty) this.routes.delete(route.key);
    else this.routes.set(route.key, route);
    route.key.slots = route.empty ? undefined : route;
  }

  /** Enters a dial. */
  addDial(route: RouteSlots<C>, sponsor: PoolWaiter<C> | undefined): PoolDial<C> {
    const dial = new PoolDial<C>(route, sponsor);
    route.dials.add(dial);
    if (sponsor === undefined) route.orphans.add(dial);
    this.total++;
    return dial;
  }

  /** Strikes a dial out. */
  removeDial(dial: PoolDial<C>): void {
    if (!dial.route.dials.delete(dial)) return;
    dial.route.orphans.delete(dial);
    this.total--;
  }

  /** Enters a connection, on no shelf yet. */
  addEntry(route: RouteSlots<C>, connection: C, capacity: number, retireAt: number): PoolEntry<C> {
    const entry = new PoolEntry<C>(route, connection, capacity, retireAt);
    route.entries.add(entry);
    this.total++;
    return entry;
  }

  /** Strikes a connection out. */
  removeEntry(entry: PoolEntry<C>): void {
    const route = entry.route;
    if (!route.entries.delete(entry)) return;
    entry.gone = true;
    route.free.remove(entry.free);
    this.#wake(entry);
    this.total--;
  }

  /** Takes a slot. */
  occupy(entry: PoolEntry<C>): void {
    if (entry.active++ === 0) this.#wake(entry);
    if (entry.active >= entry.capacity) entry.route.free.remove(entry.free);
  }

  /** Puts a connection on its route's shelf, or takes it off, as its free slots say. */
  shelve(entry: PoolEntry<C>): void {
    const free = entry.route.free;
    if (entry.active >= entry.capacity) free.remove(entry.free);
    else if (!entry.free.linked) free.addFirst(entry.free);
  }

  /** Enters a connection as idle from `now` until `staleAt`. */
  rest(entry: PoolEntry<C>, now: number, staleAt: number): void {
    entry.staleAt = staleAt;
    entry.restedAt = now;
    if (!entry.idle.linked) {
      this.idle.addLast(entry.idle);
      entry.route.idle++;
    }
    this.shelve(entry);
  }

  /** The connection of a route that has been idle for longest: last on the shelf, but for busy ones. */
  oldestIdle(route: RouteSlots<C>): PoolEntry<C> | undefined {
    for (let link = route.free.tail; link; link = link.previous) {
      if (link.item.active === 0) return link.item;
    }
    return undefined;
  }

  #wake(entry: PoolEntry<C>): void {
    if (!entry.idle.linked) return;
    this.idle.remove(entry.idle);
    entry.route.idle--;
  }
}
