/**
 * Owns the decision whether an outcome is followed by another attempt, and after what wait.
 * Must not know layers, budgets or time; all it needs is handed in.
 * Invariant: what cannot be sent twice is never sent twice: whoever overrides the decision
 * overrides neither `max` nor `replayable`.
 */

import type { RetryCause, RetrySettings } from "../core/settings.ts";
import { ConnectError, type JetstreamError, TimeoutError } from "../errors.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** How an attempt ended: with a response or with a failure of ours. */
export type RetryOutcome =
  | { readonly response: HttpResponse; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: JetstreamError };

/** What speaks for and against another attempt. */
export interface RetryVerdict {
  /** What calls for a retry, such as `status 503`; `undefined` when nothing does. */
  readonly reason: string | undefined;
  /** What forbids it whatever the caller says. */
  readonly barrier: string | undefined;
  /** What speaks against it unless the caller overrides it. */
  readonly objection: string | undefined;
}

/** The field that makes a request of any method safe to repeat. */
export const IDEMPOTENCY_KEY = "Idempotency-Key";

/** Judges an outcome; `retries` is how many the call has used. */
export function judgeRetry(
  settings: RetrySettings,
  request: HttpRequest,
  outcome: RetryOutcome,
  retries: number,
): RetryVerdict {
  return {
    reason: retryReason(settings, outcome),
    barrier: retryBarrier(settings, request, retries),
    objection: methodObjection(settings, request, outcome),
  };
}

/** The kind of failure that `error` is, for `retry.on`; `undefined` when sending again is no help. */
export function retryCause(error: JetstreamError): RetryCause | undefined {
  if (!error.retryable) return undefined;
  if (error instanceof TimeoutError) return error.phase === "connect" ? "connect" : "timeout";
  return error instanceof ConnectError ? "connect" : "reset";
}

function retryReason(settings: RetrySettings, { response, error }: RetryOutcome): string | undefined {
  if (response !== undefined) {
    return settings.statuses.has(response.status) ? `status ${response.status}` : undefined;
  }
  const cause = retryCause(error);
  return cause !== undefined && settings.on.has(cause) ? error.code : undefined;
}

function retryBarrier(settings: RetrySettings, request: HttpRequest, retries: number): string | undefined {
  if (retries >= settings.max) return `all ${settings.max} retries of the call are used (retry.max)`;
  if (request.body === null || request.body.replayable) return undefined;
  return `the body is ${request.body.kind}, which can be read once (a function that makes it can be called again)`;
}

function methodObjection(settings: RetrySettings, request: HttpRequest, { error }: RetryOutcome): string | undefined {
  // Nothing reached the server: there is nothing to be done twice.
  if (error?.progress === "unsent") return undefined;
  if (settings.methods.has(request.method) || request.headers.has(IDEMPOTENCY_KEY)) return undefined;
  return `${request.method} is not retried without an ${IDEMPOTENCY_KEY} (retry.idempotencyKey, retry.methods)`;
}

/** What bounds a wait. */
export interface DelayBounds {
  /** The longest wait that a server may ask for. */
  readonly maxRetryAfter: number;
  /** What is left of the total limit; `Infinity` without one. */
  readonly remaining: number;
}

/**
 * The wait before the next attempt: our own back-off, or what the server asked for if that is
 * longer; or, as a text, why waiting is no use. A wait is never cut short: an attempt before the
 * server is ready is one more refusal.
 */
export function decideDelay(backoff: number, asked: number | undefined, bounds: DelayBounds): number | string {
  if (asked !== undefined && asked > bounds.maxRetryAfter) {
    return `the server asks to wait ${asked} ms, over ${bounds.maxRetryAfter} ms (retry.maxRetryAfter)`;
  }
  const delay = Math.max(backoff, asked ?? 0);
  if (delay < bounds.remaining) return delay;
  return `the wait of ${Math.round(delay)} ms is over the ${
    Math.max(0, Math.round(bounds.remaining))
  } ms left of the total limit`;
}
