/**
 * Owns the shape of a user's layer in the blocking client.
 * Must not know how layers are run.
 * Invariant: it differs from the asynchronous one in nothing but that nothing is awaited.
 */

import type { CallView } from "../core/call_view.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** The rest of the stack: request in, response out. */
export type Next = (request: HttpRequest) => HttpResponse;

/**
 * A layer of a user's own, for `Client.use`.
 *
 * @example
 * ```ts no-run
 * import { Client, type UserLayer } from "@jetstream/client/sync";
 *
 * const timed: UserLayer = (request, next, call) => {
 *   const response = next(request);
 *   console.log(call.id, request.method, response.status);
 *   return response;
 * };
 * const client = new Client().use(timed);
 * ```
 */
export type UserLayer = (request: HttpRequest, next: Next, call: CallView) => HttpResponse;
