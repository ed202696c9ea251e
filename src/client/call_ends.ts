/**
 * Owns what is said at both ends of a call: its first and last event, and its error.
 * Must not know how a call is made.
 * Invariant: every failure of ours leaves with its request, attempts and timings; what a
 * user's own code threw leaves untouched.
 */

import { maskUrl } from "../base/redact.ts";
import type { Call } from "../core/call.ts";
import type { Outcome } from "../core/call_event.ts";
import { AbortError, type HTTPError, JetstreamError } from "../errors.ts";
import { attachContext } from "../errors/root.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** Adds what only the client knows to a failure of ours. */
export function failCall(error: unknown, call: Call, request: HttpRequest): unknown {
  if (!(error instanceof JetstreamError)) return error;
  const last = call.attempt;
  const failed = last?.request ?? request;
  attachContext(error, {
    request: { method: failed.method, url: maskUrl(failed.url.href) },
    attempts: call.attempts,
    timings: last?.timings,
  });
  return error;
}

/** The first events of a call. */
export function announce(call: Call, request: HttpRequest): void {
  const url = maskUrl(request.url.href);
  call.emit("call-start", { method: request.method, url });
  // Where redirects are followed their layer tells the hops.
  if (call.settings.redirect === null) call.emit("hop-start", { hop: 1, method: request.method, url });
}

/** The last events of a call. */
export function conclude(call: Call, response: HttpResponse | undefined, error: unknown): void {
  const status = response?.status ?? (error as HTTPError | undefined)?.status;
  const outcome: Outcome = error === undefined ? "ok" : error instanceof AbortError ? "aborted" : "error";
  const fields = {
    outcome,
    ...(typeof status === "number" ? { status } : {}),
    ...(error instanceof JetstreamError ? { code: error.code } : {}),
  };
  if (call.settings.redirect === null) call.emit("hop-end", { hop: 1, ...fields });
  call.emit("call-end", fields);
}
