/**
 * Owns the loop of attempts at one URL.
 * Must not know how it is decided (`retry_decision.ts`, `retry_planner.ts`).
 * Invariants: a response is dropped before the next attempt; `max` counts over all hops of a
 * call; a wait ends with the call; a retry that is refused leaves the outcome as it was and its
 * reason on the attempt.
 */

import type { MaybePromise } from "../http/body.ts";
import { after } from "../base/after.ts";
import type { Call } from "../core/call.ts";
import type { Layer } from "../core/layer.ts";
import type { RetrySettings } from "../core/settings.ts";
import { JetstreamError } from "../errors.ts";
import { isIdempotent } from "../http/method.ts";
import type { HttpRequest } from "../http/request.ts";
import { pause } from "./backoff.ts";
import { drop } from "./drop.ts";
import { runRequestHooks } from "./hook_run.ts";
import { IDEMPOTENCY_KEY, type RetryOutcome } from "./retry_decision.ts";
import type { RetryPlan, RetryPlanner } from "./retry_planner.ts";

/**
 * Sends again what failed and may be sent again; `planner` is shared with `collect`.
 * `counted` says that the call's first request was counted already.
 */
export function retryLayer(planner: RetryPlanner, counted = false): Layer {
  return async (request, next, call) => {
    const settings = call.settings.retry;
    if (settings === null) return next(request);
    if (!counted || call.cause === "redirect") planner.addRequest(request, settings, call);
    const keyed = withIdempotencyKey(request, settings, call);
    let current = keyed instanceof Promise ? await keyed : keyed;
    for (;;) {
      let outcome: RetryOutcome;
      try {
        const response = await next(current);
        if (!planner.concerns(response, settings)) return response;
        outcome = { response };
      } catch (error) {
        if (!(error instanceof JetstreamError) || call.cancel.reason !== undefined) throw error;
        outcome = { error };
      }
      const plan = await planFor(planner, current, outcome, settings, call);
      if (plan.delay === undefined) {
        if (plan.reason !== undefined) refuse(plan.reason, call);
        if (outcome.response === undefined) throw outcome.error;
        return outcome.response;
      }
      current = await prepareRetry(current, outcome, plan.delay, plan.reason!, call);
    }
  };
}

async function planFor(
  planner: RetryPlanner,
  request: HttpRequest,
  outcome: RetryOutcome,
  settings: RetrySettings,
  call: Call,
): Promise<RetryPlan> {
  try {
    return await planner.plan(request, outcome, settings, call);
  } catch (error) {
    outcome.response?.live?.cancel();
    throw error;
  }
}

function refuse(reason: string, call: Call): void {
  if (call.attempt !== undefined) call.attempt.notRetried = reason;
  if (call.listener !== null) call.emit("retry-refused", { reason });
}

/** Lets go of the response, asks the hooks, and waits. */
async function prepareRetry(
  request: HttpRequest,
  outcome: RetryOutcome,
  delay: number,
  reason: string,
  call: Call,
): Promise<HttpRequest> {
  const { response, error } = outcome;
  const { hooks, tag } = call.settings;
  const retry = ++call.retries;
  if (response !== undefined) await drop(response, call);
  const next = hooks?.retry === undefined ? request : await runRequestHooks(
    "retry",
    hooks.retry,
    request,
    (current) => ({ request: current, tag, error, response, retry, delay }),
  );
  if (call.listener !== null) call.emit("retry", { delay, reason });
  await pause(call, delay);
  call.cause = "retry";
  call.delay = delay;
  return next;
}

/** One key per call, on each attempt and hop; methods that are idempotent need none. */
function withIdempotencyKey(request: HttpRequest, settings: RetrySettings, call: Call): MaybePromise<HttpRequest> {
  if (settings.idempotencyKey === null || isIdempotent(request.method)) return request;
  if (request.headers.has(IDEMPOTENCY_KEY)) return request;
  return after(call.idempotencyKey ?? settings.idempotencyKey(), (key) => {
    call.idempotencyKey = key;
    return request.withHeader(IDEMPOTENCY_KEY, key);
  });
}
