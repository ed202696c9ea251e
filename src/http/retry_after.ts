/**
 * Owns the Retry-After field (RFC 9110 §10.2.3).
 * Must not know whether anybody waits; no limit is applied here.
 * Invariant: the answer is a whole number of milliseconds, 0 or more, or `undefined`; never NaN.
 */

import { parseHttpDate } from "./date.ts";
import type { HeaderList } from "./header_list.ts";

/** Reads a value of Retry-After as milliseconds from `now` on, which is in milliseconds since 1970. */
export function parseRetryAfter(value: string, now: number): number | undefined {
  // Ten digits are 300 years; more would lose precision on the way to a number.
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1000;
  const date = parseHttpDate(value, now);
  return date === undefined ? undefined : Math.max(0, date - now);
}

/**
 * The milliseconds that a response asks to wait. A date is measured against the server's own
 * clock, its Date field, where there is one, so that a wrong clock on either side does no harm;
 * else against `now`.
 */
export function retryAfterOf(headers: HeaderList, now: number): number | undefined {
  const value = headers.getAll("retry-after")[0];
  if (value === undefined) return undefined;
  const sent = headers.get("date");
  return parseRetryAfter(value, (sent === null ? undefined : parseHttpDate(sent, now)) ?? now);
}
