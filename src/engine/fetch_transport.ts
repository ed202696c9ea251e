/**
 * Owns the `Transport` over a `fetch`: where there are no sockets, or none are wanted.
 * Must not know layers, nor whose `fetch` it is.
 * Invariant: nothing is shared between two requests but the list of those under way: some
 * runtimes let a request touch nothing that another one made.
 */

import { type Clock, systemClock } from "../base/clock.ts";
import type { Call } from "../core/call.ts";
import type { FetchTraits, HostFetch } from "../core/host_fetch.ts";
import type { CloseOptions, Transport } from "../core/transport.ts";
import { closedError } from "../errors/call.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { FetchExchange } from "./fetch_exchange.ts";

/** Sends requests by a `fetch`. */
export class FetchTransport implements Transport {
  readonly #fetch: HostFetch;
  readonly #clock: Clock;
  readonly #active = new Set<FetchExchange>();
  /** Told when no exchange is under way: clients may share it, and each closes it. */
  readonly #drained: (() => void)[] = [];

  constructor(fetch: HostFetch, clock: Clock = systemClock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** What its `fetch` does. */
  get traits(): FetchTraits {
    return this.#fetch.traits;
  }

  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    const exchange: FetchExchange = new FetchExchange(this.#fetch, request, call, () => {
      this.#active.delete(exchange);
      if (this.#active.size === 0) { for (const done of this.#drained.splice(0)) done(); }
    });
    this.#active.add(exchange);
    return exchange.send();
  }

  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#active.size === 0) return;
    const drained = new Promise<void>((resolve) => this.#drained.push(resolve));
    const cut = (): void => {
      for (const exchange of [...this.#active]) exchange.fail(closedError());
    };
    const stop = this.#clock.schedule(cut, options.deadline ?? 0, true);
    await drained;
    stop();
  }
}
