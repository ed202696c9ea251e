/**
 * Owns the pool in numbers, and in one line.
 * Must not change it.
 */

import type { PoolState } from "./pool_state.ts";
import type { RouteSlots } from "./pool_entry.ts";
import type { Route } from "./route.ts";

/** The connections of one route, in numbers. */
export interface PoolStats {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The route in words: with proxy or socket path, without a secret. */
  readonly route: string;
  /** Connections that carry an exchange. */
  readonly busy: number;
  /** Connections that wait for one. */
  readonly idle: number;
  /** Connections being opened. */
  readonly dialling: number;
  /** Calls that wait for a connection. */
  readonly queued: number;
}

/** The numbers of each route that has any. */
export function statsOf<C>(routes: ReadonlyMap<object, RouteSlots<C>>): PoolStats[] {
  return [...routes].map(([key, slots]) => {
    const { origin, label } = key as Route;
    return {
      origin,
      route: label,
      busy: slots.entries.size - slots.idle,
      idle: slots.idle,
      dialling: slots.dials.size,
      queued: slots.queue.size,
    };
  });
}

/** One line: `Pool 3/256, 1 queued; http://a busy 2 idle 1 dialling 0 queued 1`. */
export function inspectPool<C>(state: PoolState<C>, max: number): string {
  const head = `Pool ${state.total}/${max}, ${state.queued} queued${state.closed ? ", closed" : ""}`;
  const routes = statsOf(state.routes).map(({ route, busy, idle, dialling, queued }) =>
    `${route} busy ${busy} idle ${idle} dialling ${dialling} queued ${queued}`
  );
  return [head, ...routes].join("; ");
}
