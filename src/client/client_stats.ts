/**
 * Owns the numbers that a client tells of itself.
 * Must not know how a pool counts.
 * Invariant: a sum and its routes are of the same moment.
 */

import type { PoolStats } from "../engine/pool_stats.ts";

/** What is going on in a client. */
export interface ClientStats {
  /** Calls under way, waiting ones included. */
  readonly calls: number;
  /** Connections that carry an exchange. */
  readonly busy: number;
  /** Connections that wait for one. */
  readonly idle: number;
  /** Connections being opened. */
  readonly dialling: number;
  /** Calls that wait for a connection. */
  readonly queued: number;
  /** The same numbers for each route. */
  readonly routes: readonly PoolStats[];
}

/** Sums up the routes of a pool. */
export function clientStats(calls: number, routes: readonly PoolStats[]): ClientStats {
  const sum = (name: "busy" | "idle" | "dialling" | "queued"): number =>
    routes.reduce((total, route) => total + route[name], 0);
  return { calls, busy: sum("busy"), idle: sum("idle"), dialling: sum("dialling"), queued: sum("queued"), routes };
}
