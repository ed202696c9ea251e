/**
 * Owns the way of a request to a connection and back: the `Transport` over sockets.
 * Must not know layers, nor any runtime: it is given a connector.
 * Invariant: on a warm connection `send` waits for nothing but the response.
 */

import type { Clock } from "../base/clock.ts";
import type { DeadlineQueue } from "../base/deadline.ts";
import type { Call } from "../core/call.ts";
import type { CallListener } from "../core/call_event.ts";
import type { Runtime } from "../core/runtime.ts";
import type { Connector } from "../core/socket.ts";
import type { CloseOptions, Settle, Transport } from "../core/transport.ts";
import { closedError } from "../errors/call.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import type { Connection, EngineContext } from "./connection.ts";
import { dial, type DialContext } from "./dial.ts";
import type { DialTask } from "./dial_task.ts";
import { dnsLookup } from "./dns_lookup.ts";
import { Exchange } from "./exchange.ts";
import { forwardRequest } from "./forward_request.ts";
import { guardedLeg, mayForward } from "./guarded.ts";
import { H1Connection } from "./h1_connection.ts";
import { LazyUnref } from "./lazy_unref.ts";
import { DEFAULT_DNS, DEFAULT_ENGINE, type EngineOptions } from "./options.ts";
import { Pool } from "./pool.ts";
import type { PoolEntry } from "./pool_entry.ts";
import type { PoolStats } from "./pool_stats.ts";
import { proxyLegWith } from "./proxy_leg.ts";
import type { ProxyLoginTools } from "./proxy_login.ts";
import { ReadBuffers } from "./read_buffers.ts";
import { type Lookup, Resolver } from "./resolver.ts";
import { type Route, RouteTable } from "./route.ts";

/** What a transport is made of. */
export interface SocketTransportParts {
  /** Opens sockets. */
  readonly connector: Connector;
  /** Looks names up; digests for the login to proxies. */
  readonly runtime: Pick<Runtime, "lookup" | "dnsQuery" | "hash" | "env" | "files" | "afterTurn">;
  readonly clock: Clock;
  readonly deadlines: DeadlineQueue;
  /** @default {DEFAULT_ENGINE} */
  readonly options?: EngineOptions;
  /** Told what concerns no call: connections evicted while idle. */
  readonly listener?: CallListener | null;
}

/** Bytes of a head that an HTTP/2 server is told of; each call has its own limit besides. */
const HEAD_BYTES = 64 * 1024;

/** Sends requests over pooled connections. */
export class SocketTransport implements Transport, EngineContext {
  readonly pool: Pool<Connection>;
  readonly buffers: ReadBuffers = new ReadBuffers();
  readonly unrefs: LazyUnref;
  readonly resolver: Resolver;
  readonly #clock: Clock;
  readonly #routes: RouteTable;
  readonly #dial: DialContext;
  readonly #login: ProxyLoginTools;
  readonly #listener: CallListener | null;
  readonly #afterTurn: (callback: () => void) => void;
  #connections = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: SocketTransportParts) {
    const { connector, runtime, clock, deadlines, options = DEFAULT_ENGINE } = parts;
    const dns = options.dns ?? DEFAULT_DNS;
    this.#clock = clock;
    this.#afterTurn = runtime.afterTurn?.bind(runtime) ?? queueMicrotask;
    this.unrefs = new LazyUnref(clock);
    this.#login = { runtime, clock };
    this.#listener = parts.listener ?? null;
    const lookup: Lookup = dns.servers.length === 0
      ? (name, cancel) => runtime.lookup(name, cancel)
      : dnsLookup({ options: dns, dnsQuery: (...query) => runtime.dnsQuery(...query), clock, id: random16 });
    this.resolver = new Resolver(dns, clock, lookup);
    const guard = options.guard ?? null;
    const proxyLeg = proxyLegWith(this.#login);
    this.#dial = {
      connector,
      resolver: this.resolver,
      connectorResolves: connector.resolvesNames && options.dns === null && guard === null,
      order: dns.order,
      connectDelay: options.pool.connectDelay,
      proxyLeg: guard === null ? proxyLeg : guardedLeg(proxyLeg, guard),
      guard,
    };
    this.pool = new Pool<Connection>({
      options: options.pool,
      clock,
      deadlines,
      dial: (route, task) => this.#open(route, task),
      placed: (connection, entry) => connection.place(entry),
      random: () => random16() / 0x10000,
    });
    this.#routes = new RouteTable(
      (route) => this.pool.uses(route),
      guard === null ? undefined : (host, port) => mayForward(guard, host, port),
    );
  }

  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    return new Promise((resolve, reject) => this.start(request, call, { resolve, reject }));
  }

  start(request: HttpRequest, call: Call, settle: Settle): void {
    if (call.settings.proxy === null) return this.#exchange(request, call, settle);
    this.#viaProxy(request, call).then((response) => settle.resolve(response), (error) => settle.reject(error));
  }

  /** Where a proxy forwards the request, it may want to be told who we are first. */
  async #viaProxy(request: HttpRequest, call: Call): Promise<HttpResponse> {
    const route = this.#routes.routeFor(request, call.settings);
    const send = (each: HttpRequest): Promise<HttpResponse> =>
      new Promise((resolve, reject) => this.#exchange(each, call, { resolve, reject }));
    return await (route.forwarded ? forwardRequest(request, route, call, send, this.#login) : send(request));
  }

  #exchange(request: HttpRequest, call: Call, settle: Settle): void {
    const fresh = call.freshAt;
    call.freshAt = NaN;
    const now = fresh > 0 ? fresh : this.#clock.now();
    let exchange: Exchange | undefined;
    try {
      const route = this.#routes.routeFor(request, call.settings);
      const attempt = call.startAttempt(request, now);
      exchange = new Exchange(this, request, call, attempt, route, settle, false);
      const entry = call.scope.reason === undefined ? this.pool.tryAcquire(route, now) : undefined;
      if (entry === undefined) return this.pool.acquire(route, call, attempt, now, exchange);
      attempt.acquiredAt = now;
      entry.connection.begin(exchange, now);
    } catch (error) {
      // Only a route or a listener can have failed: what comes later is told by the exchange.
      if (exchange === undefined) settle.reject(error);
      else exchange.failed(error as Error, now);
    }
  }

  /** Opens connections for requests like this one, until `count` are spare or a limit is met. */
  preconnect(request: HttpRequest, call: Call, count: number): void {
    this.pool.preconnect(this.#routes.routeFor(request, call.settings), call, count);
  }

  /** Closes the connections to `origin` after their last exchange, and forgets its addresses; all without `origin`. */
  purge(origin?: string): void {
    this.resolver.forget(origin === undefined ? undefined : new URL(origin).hostname.replace(/^\[|\]$/g, ""));
    this.pool.purge((route) => origin === undefined || route.origin === origin);
  }

  /** Numbers per route. */
  stats(): PoolStats[] {
    return this.pool.stats();
  }

  /** One line for assertions and logs. */
  inspect(): string {
    return this.pool.inspect();
  }

  close(options: CloseOptions = {}): Promise<void> {
    return this.#closing ??= this.#close(options.deadline ?? 0);
  }

  async #close(deadline: number): Promise<void> {
    const drained = this.pool.drain();
    const stop = this.#clock.schedule(() => this.#cut(), deadline, true);
    await drained;
    stop();
    this.unrefs.close();
    this.unrefs.close();
    this.buffers.clear();
    this.resolver.forget();
  }

  #cut(): void {
    this.pool.cut();
    for (const connection of [...this.pool.connections()]) connection.cut(closedError());
  }

  async #open(route: Route, task: DialTask): Promise<Connection> {
    // Loaded for who asks for it alone, beside the dial.
    const h2 = route.http2 === false ? undefined : import("./h2_connection.ts");
    const socket = await dial(route, task, this.#dial);
    if (h2 !== undefined && (socket.alpn === "h2" || route.priorKnowledge)) {
      const { H2Connection } = await h2;
      return new H2Connection(++this.#connections, this, route, socket, HEAD_BYTES);
    }
    return new H1Connection(++this.#connections, this, route, socket, task.settings);
  }

  // What exchanges and connections ask for

  now(): number {
    return this.#clock.now();
  }

  resend(exchange: Exchange, entry: PoolEntry<Connection>, now: number): void {
    const { request, call, route, settle } = exchange;
    call.cause = "resend";
    const attempt = call.startAttempt(request, now);
    const next = new Exchange(this, request, call, attempt, route, settle, true);
    this.pool.replace(entry, route, call, attempt, now, next);
  }

  replay(exchange: Exchange, now: number): void {
    const { request, call, route, settle, resent, replays } = exchange;
    call.cause = "resend";
    const attempt = call.startAttempt(request, now);
    const next = new Exchange(this, request, call, attempt, route, settle, resent);
    next.replays = replays + 1;
    this.pool.acquire(route, call, attempt, now, next);
  }

  afterTurn(callback: () => void): void {
    this.#afterTurn(callback);
  }

  evicted(connection: number, reason: string, call: Call | undefined): void {
    if (call !== undefined) return call.emit("evict", { connection, reason });
    if (this.#listener === null) return;
    try {
      this.#listener({ type: "evict", connection, reason, call: 0, attempt: 0, at: this.#clock.now() });
    } catch {
      // A listener only watches.
    }
  }
}

/** An unpredictable number of 16 bits. */
function random16(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0]!;
}
