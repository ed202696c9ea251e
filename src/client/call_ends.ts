/**
 * Owns what is said at both ends of a call: its first and last event, and its error.
 * Must not know how a call is made.
 * Invariant: every failure of ours leaves with its request, attempts and timings; what a
 * user's own code threw leaves untouched.
 */

import type { Bag } from "../base/bag.ts";
import { maskUrl } from "../base/redact.ts";
import type { Call } from "../core/call.ts";
import type { Outcome } from "../core/call_event.ts";
import type { Settle } from "../core/transport.ts";
import { AbortError, type HTTPError, JetstreamError } from "../errors.ts";
import { attachContext } from "../errors/root.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** Where calls are counted. */
export interface CallsHost {
  readonly calls: Bag<Call>;
  /** Told once a call is over. */
  released(call: Call): void;
}

/** Adds what only the client knows to a failure of ours. */
function failCall(error: unknown, call: Call, request: HttpRequest): unknown {
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

/** The end of one call: what its layers agreed on goes to the caller. */
export class CallEnd implements Settle {
  readonly #host: CallsHost;
  readonly #call: Call;
  readonly #request: HttpRequest;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    host: CallsHost,
    call: Call,
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#host = host;
    this.#call = call;
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  resolve(response: HttpResponse): void {
    const { live } = response;
    if (live === null) this.#end(response, undefined);
    else live.onSettled((error) => this.#end(response, error));
    this.#resolve(response);
  }

  reject(error: unknown): void {
    const failure = failCall(error, this.#call, this.#request);
    this.#end(undefined, failure);
    this.#reject(failure);
  }

  #end(response: HttpResponse | undefined, error: unknown): void {
    this.#host.calls.delete(this.#call);
    this.#call.settle();
    this.#host.released(this.#call);
    if (this.#call.listener !== null) conclude(this.#call, response, error);
  }
}

/** The last events of a call. */
function conclude(call: Call, response: HttpResponse | undefined, error: unknown): void {
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
