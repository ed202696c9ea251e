/**
 * Owns what is told of an HTTP/2 connection to the attempts on it.
 * Must not know frames.
 * Invariant: made when somebody asks.
 */

import type { Socket } from "../core/socket.ts";
import type { ConnectionFacts } from "../http/record.ts";
import type { Route } from "./route.ts";

/** The facts of one connection. */
export class H2Facts {
  readonly #id: number;
  readonly #route: Route;
  readonly #socket: Socket;
  /** For the first request on it. */
  readonly fresh = (): ConnectionFacts => this.#make(false);
  /** For all others. */
  readonly reused = (): ConnectionFacts => this.#make(true);

  constructor(id: number, route: Route, socket: Socket) {
    this.#id = id;
    this.#route = route;
    this.#socket = socket;
  }

  #make(reused: boolean): ConnectionFacts {
    const { remoteAddress, localAddress, tls } = this.#socket;
    const proxy = this.#route.proxy?.label;
    return { id: this.#id, protocol: "h2", reused, remoteAddress, localAddress, proxy, tls };
  }
}
