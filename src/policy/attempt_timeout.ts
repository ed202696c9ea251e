/**
 * Owns the limit of one attempt, from its start to the last byte of its body.
 * Must not know what an attempt does.
 * Invariant: when the attempt is over, its deadline and its token are gone.
 */

import { Deadline } from "../base/deadline.ts";
import type { Call } from "../core/call.ts";
import type { Next } from "../core/layer.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** Cancels the work of an attempt when `timeout.attempt` is over. */
export async function attemptTimeoutLayer(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
  const limit = call.settings.timeout.attempt;
  if (limit === Infinity) return next(request);
  const startedAt = call.clock.now();
  const scope = call.cancel.child();
  const deadline = new Deadline(() => scope.cancel(call.timeout("attempt", startedAt)));
  const end = (): void => {
    call.deadlines.remove(deadline);
    scope.detach();
    if (call.scope === scope) call.scope = call.cancel;
  };
  call.scope = scope;
  call.deadlines.add(deadline, limit, startedAt);
  try {
    const response = await next(request);
    if (response.live === null) end();
    else response.live.onSettled(end);
    return response;
  } catch (error) {
    end();
    throw error;
  }
}
