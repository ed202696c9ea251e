/**
 * Owns the decision how long a connection may lie idle by what its server says.
 * Must not know the pool's own limits.
 */

import type { KeepAliveHint } from "../protocol/h1/persistence.ts";

/** Milliseconds by which we give up before the server does: its FIN and our request could cross. */
const MARGIN = 1_000;

/** Until when a connection may be used again; `now` for not at all, `Infinity` when the server says nothing. */
export function keepUntil(hint: KeepAliveHint, now: number): number {
  if (hint.max === 0) return now;
  const { timeout } = hint;
  if (timeout === undefined) return Infinity;
  // A short hint leaves half of itself rather than nothing.
  return now + Math.max(timeout - MARGIN, timeout / 2);
}
