/**
 * Owns the order of the layers; it stands here and nowhere else.
 * Must not know what a layer does.
 * Invariant: a layer that is off for a call does not exist for it; each set of active layers
 * is composed once.
 */

import type { Call } from "../core/call.ts";
import type { Layer } from "../core/layer.ts";
import type { Runtime } from "../core/runtime.ts";
import type { Settings } from "../core/settings.ts";
import type { Transport } from "../core/transport.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { isRedirect } from "../http/status.ts";
import { attemptTimeoutLayer } from "../policy/attempt_timeout.ts";
import { authLayer } from "../policy/auth/auth_layer.ts";
import { collectLayer } from "../policy/collect.ts";
import { compressLayer } from "../policy/compress_request.ts";
import { cookiesLayer } from "../policy/cookies/cookies_layer.ts";
import { decodeLayer, isCoded } from "../policy/decode.ts";
import { hooksLayer } from "../policy/hooks.ts";
import { progressLayer } from "../policy/progress.ts";
import { raiseLayer } from "../policy/raise.ts";
import { redirectLayer } from "../policy/redirect.ts";
import { retryLayer } from "../policy/retry.ts";
import { RetryPlanner } from "../policy/retry_planner.ts";
import { callLayers, networkLayers } from "../policy/user_layers.ts";
import { type Passes, type Run, straight } from "./straight.ts";

export type { Run } from "./straight.ts";

const COLLECT = "collect";

interface Row {
  readonly name: string;
  readonly active: (settings: Settings, streamed: boolean) => boolean;
  readonly layer: Layer;
  /** Whether a response passes untouched; absent where the layer has to do with requests, or tells of them. */
  readonly passes?: Passes;
  /** The layer of a call that was begun on the straight way, where it is another one. */
  readonly begun?: Layer;
}

/** `planner` plans a retry once: `collect` asks before it reads a body, the retry layer acts. */
function rowsFor(runtime: Runtime, planner: RetryPlanner): readonly Row[] {
  return [
    // Outermost, so that a raised status is final: raising never changes what is retried or hooked.
    { name: "raise", active: (s) => s.raise !== null, layer: raiseLayer },
    // Once per call: a hook sees the user's request and the final response.
    { name: "hooks", active: (s) => s.hooks !== null, layer: hooksLayer },
    { name: "call layers", active: (s) => s.callLayers.length > 0, layer: callLayers },
    // Outside of retry: each hop has all its attempts.
    {
      name: "redirect",
      active: (s) => s.redirect !== null,
      layer: redirectLayer,
      passes: (response) => !isRedirect(response.status),
    },
    {
      name: "retry",
      active: (s) => s.retry !== null,
      layer: retryLayer(planner),
      passes: (response, s) => !planner.concerns(response, s.retry!),
      begun: retryLayer(planner, true),
    },
    { name: "attempt timeout", active: (s) => s.timeout.attempt !== Infinity, layer: attemptTimeoutLayer },
    // Inside the attempt: a body cut short can be retried and the attempt's limit covers it.
    { name: COLLECT, active: (_, streamed) => !streamed, layer: collectLayer(planner), passes: () => true },
    // In the same place, for a body that goes into a file.
    {
      name: "save",
      active: (s) => s.save !== null,
      layer: (request, next, call) => call.settings.save!(request, next, call),
    },
    { name: "progress", active: (s) => s.onDownloadProgress !== null, layer: progressLayer },
    { name: "compress", active: (s) => s.compress !== null, layer: compressLayer(runtime.codecs) },
    // A 401 dialogue costs no retry.
    { name: "auth", active: (s) => s.auth !== null, layer: authLayer(runtime) },
    // Innermost but decoding: sees every Set-Cookie, also those of 3xx and 401.
    { name: "cookies", active: (s) => s.cookies !== null || s.ownCookies !== "", layer: cookiesLayer },
    {
      name: "decode",
      active: (s) => s.decode !== null,
      layer: decodeLayer(runtime.codecs),
      passes: (response) => !isCoded(response),
    },
    { name: "network layers", active: (s) => s.networkLayers.length > 0, layer: networkLayers },
  ];
}

/** The layers of a family of clients. */
export class Stack {
  readonly #rows: readonly Row[];
  readonly #planner = new RetryPlanner();
  readonly #runs = new Map<number, Run>();

  constructor(runtime: Runtime) {
    this.#rows = rowsFor(runtime, this.#planner);
  }

  /** The stack for these settings; the same function for the same set of active layers. */
  runFor(settings: Settings, streamed: boolean): Run {
    let mask = 0;
    this.#rows.forEach((row, bit) => {
      if (row.active(settings, streamed)) mask |= 1 << bit;
    });
    // The straight way tells nobody what happens, and makes no keys.
    if (settings.listener !== null || settings.retry?.idempotencyKey != null) mask |= 1 << this.#rows.length;
    let run = this.#runs.get(mask);
    if (run === undefined) this.#runs.set(mask, run = this.#runOf(mask));
    return run;
  }

  /** Names of the active layers, outermost first. */
  names(settings: Settings, streamed: boolean): string[] {
    return this.#rows.filter((row) => row.active(settings, streamed)).map((row) => row.name);
  }

  #runOf(mask: number): Run {
    const rows = this.#rows.filter((_, bit) => (mask & (1 << bit)) !== 0);
    const passes = rows.map((row) => row.passes).filter((test) => test !== undefined);
    const collects = rows.some((row) => row.name === COLLECT);
    if (passes.length < rows.length || !collects || mask >> this.#rows.length !== 0) {
      return compose(rows.map((row) => row.layer));
    }
    return straight({
      begin: (request, call) => {
        const { retry } = call.settings;
        if (retry !== null) this.#planner.addRequest(request, retry, call);
      },
      passes,
      whole: compose(rows.map((row) => row.begun ?? row.layer)),
    });
  }
}

/** A request on its way through some layers. */
type Way = (request: HttpRequest, call: Call, transport: Transport) => Promise<HttpResponse>;

function compose(layers: readonly Layer[]): Run {
  const way = layers.reduceRight<Way>(
    (inner, layer) => (request, call, transport) => layer(request, (next) => inner(next, call, transport), call),
    async (request, call, transport) => await transport.send(request, call),
  );
  return (request, call, transport, settle) => {
    try {
      way(request, call, transport).then((response) => settle.resolve(response), (error) => settle.reject(error));
    } catch (error) {
      settle.reject(error);
    }
  };
}
