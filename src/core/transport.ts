/**
 * Owns the contract of what carries a request to a server and its response back.
 * Must not know layers.
 * Invariant: `send` resolves when the head has arrived; the body is live until it is read,
 * discarded or cancelled, and every failure is one of our own errors.
 */

import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import type { CallView } from "./call_view.ts";

/** How to close. */
export interface CloseOptions {
  /**
   * Milliseconds that calls in flight may still take; then they are cut.
   * @default {0}
   */
  readonly deadline?: number;
}

/** Told how a request ended, where a promise would cost as much as the rest of a call; one of the two, once. */
export interface Settle {
  /** The head is there. */
  resolve(response: HttpResponse): void;
  /** No response came. */
  reject(error: unknown): void;
}

/** Carries requests. */
export interface Transport {
  /** Sends one request, once. */
  send(request: HttpRequest, call: CallView): Promise<HttpResponse>;
  /** @internal The same, telling `settle` in the very turn in which the head arrives; never throws. */
  start?(request: HttpRequest, call: CallView, settle: Settle): void;
  /** Refuses new calls, waits for those in flight, then frees everything. */
  close(options?: CloseOptions): Promise<void>;
}
