/**
 * Owns the running of the layers that users add, at both levels.
 * Must not know what they do.
 * Invariants: misuse of `next` fails the call with a `TypeError` that says what was done; a
 * response that misuse leaves behind is cancelled; network-level layers call `next` exactly once.
 */

import type { Call } from "../core/call.ts";
import type { Layer, Next } from "../core/layer.ts";
import { typeName } from "../http/bodies/readers.ts";
import { HttpRequest } from "../http/request.ts";
import { HttpResponse } from "../http/response.ts";

type Level = "call" | "network";

/** Runs the layers around all attempts and hops of a call, outermost first. */
export function callLayers(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
  return compose(call.settings.callLayers, "call", next, call)(request);
}

/** Runs the layers around one request on the wire, outermost first. */
export function networkLayers(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
  return compose(call.settings.networkLayers, "network", next, call)(request);
}

function compose(layers: readonly Layer[], level: Level, innermost: Next, call: Call): Next {
  return layers.reduceRight<Next>(
    (next, layer) => (request) => new LayerRun(level, layer, next).run(request, call),
    innermost,
  );
}

/** One pass through one layer: watches how it uses `next`. */
class LayerRun {
  readonly #level: Level;
  readonly #layer: Layer;
  readonly #next: Next;
  #calls = 0;
  #pending = false;
  #settled = false;
  #last: HttpResponse | undefined;
  #misuse: TypeError | undefined;

  constructor(level: Level, layer: Layer, next: Next) {
    this.#level = level;
    this.#layer = layer;
    this.#next = next;
  }

  async run(request: HttpRequest, call: Call): Promise<HttpResponse> {
    let result: unknown;
    try {
      result = await this.#layer(request, (inner) => this.#send(inner), call);
    } catch (error) {
      this.#settled = true;
      this.#abandon();
      throw error;
    }
    this.#settled = true;
    const misuse = this.#misuse ?? this.#fault(result);
    if (misuse === undefined) return result as HttpResponse;
    if (result instanceof HttpResponse) result.live?.cancel();
    this.#abandon();
    throw misuse;
  }

  /** The `next` that the layer is given. */
  async #send(request: HttpRequest): Promise<HttpResponse> {
    const fault = this.#sendFault(request);
    if (fault !== undefined) throw this.#misuse = fault;
    this.#calls++;
    this.#pending = true;
    try {
      const response = await this.#next(request);
      if (this.#settled) response.live?.cancel();
      return this.#last = response;
    } finally {
      this.#pending = false;
    }
  }

  #sendFault(request: unknown): TypeError | undefined {
    if (this.#settled) return this.#wrong("called next after it had settled");
    if (!(request instanceof HttpRequest)) {
      return this.#wrong(`called next with ${typeName(request)}, expected an HttpRequest`);
    }
    if (this.#calls === 0) return undefined;
    if (this.#level === "network") return this.#wrong("called next twice, expected exactly once");
    if (this.#pending) return this.#wrong("called next before its last call had settled, expected one at a time");
    if (this.#last === undefined || !isOpen(this.#last)) return undefined;
    return this.#wrong("called next again with the last response still open, expected it to be dropped first");
  }

  /** What is wrong with how the layer ended. */
  #fault(result: unknown): TypeError | undefined {
    if (!(result instanceof HttpResponse)) {
      return this.#wrong(`returned ${typeName(result)}, expected an HttpResponse (await next(request) gives one)`);
    }
    if (this.#pending) return this.#wrong("returned before its call of next had settled, expected it to be awaited");
    if (this.#level === "network" && this.#calls === 0) return this.#wrong("did not call next, expected exactly once");
    return undefined;
  }

  #wrong(what: string): TypeError {
    const name = this.#layer.name === "" ? "" : ` "${this.#layer.name}"`;
    return new TypeError(`The ${this.#level}-level layer${name} ${what}`);
  }

  /** Nobody will read the response that the layer was given last. */
  #abandon(): void {
    this.#last?.live?.cancel();
  }
}

/** Whether the body of `response` is on the wire still. */
function isOpen(response: HttpResponse): boolean {
  let open = response.live !== null;
  response.live?.onSettled(() => open = false);
  return open;
}
