/**
 * Owns the shape of a caller's own transport in the blocking client.
 * Must not know who asks it.
 * Invariant: it differs from the asynchronous one in nothing but that nothing is awaited.
 */

import type { CallView } from "../core/call_view.ts";
import type { CloseOptions } from "../core/transport.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** Carries requests, in the thread that calls. */
export interface Transport {
  /** Sends one request, once. */
  send(request: HttpRequest, call: CallView): HttpResponse;
  /** Frees everything. */
  close(options?: CloseOptions): void;
}
