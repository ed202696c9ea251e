/**
 * Owns the wait between two attempts: how long it is, and the waiting.
 * Must not know whether there is a retry, nor what the server asked for.
 * Invariants: a delay is a number of milliseconds, 0 or more; a wait ends with the call at the latest.
 */

import type { MaybePromise } from "../http/body.ts";
import { after } from "../base/after.ts";
import type { Call } from "../core/call.ts";
import type { RetrySettings } from "../core/settings.ts";

/** Milliseconds before retry `retry` (1 for the first), jitter included. */
export function backoffDelay(settings: RetrySettings, retry: number): MaybePromise<number> {
  const jittered = after(settings.backoff(retry), (delay) => settings.jitter(delay, settings.random));
  return after(jittered as MaybePromise<number>, (delay) => {
    // Both may be functions of the caller; what is no number must not become a wait without end, or none.
    if (Number.isFinite(delay) && delay >= 0) return delay;
    throw new RangeError(`Cannot wait before retry ${retry}: retry.jitter gave ${delay}, expected milliseconds`);
  });
}

/** Waits; rejects with the reason when the call is cancelled meanwhile. Holds the process. */
export function pause(call: Call, delay: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = call.clock.schedule(
      () => {
        call.cancel.remove(cancelled);
        resolve();
      },
      delay,
      true,
    );
    function cancelled(reason: Error): void {
      stop();
      reject(reason);
    }
    call.cancel.add(cancelled);
  });
}
