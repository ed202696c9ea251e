/**
 * Owns a call through the whole stack of layers, whose answers the attacker writes.
 * Must not know sockets. The layers stand in the order of `client/stack.ts`.
 */

import { type RedirectOptions, resolveRedirect } from "../../src/client/redirect_options.ts";
import { resolveRetry, type RetryOptions } from "../../src/client/retry.ts";
import type { Layer } from "../../src/core/layer.ts";
import type { HttpRequest } from "../../src/http/request.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import { attemptTimeoutLayer } from "../../src/policy/attempt_timeout.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { decodeLayer } from "../../src/policy/decode.ts";
import { progressLayer } from "../../src/policy/progress.ts";
import { raiseLayer } from "../../src/policy/raise.ts";
import { redirectLayer } from "../../src/policy/redirect.ts";
import { retryLayer } from "../../src/policy/retry.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { WatchedCodecs } from "../support/codings.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, type settingsOf, TestCall } from "../support/scripted_next.ts";
import type { TestContext } from "../support/suite.ts";

/** Where calls begin. */
export const A = "https://a.example";

export const MIB: number = 1024 * 1024;

const DECODE = { accept: [] as const, maxLayers: 2, maxRatio: 200, ratioFloor: MIB };

/** A call through the whole stack. */
export class Attack extends TestCall {
  readonly codecs: WatchedCodecs = new WatchedCodecs();
  readonly #layers: readonly Layer[];

  constructor(
    t: TestContext,
    replies: ConstructorParameters<typeof TestCall>[0],
    { redirect, retry, ...given }: Omit<NonNullable<Parameters<typeof settingsOf>[0]>, "redirect" | "retry"> & {
      redirect?: RedirectOptions;
      retry?: RetryOptions;
    } = {},
    streamed = false,
  ) {
    super(replies, {
      redirect: resolveRedirect(redirect),
      retry: resolveRetry({ jitter: "none", ...retry }),
      decode: DECODE,
      ...given,
    }, { streamed });
    const planner = new RetryPlanner();
    this.#layers = [
      raiseLayer,
      redirectLayer,
      retryLayer(planner),
      attemptTimeoutLayer,
      ...(streamed ? [] : [collectLayer(planner)]),
      progressLayer,
      decodeLayer(this.codecs),
    ];
    watchLeaks(t, () => ({ ...this.held, codecs: this.codecs.open }));
  }

  get(url = `${A}/`, headers: Record<string, string> = {}): Promise<HttpResponse> {
    return this.run(requestOf("GET", url, headers));
  }

  run(request: HttpRequest): Promise<HttpResponse> {
    return this.start(request, ...this.#layers);
  }

  /** The same, the clock moving as far as it has to. */
  timed(request: HttpRequest = requestOf("GET", `${A}/`)): Promise<HttpResponse> {
    return this.send(request, ...this.#layers);
  }
}

/** An answer that leads elsewhere. */
export function to(location: string, status = 302, more: Partial<Reply> = {}): Reply {
  return { status, headers: { Location: location }, ...more };
}
