/**
 * Owns one HTTP/1.1 connection: socket, codec, the exchange under way, its limits.
 * Must not know the pool's rules or what a response means.
 * Invariants: bytes are only ever attributed to the exchange under way; an exchange ends in
 * exactly one of `#finish`, `#fail`, `#handOver`; an idle connection that gets anything is closed.
 */

import type { Call } from "../core/call.ts";
import type { Socket, SocketSink } from "../core/socket.ts";
import { SocketError } from "../errors.ts";
import type { ConnectionFacts } from "../http/record.ts";
import { H1Codec } from "../protocol/h1/codec.ts";
import type { H1Event, HeadEvent } from "../protocol/h1/events.ts";
import { HeadMemory } from "../protocol/h1/head_memory.ts";
import type { KeepAliveHint } from "../protocol/h1/persistence.ts";
import { NO_HINT } from "../protocol/h1/persistence.ts";
import type { EncodedHead } from "../protocol/h1/request_writer.ts";
import type { Carrier, Connection, EngineContext } from "./connection.ts";
import type { Exchange } from "./exchange.ts";
import { H1Sender, type SenderHost } from "./h1_sender.ts";
import { h1SettingsOf } from "./h1_settings.ts";
import { HandedOverSocket, joinBytes } from "./handed_over_socket.ts";
import type { ExchangeBody } from "./incoming_body.ts";
import { keepUntil } from "./keep_alive.ts";
import type { Idler } from "./lazy_unref.ts";
import { PhaseLimit } from "./phase_limit.ts";
import type { PoolEntry } from "./pool_entry.ts";
import { ReadSpace } from "./read_space.ts";
import { headFor } from "./request_head.ts";
import type { Route } from "./route.ts";
import { lostError } from "./socket_failure.ts";

/** One connection that speaks HTTP/1.1. */
export class H1Connection implements Connection, Carrier, SocketSink, SenderHost, Idler {
  readonly id: number;
  readonly capacity = 1;
  readonly multiplexed = false;
  readonly #context: EngineContext;
  readonly #route: Route;
  readonly #socket: Socket;
  readonly #space: ReadSpace;
  readonly #sender: H1Sender;
  readonly #limit: PhaseLimit = new PhaseLimit(() => this.#expired());
  readonly #onCancel = (reason: Error): void => this.#fail(reason, "cancelled");
  readonly #freshFacts = (): ConnectionFacts => this.#facts(false);
  readonly #reusedFacts = (): ConnectionFacts => this.#facts(true);
  #entry: PoolEntry<Connection> | undefined;
  #codec!: H1Codec;
  /** The call whose limits the codec keeps. */
  #settings: Call["settings"] | undefined;
  #exchange: Exchange | undefined;
  #scope: Call["scope"] | undefined;
  #body: ExchangeBody | undefined;
  #hint: KeepAliveHint = NO_HINT;
  #served = 0;
  #closed = false;
  /** Whether it holds the process, and whether it will be asked to let go. */
  #holds = true;
  #listed = false;
  #left: "no" | "upgraded" | "taken" | "done" = "no";

  constructor(id: number, context: EngineContext, route: Route, socket: Socket, settings: Call["settings"]) {
    this.id = id;
    this.#context = context;
    this.#route = route;
    this.#socket = socket;
    this.#adoptLimits(settings);
    this.#space = new ReadSpace(context.buffers, socket);
    this.#sender = new H1Sender(socket, this);
    socket.start(this);
    this.#mayLetGo();
  }

  place(entry: PoolEntry<Connection>): void {
    this.#entry = entry;
  }

  // The request

  begin(exchange: Exchange, now: number): void {
    const { call } = exchange;
    const { settings, scope } = call;
    let head: EncodedHead;
    try {
      scope.throwIfCancelled();
      head = headFor(exchange.request, this.#route, settings.expectContinue);
    } catch (error) {
      exchange.failed(error as Error, now);
      return this.#context.pool.release(this.#entry!, !this.#closed, now);
    }
    if (settings !== this.#settings) this.#adoptLimits(settings);
    this.#exchange = exchange;
    const reused = this.#served++ > 0;
    this.#scope = scope;
    scope.add(this.#onCancel);
    exchange.begun(this, reused, reused ? this.#reusedFacts : this.#freshFacts);
    // Whoever is told of an event may end the call there and then: so below, wherever one is told.
    if (this.#exchange !== exchange) return;
    if (this.#closed) return this.#fail(new SocketError("The connection was closed"), "lost");
    if (!this.#holds) {
      this.#holds = true;
      this.#socket.ref();
    }
    this.#codec.beginRequest(head.facts);
    exchange.attempt.progress = "sent";
    this.#sender.begin(this.#codec, exchange.request, head, settings.onUploadProgress, now);
  }

  // From the sending half

  sent(now: number = this.#context.now()): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    exchange.sent(this.#sender.written, now);
    if (this.#exchange === exchange && this.#body === undefined) this.#limit.start("head", exchange.call, now);
  }

  waits(phase: "expect" | "write" | undefined): void {
    const { call } = this.#exchange!;
    if (phase === undefined) this.#limit.stop(call);
    else this.#limit.start(phase, call, this.#context.now());
  }

  sendFailed(error: Error): void {
    this.#fail(error, "request-failed");
  }

  // From the socket

  buffer(): Uint8Array {
    const body = this.#body;
    if (body === undefined) return this.#space.waiting();
    const landing = body.landing(this.#codec.bodyBytesExpected);
    return this.#space.forBody(landing);
  }

  bytes(view: Uint8Array): void {
    if (this.#closed) return;
    const landed = this.#space.received(view);
    if (!landed) this.#codec.receive(view);
    else {
      this.#codec.consumeBody(view.length);
      this.#body!.landed(view.length);
      this.#exchange!.chunk(view.length);
      if (this.#exchange === undefined) return;
    }
    if (this.#left === "no") this.#pump();
    else this.#codec.retain();
  }

  end(): void {
    // Whoever takes the connection over is told again.
    if (this.#closed || this.#left !== "no") return;
    this.#codec.receiveEof();
    this.#pump();
  }

  error(error: Error): void {
    this.#fail(error, "lost");
    if (this.#left !== "no") this.#freeSlot();
  }

  drain(): void {
    this.#sender.drained();
  }

  /** Tells what the bytes received so far mean; the clock is read once. */
  #pump(): void {
    const now = this.#context.now();
    try {
      for (;;) {
        const event = this.#codec.nextEvent();
        if (event.type === "need-data") break;
        if (!this.#handle(event, now)) return;
      }
    } catch (error) {
      return this.#fail(error as Error, this.#codec.closeReason ?? "failed", now);
    }
    if (this.#body !== undefined) this.#limit.start("read", this.#exchange!.call, now);
    else if (this.#exchange !== undefined) this.#exchange.attempt.progress = "answered";
  }

  /** Acts upon one event; `false` when the exchange is over. */
  #handle(event: H1Event, now: number): boolean {
    const exchange = this.#exchange;
    switch (event.type) {
      case "data":
        exchange!.chunk(event.to - event.from);
        this.#body?.push(event.view, event.from, event.to, this.#space.owned);
        return this.#exchange !== undefined;
      case "head":
        return this.#head(exchange!, event, now);
      case "end":
        this.#finish(event.trailers, now);
        return false;
      case "informational":
        exchange!.informational(event.status, event.section);
        if (event.status === 100) this.#sender.goOn();
        return this.#exchange !== undefined;
      default:
        this.#evict(event.type);
        return false;
    }
  }

  #head(exchange: Exchange, event: HeadEvent, now: number): boolean {
    this.#limit.stop(exchange.call);
    // The answer is there: what is left of the request is of no use to anybody.
    const cut = this.#sender.stop();
    exchange.sent(this.#sender.written, now, cut ? "aborted" : "ok");
    if (this.#exchange !== exchange) return false;
    this.#hint = event.keepAlive;
    const none = event.framing === "none" || (event.framing === "length" && event.contentLength === 0);
    const length = none ? null : event.framing === "length" ? event.contentLength : undefined;
    if (event.upgraded) this.#socket.pause();
    const body = exchange.respond(event, length, now, event.upgraded);
    if (this.#exchange !== exchange) return false;
    this.#body = body;
    if (!event.upgraded) return true;
    this.#leave(exchange, now);
    return false;
  }

  // Ends

  /** Both messages are complete: the connection goes back to the pool, or says why not. */
  #finish(trailers: Parameters<Exchange["finished"]>[0], now: number): void {
    const exchange = this.#exchange!;
    const { pool } = this.#context;
    const { paused } = this.#space;
    this.#space.rest();
    this.#release();
    exchange.finished(trailers, now);
    const until = keepUntil(this.#hint, now);
    const reusable = this.#codec.reusable && until > now && !this.#closed;
    if (!reusable) this.#shut(this.#codec.closeReason ?? "keep-alive", exchange.call);
    // A consumer that fell behind has the rest in memory: it does not hold up the next exchange.
    else if (paused) this.#socket.resume();
    pool.release(this.#entry!, reusable, now, until);
    if (this.#exchange === undefined && !this.#closed) this.#mayLetGo();
  }

  #mayLetGo(): void {
    if (this.#listed) return;
    this.#listed = true;
    this.#context.unrefs.add(this);
  }

  letGo(): boolean {
    this.#listed = false;
    if (this.#exchange !== undefined) return false;
    if (this.#closed || this.#left !== "no") return true;
    this.#holds = false;
    this.#socket.unref();
    return true;
  }

  /** The connection is of no more use; the exchange, if there is one, failed with it. */
  #fail(error: Error, reason: string, now: number = this.#context.now()): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return this.#evict(reason);
    const { attempt, call } = exchange;
    const failure = reason === "lost" ? lostError(attempt.progress, error, this.#body) : error;
    this.#release();
    this.#shut(reason, call);
    if (exchange.mayResend(failure)) {
      exchange.superseded(failure, now);
      return this.#context.resend(exchange, this.#entry!, now);
    }
    exchange.failed(failure, now);
    this.#context.pool.release(this.#entry!, false, now);
  }

  /** The connection leaves HTTP: its place in the pool is taken until somebody closes it. */
  #leave(exchange: Exchange, now: number): void {
    this.#left = "upgraded";
    this.#release();
    exchange.finished(null, now);
    // Whoever has not taken it over by the end of the call does not want it.
    exchange.call.onSettled(() => {
      if (this.#left === "upgraded") this.#freeSlot();
    });
  }

  takeOver(): Socket {
    if (this.#left !== "upgraded") throw new TypeError("Cannot take the connection over: it was taken or closed");
    this.#left = "taken";
    const leftover = joinBytes(this.#codec.takeLeftover(), this.#socket.detach());
    return new HandedOverSocket(this.#socket, leftover, () => this.#freeSlot());
  }

  #freeSlot(): void {
    if (this.#left === "done") return;
    this.#left = "done";
    this.#shut("upgraded", undefined);
    this.#context.pool.release(this.#entry!, false, this.#context.now());
  }

  abort(exchange: Exchange, reason: Error): void {
    if (this.#exchange === exchange) this.#fail(reason, "cancelled");
  }

  /** An idle connection got something, or ended. */
  #evict(reason: string): void {
    if (this.#closed || this.#left !== "no") return;
    this.#shut(this.#codec.closeReason ?? reason, undefined);
    if (this.#entry) this.#context.pool.lost(this.#entry);
  }

  close(reason: string): void {
    this.#shut(reason, undefined);
  }

  /** Cuts what is under way. */
  cut(error: Error): void {
    if (this.#exchange) this.#fail(error, "closed");
    else this.#shut("closed", undefined);
  }

  #shut(reason: string, call: Call | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
    this.#context.evicted(this.id, reason, call);
  }

  /** Forgets the exchange and all that belongs to it. */
  #release(): void {
    if (this.#exchange) this.#limit.stop(this.#exchange.call);
    this.#sender.stop();
    this.#scope?.remove(this.#onCancel);
    this.#exchange = this.#scope = this.#body = undefined;
  }

  #expired(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    const { phase } = this.#limit;
    if (phase === "expect") return this.#sender.goOn();
    // A consumer that does not ask is slow, not the server.
    if (phase === "read" && this.#space.paused) return;
    this.#fail(this.#limit.error(exchange.call), `${phase}-timeout`);
  }

  // From the body

  pause(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#space.paused = true;
    this.#socket.pause();
  }

  resume(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#space.paused = false;
    this.#limit.start("read", exchange.call, this.#context.now());
    this.#socket.resume();
  }

  #adoptLimits(settings: Call["settings"]): void {
    const before = this.#settings;
    this.#settings = settings;
    if (before?.limits === settings.limits && before.lenient === settings.lenient) return;
    const kept = h1SettingsOf(settings.limits, settings.lenient);
    const route = this.#route;
    if (route.heads?.settings !== kept) route.heads = { settings: kept, memory: new HeadMemory() };
    this.#codec = new H1Codec(kept, route.heads.memory);
  }

  #facts(reused: boolean): ConnectionFacts {
    const { remoteAddress, localAddress, tls } = this.#socket;
    return {
      id: this.id,
      protocol: "http/1.1",
      reused,
      remoteAddress,
      localAddress,
      proxy: this.#route.proxy?.label,
      tls,
    };
  }
}
