/**
 * Owns the reading of a body into memory, inside the attempt that brought it.
 * Must not know why a response is retried or redirected; it asks those decisions.
 * Invariants: outside of this layer a response of a buffered call is complete or dropped; what
 * will be dropped is never decoded; a body that has arrived costs no turn of the loop.
 */

import type { Call } from "../core/call.ts";
import type { Layer } from "../core/layer.ts";
import { BodyTooLargeError } from "../errors.ts";
import type { MaybePromise } from "../http/body.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { drop } from "./drop.ts";
import { isDroppedByRedirect } from "./redirect_decision.ts";
import type { RetryPlanner } from "./retry_planner.ts";

/** Completes each response, unless the call streams; `planner` is shared with the retry layer. */
export function collectLayer(planner: RetryPlanner): Layer {
  return async (request, next, call) => {
    const response = await next(request);
    const body = response.live;
    if (body === null || call.streamed) return response;
    const { retry, redirect } = call.settings;
    if (
      (redirect !== null && isDroppedByRedirect(response, redirect)) ||
      (retry !== null && planner.concerns(response, retry) && await willRetry(planner, request, response, call))
    ) {
      await drop(response, call);
      return response;
    }
    const collected = collectBody(response, call);
    return collected instanceof Promise ? await collected : collected;
  };
}

/** Reads the body of a live response into memory; without a promise when it has arrived. */
export function collectBody(response: HttpResponse, call: Call): MaybePromise<HttpResponse> {
  const body = response.live;
  if (body === null) return response;
  try {
    const content = body.collect(call.settings.limits.body);
    return content instanceof Uint8Array ? response.complete(content) : completeLater(response, content);
  } catch (error) {
    throw explainCollect(error);
  }
}

async function completeLater(response: HttpResponse, content: Promise<Uint8Array>): Promise<HttpResponse> {
  try {
    return response.complete(await content);
  } catch (error) {
    throw explainCollect(error);
  }
}

async function willRetry(
  planner: RetryPlanner,
  request: HttpRequest,
  response: HttpResponse,
  call: Call,
): Promise<boolean> {
  try {
    const plan = await planner.plan(request, { response }, call.settings.retry!, call);
    return plan.delay !== undefined;
  } catch (error) {
    response.live?.cancel();
    throw error;
  }
}

/** Says what the caller can do about a body that is too large. */
export function explainCollect(error: unknown): unknown {
  if (!(error instanceof BodyTooLargeError)) return error;
  return new BodyTooLargeError(
    `Cannot hold the body in memory: it is larger than ${error.limit} bytes (limits.body), ` +
      "expected a larger limit or stream()",
    { limit: error.limit },
  );
}
