/**
 * Owns the one shape that every policy has.
 * Must not know any policy, nor their order (`client/stack.ts`).
 * Invariant: a layer that drops a response disposes of it before it calls `next` again.
 */

import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import type { Call } from "./call.ts";

/** The rest of the stack: request in, response out. */
export type Next = (request: HttpRequest) => Promise<HttpResponse>;

/** One policy around the rest of the stack. */
export type Layer = (request: HttpRequest, next: Next, call: Call) => Promise<HttpResponse>;
