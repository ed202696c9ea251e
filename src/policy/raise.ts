/**
 * Owns the raising of a status as an error.
 * Must not know which statuses are raised (`settings.raise`), nor how the error is made.
 * Invariant: a raised response has its body in memory, or none: an error leaves nothing open.
 */

import type { MaybePromise } from "../http/body.ts";
import type { Settings } from "../core/settings.ts";
import type { Call } from "../core/call.ts";
import type { Next } from "../core/layer.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { statusError } from "../http/status_error.ts";

/** Throws `HTTPError` for a response that `settings.raise` picks. */
export async function raiseLayer(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
  const response = await next(request);
  const { raise } = call.settings;
  if (raise === null) return response;
  const picked = isPicked(response, raise);
  if (!(picked instanceof Promise ? await picked : picked)) return response;
  await load(response, call);
  throw statusError(response);
}

function isPicked(response: HttpResponse, raise: NonNullable<Settings["raise"]>): MaybePromise<boolean> {
  try {
    const picked = raise(response);
    return picked instanceof Promise ? picked.catch((error) => stop(response, error)) : picked;
  } catch (error) {
    return stop(response, error);
  }
}

function stop(response: HttpResponse, error: unknown): never {
  response.live?.cancel();
  throw error;
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
