/**
 * Owns the raising of a status as an error.
 * Must not know which statuses are raised (`settings.raise`), nor how the error is made.
 * Invariant: a raised response has its body in memory, or none: an error leaves nothing open.
 */

import type { Call } from "../core/call.ts";
import type { Next } from "../core/layer.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { statusError } from "../http/status_error.ts";

/** Throws `HTTPError` for a response that `settings.raise` picks. */
export async function raiseLayer(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
  const response = await next(request);
  const { raise } = call.settings;
  if (raise === null || !isPicked(response, raise)) return response;
  await load(response, call);
  throw statusError(response);
}

function isPicked(response: HttpResponse, raise: (response: HttpResponse) => boolean): boolean {
  try {
    return raise(response);
  } catch (error) {
    response.live?.cancel();
    throw error;
  }
}

/** Takes a short body off the wire, so that the error can tell what the server said; drops a long or broken one. */
async function load(response: HttpResponse, call: Call): Promise<void> {
  const body = response.live;
  if (body === null) return;
  try {
    response.complete(await body.collect(call.settings.limits.drain));
  } catch {
    // The status is what the caller has to know.
    response.drop(0);
  }
}
