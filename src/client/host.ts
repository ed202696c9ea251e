/**
 * Owns what clients that share a pool have in common: runtime, time, transport, stack.
 * Must not know options of calls.
 * Invariant: nothing is opened, and no runtime looked at, before the first call or `close`.
 */

import { Bag } from "../base/bag.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { DeadlineQueue } from "../base/deadline.ts";
import type { Call } from "../core/call.ts";
import type { Runtime } from "../core/runtime.ts";
import type { CloseOptions, Transport } from "../core/transport.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { SocketTransport } from "../engine/socket_transport.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import { closedError } from "../errors/call.ts";
import { type Capabilities, capabilitiesOf } from "./capabilities.ts";
import { defaultTransport, runtimeFetch } from "./default_transport.ts";
import { Stack } from "./stack.ts";

/** What the tests put in place of the machine. */
export interface HostParts {
  readonly runtime: Runtime;
  readonly clock?: Clock;
}

/** What a family of clients shares. */
export class Host {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly stack: Stack;
  readonly capabilities: Capabilities;
  /** Calls under way. */
  readonly calls: Bag<Call> = new Bag<Call>();
  readonly #engine: EngineOptions;
  readonly #given: Transport | null;
  /** `null` where each call has its own: a timer of one request may end with it. */
  readonly #deadlines: DeadlineQueue | null;
  #sockets: SocketTransport | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: HostParts, engine: EngineOptions, transport: Transport | "fetch" | null) {
    const runtime = this.runtime = parts.runtime;
    this.clock = parts.clock ?? systemClock;
    const custom = transport !== null && transport !== "fetch";
    const byFetch = transport === "fetch" || (transport === null && runtime.connector === undefined);
    this.#deadlines = byFetch || runtime.connector === undefined ? null : new DeadlineQueue(this.clock);
    this.stack = new Stack(runtime);
    this.#engine = engine;
    this.#given = byFetch ? runtimeFetch(runtime, this.clock) : custom ? transport : null;
    this.capabilities = capabilitiesOf(
      runtime.name,
      custom ? "custom" : byFetch ? "fetch" : "sockets",
      byFetch ? runtime.hostFetch!.traits : null,
    );
  }

  /** The running limits of calls. */
  get deadlines(): DeadlineQueue {
    return this.#deadlines ?? new DeadlineQueue(this.clock);
  }

  /** A call has settled: gives its timer back, where it has one of its own or the client is closed. */
  released(call: Call): void {
    if (this.#deadlines === null) call.deadlines.close();
    else if (this.closed) this.#deadlines.settle();
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** What carries the requests. */
  get transport(): Transport {
    return this.#given ?? this.#pool();
  }

  /** The pooled transport; `null` when another was given. */
  get pooled(): SocketTransport | null {
    return this.#given === null ? this.#pool() : null;
  }

  /** The same, for what only a pool can do. Throws `UnsupportedRuntimeError` where the runtime's `fetch` has its own. */
  poolFor(what: string): SocketTransport | null {
    if (this.capabilities.transport !== "fetch") return this.pooled;
    throw new UnsupportedRuntimeError(`Cannot ${what}: the runtime's fetch keeps its connections to itself`);
  }

  #pool(): SocketTransport {
    return this.#sockets ??= defaultTransport(this.runtime, this.clock, this.deadlines, this.#engine);
  }

  /** Refuses new calls, lets those under way end until the deadline, then frees everything. */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#closing ??= this.#close(options);
  }

  async #close(options: CloseOptions): Promise<void> {
    const transport = this.#given ?? this.#sockets;
    await transport?.close(options);
    // What is not on a connection (a wait before a retry) ends here.
    for (const call of this.calls.all()) {
      call.cancel.cancel(closedError());
    }
    this.#deadlines?.close();
  }
}
