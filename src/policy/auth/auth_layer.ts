/**
 * Owns the dialogue of a scheme with the server, and to which URLs credentials go.
 * Must not know any scheme.
 * Invariants: a scheme is asked only for the origin it is bound to, and not again once a redirect
 * has left the origin of the call's first URL; a response that is not the last is dropped before
 * the next request; the last one's body stays live.
 */

import { untilCancelled } from "../../base/until_cancelled.ts";
import type { Auth, AuthContext, AuthFlow } from "../../core/auth.ts";
import type { Call } from "../../core/call.ts";
import type { Layer, Next } from "../../core/layer.ts";
import type { Files, HashName, Runtime } from "../../core/runtime.ts";
import type { Settings } from "../../core/settings.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { drop } from "../drop.ts";

/** What the layer needs of the runtime. */
export type AuthHost = Pick<Runtime, "hash" | "files" | "env">;

/** Requests of one dialogue: more than any scheme needs, and an end to a server that always asks again. */
export const MAX_ROUNDS = 5;

/** Lets the scheme of the call speak with the server. */
export function authLayer(host: AuthHost): Layer {
  return (request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> => {
    const { auth } = call.settings;
    if (auth === null || !mayAuthenticate(auth, request, call)) return next(request);
    return converse(auth.scheme, new Context(host, call), request, next, call);
  };
}

/** Whether credentials may go to this URL. */
function mayAuthenticate(auth: NonNullable<Settings["auth"]>, request: HttpRequest, call: Call): boolean {
  const home = call.isHome(request.url);
  return home && (auth.origin === null || auth.origin === request.url.origin);
}

/** What a scheme sees of the runtime and the call. */
class Context implements AuthContext {
  readonly #host: AuthHost;
  readonly #call: Call;

  constructor(host: AuthHost, call: Call) {
    this.#host = host;
    this.#call = call;
  }

  hash(name: HashName, data: Uint8Array): Uint8Array {
    return this.#host.hash(name, data);
  }

  now(): number {
    return this.#call.clock.wall();
  }

  get signal(): AbortSignal {
    return this.#call.scope.signal;
  }

  get files(): Files | undefined {
    return this.#host.files;
  }

  env(name: string): string | undefined {
    return this.#host.env(name);
  }
}

async function converse(
  scheme: Auth,
  context: AuthContext,
  request: HttpRequest,
  next: Next,
  call: Call,
): Promise<HttpResponse> {
  const flow = scheme.flow(request, context);
  let response: HttpResponse | undefined;
  let opened = false;
  try {
    for (let round = 0;; round++) {
      const taken = nextStep(flow, response, call);
      const step = taken instanceof Promise ? await taken : taken;
      if (step.done) {
        if (response !== undefined) return response;
        throw new TypeError("Cannot authenticate: the scheme ended before it sent a request");
      }
      const following = step.value;
      if (following.url.origin !== request.url.origin) {
        throw new TypeError(
          `Cannot authenticate: the scheme asks for ${following.url.origin}, expected ${request.url.origin}`,
        );
      }
      if (response !== undefined) {
        // Too many questions, or a body that is gone: the challenge itself is the result.
        if (round >= MAX_ROUNDS || (opened && following.body?.replayable === false)) return response;
        await drop(response, call);
        response = undefined;
        call.scope.throwIfCancelled();
        call.cause = "auth";
      }
      opened ||= following.body !== null;
      response = await next(following);
    }
  } catch (error) {
    response?.live?.cancel();
    throw error;
  } finally {
    end(flow);
  }
}

/** The scheme's next step; its own waiting ends with the call. */
function nextStep(
  flow: AuthFlow,
  response: HttpResponse | undefined,
  call: Call,
): IteratorResult<HttpRequest, void> | Promise<IteratorResult<HttpRequest, void>> {
  // A generator ignores what its first call is given.
  const step = flow.next(response as HttpResponse);
  return "then" in step ? untilCancelled(step, call.scope) : step;
}

/** Lets the generator clean up. What it does then concerns nobody any more. */
function end(flow: AuthFlow): void {
  try {
    const ended = flow.return();
    if ("then" in ended) ended.then(undefined, () => {});
  } catch {
    // The response, or the failure, stands already.
  }
}
