/**
 * Owns what the pool counts: connections, dials, waiters, and what it knows of one route.
 * Must not know sockets, calls or time.
 * Invariant: only `pool_state.ts` changes these; everyone else reads.
 */

import { Link, LinkedList } from "../base/linked_list.ts";

/** Why a connection left the pool. */
export type CloseReason =
  | "idle"
  | "age"
  | "idle-cap"
  | "room"
  | "purged"
  | "closed"
  | "not-reusable"
  | "lost";

/** One open connection. */
export class PoolEntry<C> {
  readonly route: RouteSlots<C>;
  readonly connection: C;
  /** Exchanges that it can carry at once. */
  capacity: number;
  /** Exchanges that it carries now. */
  active = 0;
  /** When it is too old to be used again. */
  retireAt: number;
  /** When it may no longer be taken from the shelf: idle for too long, or too old. */
  staleAt = 0;
  /** Since when it has been idle. */
  restedAt = 0;
  /** Whether it was taken out. */
  gone = false;
  /** @internal Place among those of its route with a free slot, newest first. */
  readonly free: Link<PoolEntry<C>> = new Link<PoolEntry<C>>(this);
  /** @internal Place among all that are idle, the one idle for longest first. */
  readonly idle: Link<PoolEntry<C>> = new Link<PoolEntry<C>>(this);

  constructor(route: RouteSlots<C>, connection: C, capacity: number, retireAt: number) {
    this.route = route;
    this.connection = connection;
    this.capacity = capacity;
    this.retireAt = retireAt;
  }
}

/** A call that waits for a connection. */
export class PoolWaiter<C = unknown> {
  /** @internal Order of arrival. */
  sequence = 0;
  /** @internal */ slots: RouteSlots<C> | undefined = undefined;
  /** The dial that it waits for; `undefined` while it has none. */
  dial: PoolDial<C> | undefined = undefined;
  /** @internal Place in one of the two lists of its route. */
  readonly place: Link<PoolWaiter<C>> = new Link<PoolWaiter<C>>(this);

  /** Whether it waits for a slot, and not for a dial of its own. */
  get queued(): boolean {
    return this.slots !== undefined && this.dial === undefined;
  }
}

/** A connection being opened. */
export class PoolDial<C = unknown> {
  readonly route: RouteSlots<C>;
  /** Who waits for it; `undefined` once that one was served otherwise. */
  sponsor: PoolWaiter<C> | undefined;
  /** Whether the sponsor is the one it was begun for: only that one fails with it. */
  original = true;
  /** Whether its connection is for the sponsor and nobody else. */
  reserved = false;
  /** Whether it was purged meanwhile: its connection is used once at most. */
  purged = false;

  constructor(route: RouteSlots<C>, sponsor: PoolWaiter<C> | undefined) {
    this.route = route;
    this.sponsor = sponsor;
  }
}

/** What the pool reads of a route, and keeps on it. */
export interface PoolKey {
  /** Whether its connections may turn out to carry several exchanges at once. */
  readonly mayMultiplex: boolean;
  /** What was learnt of that: kept here, beyond the last connection; only the pool sets it. */
  multiplexed?: boolean | undefined;
  /** What the pool knows of it, so that it is found without a search; only the pool sets it. */
  slots: object | undefined;
}

/** What the pool knows of one route. */
export class RouteSlots<C = unknown> {
  /** The route itself. */
  readonly key: PoolKey;
  /** Whether its connections carry several exchanges; `undefined` until the first is open. */
  multiplexed: boolean | undefined;
  /** Open connections. */
  readonly entries: Set<PoolEntry<C>> = new Set<PoolEntry<C>>();
  /** Dials under way. */
  readonly dials: Set<PoolDial<C>> = new Set<PoolDial<C>>();
  /** Dials without a sponsor, whose connection the next caller may have. */
  readonly orphans: Set<PoolDial<C>> = new Set<PoolDial<C>>();
  /** @internal Connections with a free slot, newest first. */
  readonly free: LinkedList<PoolEntry<C>> = new LinkedList<PoolEntry<C>>();
  /** Idle connections. */
  idle = 0;
  /** @internal Waiters that have a dial, in order of arrival. */
  readonly dialling: LinkedList<PoolWaiter<C>> = new LinkedList<PoolWaiter<C>>();
  /** @internal Waiters that have none, in order of arrival. */
  readonly queue: LinkedList<PoolWaiter<C>> = new LinkedList<PoolWaiter<C>>();
  /** @internal Sequence of the waiter for which it stands among the starved; 0 when it does not. */
  starvedAs = 0;

  constructor(key: PoolKey, multiplexed: boolean | undefined) {
    this.key = key;
    this.multiplexed = multiplexed;
  }

  /** Connections open or being opened. */
  get size(): number {
    return this.entries.size + this.dials.size;
  }

  /** Whether a connection that carries several exchanges will take further ones when one of its own is over. */
  get servesLater(): boolean {
    for (const { capacity, retireAt } of this.entries) if (capacity > 0 && retireAt > -Infinity) return true;
    return false;
  }

  /** Whether nothing is left of it. */
  get empty(): boolean {
    return this.size === 0 && this.dialling.size === 0 && this.queue.size === 0;
  }
}

/** What the pool wants done. */
export type PoolAction<C> =
  /** Give the connection, whose slot is taken already, to the waiter. */
  | { readonly do: "serve"; readonly waiter: PoolWaiter<C>; readonly entry: PoolEntry<C> }
  /** Open a connection. */
  | { readonly do: "dial"; readonly dial: PoolDial<C> }
  /** The dial now works for its new sponsor. */
  | { readonly do: "adopt"; readonly dial: PoolDial<C> }
  /** Nobody waits for the dial any more. */
  | { readonly do: "cancel"; readonly dial: PoolDial<C> }
  /** The dial of the waiter failed. */
  | { readonly do: "fail"; readonly waiter: PoolWaiter<C>; readonly error: Error }
  /** The waiter lost the dial that it had adopted and waits for a slot again. */
  | { readonly do: "requeue"; readonly waiter: PoolWaiter<C> }
  /** No place for the waiter. */
  | { readonly do: "refuse"; readonly waiter: PoolWaiter<C>; readonly reason: "full" | "closed" }
  /** Close the connection. */
  | { readonly do: "close"; readonly entry: PoolEntry<C>; readonly reason: CloseReason };

/** What is known of a connection when it is open. */
export interface Opened {
  /** Exchanges that it can carry at once. */
  readonly capacity: number;
  /** Whether that number can be more than one. */
  readonly multiplexed: boolean;
  /** When it will be too old to be used again. */
  readonly retireAt: number;
}

/** What became of a dial. */
export interface Dialled<C> {
  readonly entry: PoolEntry<C>;
  readonly actions: readonly PoolAction<C>[];
}
