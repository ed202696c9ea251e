/**
 * Owns the wait that a response asks for before the next attempt.
 * Must not know the caller's limits; the decision applies them.
 * Invariant: the answer is 0 or more milliseconds, `Infinity` for a number past all reason, or
 * `undefined`; never NaN.
 */

import { parseHttpDate } from "../http/date.ts";
import type { HeaderList } from "../http/header_list.ts";
import { parseRetryAfter } from "../http/retry_after.ts";
import { rateLimitDelay } from "./rate_limit.ts";

/**
 * Milliseconds that the server asks to wait: Retry-After (RFC 9110 §10.2.3), else, when the status
 * is about load, the rate-limit fields. Times of day count from the server's own Date field.
 */
export function serverDelay(headers: HeaderList, status: number, now: number): number | undefined {
  const date = headers.get("date");
  const sent = (date === null ? undefined : parseHttpDate(date, now)) ?? now;
  let longest: number | undefined;
  for (const value of headers.getAll("retry-after")) {
    const delay = retryAfter(value, sent);
    if (delay !== undefined) longest = Math.max(longest ?? 0, delay);
  }
  if (longest !== undefined) return longest;
  return status === 429 || status === 503 ? rateLimitDelay(headers, sent, status === 429) : undefined;
}

function retryAfter(value: string, now: number): number | undefined {
  if (/^\d{11,}$/.test(value)) return Infinity;
  // Some servers send fractions; to read them as "no wait" would be the worst answer.
  if (/^\d{1,10}\.\d{1,9}$/.test(value)) return Number(value) * 1000;
  return parseRetryAfter(value, now);
}
