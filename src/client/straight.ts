/**
 * Owns the straight way of a call: a response that no active layer has anything to do with goes
 * to the caller without passing them one by one. On a warm connection that is most responses, and
 * the layers' promises cost as much as the rest of the client.
 * Must not know what a layer does; the stack says which responses pass it untouched.
 * Invariant: any other outcome goes through the whole stack, which takes it as that of its first
 * request: what comes of a call is the same with this file and without it.
 */

import type { Call } from "../core/call.ts";
import type { Settings } from "../core/settings.ts";
import type { Settle, Transport } from "../core/transport.ts";
import type { Collector } from "../http/body.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { collectBody, explainCollect } from "../policy/collect.ts";

/** A stack: a request goes in, `settle` is told of the response that the layers agree on. */
export type Run = (request: HttpRequest, call: Call, transport: Transport, settle: Settle) => void;

/** Whether a layer that is active would hand a response on as it is. */
export type Passes = (response: HttpResponse, settings: Settings) => boolean;

/** What the straight way is made of. */
export interface StraightParts {
  /** What is done before a request goes out: no layer may have more to do with it. */
  readonly begin: (request: HttpRequest, call: Call) => void;
  /** Asked for each response, all of them. */
  readonly passes: readonly Passes[];
  /** The whole stack, for a call that has begun. */
  readonly whole: Run;
}

/** Takes the straight way, and the whole stack from where it ends. */
export function straight(parts: StraightParts): Run {
  return (request, call, transport, settle) => {
    parts.begin(request, call);
    // The call began in this very turn: the transport need not ask for the time again.
    call.freshAt = call.startedAt;
    const way = new StraightWay(parts, request, call, transport, settle);
    if (transport.start !== undefined) return transport.start(request, call, way);
    promiseOf(() => transport.send(request, call)).then(
      (response) => way.resolve(response),
      (error) => way.reject(error),
    );
  };
}

/** One call on its way: told of the head by the transport, of the whole body by the body. */
class StraightWay implements Settle, Collector {
  readonly #parts: StraightParts;
  readonly #request: HttpRequest;
  readonly #call: Call;
  readonly #transport: Transport;
  readonly #settle: Settle;
  #response: HttpResponse | undefined;

  constructor(parts: StraightParts, request: HttpRequest, call: Call, transport: Transport, settle: Settle) {
    this.#parts = parts;
    this.#request = request;
    this.#call = call;
    this.#transport = transport;
    this.#settle = settle;
  }

  resolve(given: HttpResponse | Uint8Array): void {
    const response = this.#response;
    if (response !== undefined) this.#settle.resolve(response.complete(given as Uint8Array));
    else this.#head(given as HttpResponse);
  }

  reject(error: unknown): void {
    this.#leave(Promise.reject(this.#response === undefined ? error : explainCollect(error)));
  }

  #head(response: HttpResponse): void {
    for (const passes of this.#parts.passes) {
      if (!passes(response, this.#call.settings)) return this.#leave(Promise.resolve(response));
    }
    const body = response.live;
    if (body === null) return this.#settle.resolve(response);
    this.#response = response;
    if (body.collectTo !== undefined) return body.collectTo(this.#call.settings.limits.body, this);
    promiseOf(() => collectBody(response, this.#call)).then(
      (whole) => this.#settle.resolve(whole),
      (error) => this.reject(error),
    );
  }

  #leave(outcome: Promise<HttpResponse>): void {
    this.#parts.whole(this.#request, this.#call, startingWith(outcome, this.#transport), this.#settle);
  }
}

/** What `work` comes to, also when it throws. */
async function promiseOf<T>(work: () => T | Promise<T>): Promise<T> {
  return await work();
}

/** A transport whose first response is there already. */
function startingWith(outcome: Promise<HttpResponse>, transport: Transport): Transport {
  let first: Promise<HttpResponse> | undefined = outcome;
  return {
    send(request, call) {
      const given = first;
      first = undefined;
      return given ?? transport.send(request, call);
    },
    close: (options) => transport.close(options),
  };
}
