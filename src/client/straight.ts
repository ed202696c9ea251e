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
import type { Transport } from "../core/transport.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { collectBody } from "../policy/collect.ts";

/** A stack: a request goes in, the response that the layers agree on comes out. */
export type Run = (request: HttpRequest, call: Call, transport: Transport) => Promise<HttpResponse>;

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
export function straight({ begin, passes, whole }: StraightParts): Run {
  return async (request, call, transport) => {
    begin(request, call);
    let outcome: Promise<HttpResponse>;
    try {
      // The call began in this very turn: the transport need not ask for the time again.
      call.freshAt = call.startedAt;
      outcome = transport.send(request, call);
      const response = await outcome;
      if (passes.every((test) => test(response, call.settings))) {
        const collected = collectBody(response, call);
        return collected instanceof Promise ? await collected : collected;
      }
    } catch (error) {
      outcome = Promise.reject(error);
    }
    return await whole(request, call, startingWith(outcome, transport));
  };
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
