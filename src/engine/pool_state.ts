/**
 * Owns every decision of the pool: who gets which connection, what is opened, what is closed.
 * Must not know sockets, promises or a clock: the time is handed in, actions are handed back.
 * Invariants: never more connections (open or being opened) than `max` and `perRoute`; a call
 * waits only while it cannot be served; who came first is served first, also between routes;
 * no step costs more than the logarithm of what waits.
 *
 * A call that waits is either queued (no slot for it) or dialling (a dial was begun for it).
 * Whichever connection of its route comes first serves it; its dial then goes on for the next.
 */

import type { PoolOptions } from "./options.ts";
import type {
  CloseReason,
  Dialled,
  Opened,
  PoolAction,
  PoolDial,
  PoolEntry,
  PoolKey,
  PoolWaiter,
  RouteSlots,
} from "./pool_entry.ts";
import { PoolInventory } from "./pool_inventory.ts";
import { isBefore, oldest, PoolQueue } from "./pool_queue.ts";
import { StarvedRoutes } from "./starved_routes.ts";

/** The limits that the decisions read. */
export type PoolLimits = Pick<PoolOptions, "max" | "perRoute" | "idlePerRoute" | "idleTimeout" | "maxQueue">;

/** Milliseconds that a connection beyond `idlePerRoute` is kept for the next burst of calls. */
const SPARE_TIME = 1_000;

const NONE: readonly never[] = Object.freeze([]);

/** The state of one pool. */
export class PoolState<C> {
  readonly #limits: PoolLimits;
  readonly #books = new PoolInventory<C>();
  readonly #queue = new PoolQueue<C>();
  readonly #starved = new StarvedRoutes<C>();
  #actions: PoolAction<C>[] = [];
  #closed = false;
  #tickAt = Infinity;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** Connections open or being opened. */
  get total(): number {
    return this.#books.total;
  }

  /** Calls that wait for a slot. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Idle connections. */
  get idle(): number {
    return this.#books.idle.size;
  }

  /** Whether it refuses new calls. */
  get closed(): boolean {
    return this.#closed;
  }

  /** When {@linkcode tick} wants to be called; `Infinity` for never. */
  get tickAt(): number {
    return this.idle === 0 ? Infinity : this.#tickAt;
  }

  /** What is known per route. */
  get routes(): ReadonlyMap<PoolKey, RouteSlots<C>> {
    return this.#books.routes;
  }

  /** Takes a slot on the newest connection of a route, if that needs no further thought. */
  take(key: PoolKey, now: number): PoolEntry<C> | undefined {
    const entry = (key.slots as RouteSlots<C> | undefined)?.free.head?.item;
    if (entry === undefined || (entry.active === 0 && entry.staleAt <= now)) return undefined;
    this.#books.occupy(entry);
    return entry;
  }

  /** A call wants a connection. */
  acquire(waiter: PoolWaiter<C>, key: PoolKey, now: number): readonly PoolAction<C>[] {
    if (this.#closed) return [{ do: "refuse", waiter, reason: "closed" }];
    const route = this.#books.routeOf(key);
    for (let entry = route.free.first; entry; entry = route.free.first) {
      if (entry.active > 0 || entry.staleAt > now) {
        this.#books.occupy(entry);
        this.#act({ do: "serve", waiter, entry });
        return this.#done(route);
      }
      this.#drop(entry, entry.retireAt <= now ? "age" : "idle");
    }
    this.#queue.add(waiter, route);
    this.#refill(route);
    if (waiter.queued && this.#queue.length > this.#limits.maxQueue) {
      this.#queue.remove(waiter);
      this.#act({ do: "refuse", waiter, reason: "full" });
    }
    return this.#done(route);
  }

  /** A call gives its waiting place up. */
  cancelled(waiter: PoolWaiter<C>): readonly PoolAction<C>[] {
    const route = waiter.slots;
    if (route === undefined) return NONE;
    const dial = waiter.dial;
    this.#queue.remove(waiter);
    if (dial !== undefined && (dial.reserved || !this.#adopt(dial))) this.#cancel(dial);
    this.#refill(route);
    return this.#done(route);
  }

  /**
   * A connection died under a call that may be sent again: another one is opened in its place,
   * for that call alone. Nothing that lay idle could be trusted more than the one that died.
   */
  replace(entry: PoolEntry<C>, waiter: PoolWaiter<C>): readonly PoolAction<C>[] {
    const route = entry.route;
    this.#books.removeEntry(entry);
    const dial = this.#dial(route, waiter);
    dial.reserved = true;
    waiter.slots = route;
    waiter.dial = dial;
    return this.#done(route);
  }

  /** A dial has succeeded. */
  dialled(dial: PoolDial<C>, connection: C, opened: Opened, now: number): Dialled<C> {
    const route = dial.route;
    const sponsor = dial.sponsor;
    this.#books.removeDial(dial);
    if (sponsor !== undefined && !dial.reserved) {
      // Who came first is served; the sponsor then takes over the dial that becomes free by that.
      this.#queue.remove(sponsor);
      this.#queue.putBack(sponsor, route);
    }
    route.multiplexed = route.key.multiplexed = opened.multiplexed;
    const retireAt = dial.purged ? -Infinity : opened.retireAt;
    const entry = this.#books.addEntry(route, connection, opened.capacity, retireAt);
    if (dial.reserved) {
      this.#queue.remove(sponsor!);
      this.#books.occupy(entry);
      this.#act({ do: "serve", waiter: sponsor!, entry });
    }
    this.#offer(entry, now, Infinity);
    this.#refill(route);
    return { entry, actions: this.#done(route) };
  }

  /** A dial has failed. */
  failed(dial: PoolDial<C>, error: Error): readonly PoolAction<C>[] {
    const route = dial.route;
    const sponsor = dial.sponsor;
    this.#books.removeDial(dial);
    if (sponsor !== undefined) {
      this.#queue.remove(sponsor);
      if (dial.original) this.#act({ do: "fail", waiter: sponsor, error });
      else {
        this.#queue.putBack(sponsor, route);
        this.#act({ do: "requeue", waiter: sponsor });
      }
    }
    this.#refill(route);
    return this.#done(route);
  }

  /**
   * An exchange is over. `reusable` says that the connection can carry another one; it is then
   * kept until `keepUntil` at most.
   */
  released(
    entry: PoolEntry<C>,
    reusable: boolean,
    now: number,
    keepUntil: number = Infinity,
  ): readonly PoolAction<C>[] {
    entry.active--;
    if (entry.gone) return NONE;
    if (!reusable || entry.retireAt <= now) entry.retireAt = -Infinity;
    if (entry.retireAt <= now) {
      if (entry.active > 0) entry.route.free.remove(entry.free);
      else this.#drop(entry, reusable ? "age" : "not-reusable");
      this.#refill(entry.route);
    } else if (this.#yields(entry)) {
      this.#drop(entry, "room");
      this.#refill(entry.route);
    } else {
      this.#offer(entry, now, keepUntil);
      // The usual case: it lies idle now, and nothing else has changed.
      if (this.#actions.length === 0) return NONE;
    }
    return this.#done(entry.route);
  }

  /** A connection is dead, whatever it was doing. */
  lost(entry: PoolEntry<C>): readonly PoolAction<C>[] {
    if (entry.gone) return NONE;
    this.#books.removeEntry(entry);
    this.#refill(entry.route);
    return this.#done(entry.route);
  }

  /** The peer allows another number of exchanges; 0 while it takes none. */
  resized(entry: PoolEntry<C>, capacity: number, now: number): readonly PoolAction<C>[] {
    entry.capacity = capacity;
    if (entry.gone || entry.retireAt <= now) return NONE;
    this.#offer(entry, now, entry.staleAt);
    this.#refill(entry.route);
    return this.#done(entry.route);
  }

  /** Closes what has been idle for too long. */
  tick(now: number): readonly PoolAction<C>[] {
    let next = Infinity;
    for (const entry of this.#books.idle) {
      const spareAt = entry.route.idle > this.#limits.idlePerRoute ? entry.restedAt + SPARE_TIME : Infinity;
      if (entry.staleAt <= now) this.#drop(entry, entry.retireAt <= now ? "age" : "idle");
      else if (spareAt <= now) this.#drop(entry, "idle-cap");
      else next = Math.min(next, entry.staleAt, spareAt);
    }
    this.#tickAt = next;
    return this.#done();
  }

  /** Opens connections that nobody waits for yet, until `count` are spare or a limit is met. */
  preconnect(key: PoolKey, count: number): readonly PoolAction<C>[] {
    if (this.#closed) return NONE;
    const route = this.#books.routeOf(key);
    let wanted = count - route.idle - route.orphans.size;
    while (wanted-- > 0 && this.#mayDial(route) && this.#books.total < this.#limits.max) this.#dial(route, undefined);
    return this.#done(route);
  }

  /** Closes the idle connections of the routes that `matches`, and the busy ones after their last exchange. */
  purge(matches: (key: PoolKey) => boolean): readonly PoolAction<C>[] {
    for (const route of [...this.routes.values()]) {
      if (!matches(route.key)) continue;
      for (const dial of route.dials) dial.purged = true;
      for (const entry of route.entries) {
        entry.retireAt = -Infinity;
        route.free.remove(entry.free);
        if (entry.active === 0) this.#drop(entry, "purged");
      }
      this.#refill(route);
    }
    return this.#done();
  }

  /** Refuses new calls and closes what nobody uses or waits for; calls under way go on. */
  drain(): readonly PoolAction<C>[] {
    this.#closed = true;
    for (const route of [...this.routes.values()]) {
      for (const dial of route.orphans) this.#cancel(dial);
      for (const entry of route.entries) if (entry.active === 0) this.#drop(entry, "closed");
      this.#books.settle(route);
    }
    return this.#done();
  }

  /** Refuses those that wait, too. Connections in use are the caller's to close. */
  cut(): readonly PoolAction<C>[] {
    this.#closed = true;
    for (const route of [...this.routes.values()]) {
      const waiters = [...route.queue, ...route.dialling];
      for (const dial of route.dials) {
        if (dial.reserved) waiters.push(dial.sponsor!);
        this.#cancel(dial);
      }
      for (const waiter of waiters) {
        this.#queue.remove(waiter);
        this.#act({ do: "refuse", waiter, reason: "closed" });
      }
      this.#books.settle(route);
    }
    return this.#done();
  }

  #act(action: PoolAction<C>): void {
    this.#actions.push(action);
  }

  #done(route?: RouteSlots<C>): readonly PoolAction<C>[] {
    if (route !== undefined) this.#books.settle(route);
    if (this.#actions.length === 0) return NONE;
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** Gives the free slots of a connection to those who wait, and shelves what is left. */
  #offer(entry: PoolEntry<C>, now: number, keepUntil: number): void {
    const route = entry.route;
    for (let waiter = oldest(route); waiter && entry.active < entry.capacity; waiter = oldest(route)) {
      const dial = waiter.dial;
      this.#queue.remove(waiter);
      if (dial !== undefined && !this.#adopt(dial)) route.orphans.add(dial);
      this.#books.occupy(entry);
      this.#act({ do: "serve", waiter, entry });
    }
    if (entry.active === 0) this.#rest(entry, now, keepUntil);
    else if (entry.retireAt > now) this.#books.shelve(entry);
  }

  #rest(entry: PoolEntry<C>, now: number, keepUntil: number): void {
    const staleAt = Math.min(now + this.#limits.idleTimeout, keepUntil, entry.retireAt);
    if (this.#closed) return this.#drop(entry, "closed");
    if (this.#yields(entry)) return this.#drop(entry, "room");
    if (staleAt <= now) return this.#drop(entry, entry.retireAt <= now ? "age" : "idle");
    if (this.idle === 0 || staleAt < this.#tickAt) this.#tickAt = staleAt;
    this.#books.rest(entry, now, staleAt);
    if (entry.route.idle > this.#limits.idlePerRoute) this.#spare(entry.route, now);
  }

  /**
   * More lie idle than are kept. Many calls that end at once are often followed by as many: what
   * is too much is closed when it has been idle for `SPARE_TIME`, at once only where nothing is kept.
   */
  #spare(route: RouteSlots<C>, now: number): void {
    if (this.#limits.idlePerRoute === 0) this.#drop(this.#books.oldestIdle(route)!, "idle-cap");
    else this.#tickAt = Math.min(this.#tickAt, now + SPARE_TIME);
  }

  /** Whether a connection without work must make room for a route whose call came before those of its own. */
  #yields(entry: PoolEntry<C>): boolean {
    if (entry.active > 0) return false;
    const starved = this.#starved.first(this.#eligible);
    if (starved === undefined) return false;
    if (entry.capacity === 0) return true;
    return starved !== entry.route && isBefore(starved.queue.first!, oldest(entry.route));
  }

  #drop(entry: PoolEntry<C>, reason: CloseReason): void {
    this.#books.removeEntry(entry);
    this.#books.settle(entry.route);
    this.#act({ do: "close", entry, reason });
  }

  #dial(route: RouteSlots<C>, sponsor: PoolWaiter<C> | undefined): PoolDial<C> {
    const dial = this.#books.addDial(route, sponsor);
    this.#act({ do: "dial", dial });
    return dial;
  }

  #cancel(dial: PoolDial<C>): void {
    this.#books.removeDial(dial);
    this.#act({ do: "cancel", dial });
  }

  /** Finds a dial without a sponsor another one; `false` when nobody needs it. */
  #adopt(dial: PoolDial<C>): boolean {
    const waiter = dial.route.queue.first;
    if (waiter === undefined) return false;
    dial.original = false;
    this.#queue.sponsor(dial, waiter);
    this.#act({ do: "adopt", dial });
    return true;
  }

  /** Whether one more dial of this route is within its own limits and may be of use. */
  #mayDial(route: RouteSlots<C>): boolean {
    if (route.size >= this.#limits.perRoute) return false;
    if (route.multiplexed === false) return true;
    // One connection may turn out to serve all who wait; one that serves many is enough (RFC 9113 §9.1).
    return route.dials.size === 0 && !(route.multiplexed && route.servesLater);
  }

  readonly #eligible = (route: RouteSlots<C>): boolean => route.queue.size > 0 && this.#mayDial(route);

  /** Makes sure that one more fits in, at the cost of what has been idle for longest. */
  #makeRoom(): boolean {
    if (this.#books.total < this.#limits.max) return true;
    const idle = this.#books.idle.first;
    if (idle === undefined) return false;
    this.#drop(idle, "room");
    return true;
  }

  /** After anything changed on a route: dials for those who have none. */
  #refill(route: RouteSlots<C>): void {
    for (const dial of route.orphans) if (!this.#adopt(dial)) break;
    if (this.#eligible(route)) this.#starved.add(route);
    this.#feed();
  }

  #feed(): void {
    for (;;) {
      const route = this.#starved.first(this.#eligible);
      if (route === undefined || !this.#makeRoom()) return;
      const waiter = route.queue.first!;
      this.#queue.sponsor(this.#dial(route, waiter), waiter);
    }
  }
}
