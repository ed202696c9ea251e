/**
 * Owns the way a response is let go of before another request is sent.
 * Must not know why it is dropped.
 * Invariant: what is dropped is read raw, never decoded, up to `limits.drain` bytes and for a
 * bounded time; beyond either the connection closes.
 */

import type { Call } from "../core/call.ts";
import type { MaybePromise } from "../http/body.ts";
import type { HttpResponse } from "../http/response.ts";

/**
 * Milliseconds that the rest of a dropped body may take: longer than most round trips, shorter
 * than the handshakes of the new connection that it would spare.
 */
const DRAIN_TIME = 250;

/** Lets go of the body of `response`; never fails. At once when the body has arrived. */
export function drop(response: HttpResponse, call: Call): MaybePromise<void> {
  const body = response.live;
  const dropped = response.drop(call.settings.limits.drain);
  if (body === null || !(dropped instanceof Promise)) return;
  const stop = call.clock.schedule(() => body.cancel(), DRAIN_TIME, false);
  return dropped.then(stop);
}
