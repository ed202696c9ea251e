/**
 * Owns the one shape that every policy has.
 * Must not know any policy, nor their order (`client/stack.ts`).
 * Invariant: a layer that drops a response disposes of it before it calls `next` again.
 */

import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import type { Call } from "./call.ts";
import type { CallView } from "./call_view.ts";

/** The rest of the stack: request in, response out. */
export type Next = (request: HttpRequest) => Promise<HttpResponse>;

/** One policy around the rest of the stack. */
export type Layer = (request: HttpRequest, next: Next, call: Call) => Promise<HttpResponse>;

/**
 * A layer of a user's own, for `Client.use`.
 *
 * @example
 * ```ts no-run
 * import { Client, type UserLayer } from "@jetstream/client";
 *
 * const timed: UserLayer = async (request, next, call) => {
 *   const response = await next(request);
 *   console.log(call.id, request.method, response.status);
 *   return response;
 * };
 * const client = new Client().use(timed);
 * ```
 */
export type UserLayer = (request: HttpRequest, next: Next, call: CallView) => Promise<HttpResponse>;
