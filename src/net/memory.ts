/**
 * Owns a connector without a network: what the far side does is written down in plans.
 * Must not know timers, nor the host; everything happens in microtasks, in a fixed order.
 * Invariant: a `MemorySocket` keeps the contract of `core/socket.ts` as a real one does.
 *
 * ```ts
 * const connector = new MemoryConnector([{ script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 204 No Content\r\n\r\n" }] }]);
 * ```
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Connector, ConnectTarget, Socket } from "../core/socket.ts";
import { PoolError } from "../errors.ts";
import { printableTarget } from "./address.ts";
import { MemoryPeer, type MemoryPlan } from "./memory_peer.ts";
import { MemorySocket } from "./memory_socket.ts";
import { connectError } from "./translate.ts";

export { MemoryPeer, type MemoryPlan, type MemoryStep } from "./memory_peer.ts";

/** What a connector does with the connections it is asked for. */
export interface MemoryOptions {
  /** Whether views belong to the receiver, as on Bun. */
  readonly ownedViews?: boolean;
  /** Whether names are resolved by it, as on Deno. */
  readonly resolvesNames?: boolean;
}

/** Opens sockets that lead nowhere. */
export class MemoryConnector implements Connector {
  readonly resolvesNames: boolean;
  /** The far side of every connection that came about, in order. */
  readonly peers: MemoryPeer[] = [];
  /** Every target that was asked for, in order. */
  readonly targets: ConnectTarget[] = [];
  readonly #plans: Iterator<MemoryPlan> | ((target: ConnectTarget) => MemoryPlan);
  readonly #ownedViews: boolean;
  #pending = 0;

  /** Takes a plan per connection, or what makes one; past the last plan connections are refused. */
  constructor(plans: Iterable<MemoryPlan> | ((target: ConnectTarget) => MemoryPlan), options: MemoryOptions = {}) {
    this.#plans = typeof plans === "function" ? plans : plans[Symbol.iterator]();
    this.#ownedViews = options.ownedViews ?? false;
    this.resolvesNames = options.resolvesNames ?? false;
  }

  /** Sockets open now, connections that hang included; for the leak rule. */
  get open(): number {
    let open = this.#pending;
    for (const peer of this.peers) if (!peer.closed) open++;
    return open;
  }

  async connect(target: ConnectTarget, cancel: CancelToken): Promise<Socket> {
    cancel.throwIfCancelled();
    this.targets.push(target);
    const plan = this.#plan(target);
    if (plan.connect === "hang") await this.#hang(cancel);
    // A connection comes about later than it is asked for.
    await undefined;
    cancel.throwIfCancelled();
    if (plan.connect === "refuse") throw connectError({ code: "ECONNREFUSED", message: "refused" }, target);
    if (plan.connect !== undefined) throw plan.connect;
    const peer = new MemoryPeer(target, plan);
    this.peers.push(peer);
    return new MemorySocket(peer, { ownedViews: this.#ownedViews });
  }

  #plan(target: ConnectTarget): MemoryPlan {
    if (typeof this.#plans === "function") return this.#plans(target);
    const next = this.#plans.next();
    if (!next.done) return next.value;
    const where = printableTarget(target);
    return {
      connect: new PoolError(`Cannot connect to ${where}: there is no plan for connection ${this.targets.length}`),
    };
  }

  #hang(cancel: CancelToken): Promise<never> {
    this.#pending++;
    return new Promise((_, reject) =>
      cancel.add((reason) => {
        this.#pending--;
        reject(reason);
      })
    );
  }
}
