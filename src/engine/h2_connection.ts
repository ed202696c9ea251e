/**
 * Owns one HTTP/2 connection: socket, codec, the exchanges on it, and when bytes leave.
 * Must not know the pool's rules or what a response means.
 * Invariants: all frames of one turn leave in one write; what the server has not processed is sent
 * again elsewhere, what it may have processed is not; an exchange ends once.
 */

import { Bag } from "../base/bag.ts";
import type { Socket, SocketSink } from "../core/socket.ts";
import { type RemoteProtocolError, SocketError } from "../errors.ts";
import type { HeaderList } from "../http/header_list.ts";
import { H2Codec } from "../protocol/h2/codec.ts";
import { ErrorCode, errorName, resetBy } from "../protocol/h2/error_codes.ts";
import type { H2Events } from "../protocol/h2/events.ts";
import type { H2Stream } from "../protocol/h2/h2_stream.ts";
import type { CheckedHead, H2Section } from "../protocol/h2/response_fields.ts";
import type { PeerSettings } from "../protocol/h2/settings.ts";
import type { Connection, EngineContext } from "./connection.ts";
import type { Exchange } from "./exchange.ts";
import { H2Exchange, type H2Host } from "./h2_exchange.ts";
import { failureOf, mayReplay, unprocessedError } from "./h2_failure.ts";
import { type H2Head, h2HeadFor, h2Trailers } from "./h2_head.ts";
import { H2Facts } from "./h2_facts.ts";
import { H2Gathering } from "./h2_gathering.ts";
import { SocketHold } from "./socket_hold.ts";
import { H2Life, type LifeHost, PATIENCE } from "./h2_life.ts";
import { H2Writer, type H2WriterHost } from "./h2_writer.ts";
import type { PoolEntry } from "./pool_entry.ts";
import { ReadSpace } from "./read_space.ts";
import type { Route } from "./route.ts";

/** Streams at once until the server has said how many it takes, and at most. */
const FIRST_STREAMS = 100;
const MOST_STREAMS = 1_000;

/** Bytes up to which a body leaves with its head without an upload of its own. */
const SMALL_BODY = 64 * 1024;

type Stream = H2Stream<H2Exchange>;

/** One connection that speaks HTTP/2. */
export class H2Connection implements Connection, SocketSink, H2Events<H2Exchange>, H2Host, H2WriterHost, LifeHost {
  readonly id: number;
  readonly multiplexed = true;
  readonly #context: EngineContext;
  readonly #facts: H2Facts;
  readonly #hold: SocketHold;
  readonly #route: Route;
  readonly #socket: Socket;
  readonly #space: ReadSpace;
  readonly #codec: H2Codec<H2Exchange> = new H2Codec<H2Exchange>(this);
  readonly #writer: H2Writer;
  readonly #life: H2Life = new H2Life(this);
  readonly #carried = new Bag<H2Exchange>();
  readonly #gathering = new H2Gathering<H2Exchange>((...data) => this.#received(...data));
  #entry: PoolEntry<Connection> | undefined;
  capacity: number = FIRST_STREAMS;
  #served = 0;
  /** Whether no further streams are opened. */
  #draining = false;
  #farewell = "";
  #closed = false;
  /** When the bytes arrived that are being looked at. */
  #heardAt = 0;

  constructor(id: number, context: EngineContext, route: Route, socket: Socket, headBytes: number) {
    this.id = id;
    this.#context = context;
    this.#facts = new H2Facts(id, route, socket);
    this.#hold = new SocketHold(socket, context.unrefs, () => this.busy());
    this.#route = route;
    this.#socket = socket;
    this.#space = new ReadSpace(context.buffers, socket);
    this.#codec.start(headBytes, context.now());
    this.#writer = new H2Writer(socket, this.#codec, this);
    socket.start(this);
    this.#writer.flush();
    this.#hold.mayLetGo();
  }

  now(): number {
    return this.#context.now();
  }

  busy(): boolean {
    return this.#carried.size > 0;
  }

  place(entry: PoolEntry<Connection>): void {
    this.#entry = entry;
    if (this.#closed) this.#context.pool.lost(entry);
    else if (entry.capacity !== this.capacity) this.#context.pool.resized(entry, this.capacity);
  }

  // The request

  begin(exchange: Exchange, now: number): void {
    const { settings, scope } = exchange.call;
    let head: H2Head;
    try {
      scope.throwIfCancelled();
      head = h2HeadFor(exchange.request, this.#route, settings.expectContinue, this.#codec.peer.maxHeaderListSize);
    } catch (error) {
      exchange.failed(error as Error, now);
      return this.#context.pool.release(this.#entry!, this.#reusable, now);
    }
    const carried = new H2Exchange(exchange, this);
    this.#carried.add(carried);
    const reused = this.#served++ > 0;
    exchange.begun(carried, reused, reused ? this.#facts.reused : this.#facts.fresh);
    // Whoever is told of an event may end the call there and then: so below, wherever one is told.
    if (carried.over) return;
    if (this.#closed || this.#draining) return this.#replay(carried, "The connection was closed");
    this.#hold.take();
    exchange.attempt.progress = "sent";
    this.#send(carried, head, now);
    this.#life.watch(exchange.call.deadlines, now);
    this.#writer.soon();
  }

  #send(carried: H2Exchange, head: H2Head, now: number): void {
    const { request, call } = carried.exchange;
    const { limits, onUploadProgress } = call.settings;
    const before = this.#codec.waiting;
    const stream = this.#codec.request(carried, head.fields, head.last, limits, request.method === "HEAD");
    carried.stream = stream;
    if (head.priority !== undefined) this.#codec.prioritise(stream, head.priority);
    if (head.last) this.#writer.leaves(carried);
    else {
      const { bytes, trailers } = request.body!;
      const small = bytes !== undefined && bytes.length <= SMALL_BODY && trailers === undefined;
      const whole = small && onUploadProgress === null && !head.expectContinue;
      if (whole && !this.#writer.blocked && this.#codec.sendable(stream) >= bytes.length) {
        this.#codec.sendData(stream, bytes, 0, true);
        this.#writer.leaves(carried);
      }
    }
    carried.written = this.#codec.waiting - before;
    if (stream.state === "open") carried.startUpload(head, now);
  }

  ready(carried: H2Exchange): boolean {
    return !this.#writer.blocked && this.#codec.sendable(carried.stream!) > 0;
  }

  send(carried: H2Exchange, bytes: Uint8Array, from: number, last: boolean): number {
    const end = this.#codec.sendData(carried.stream!, bytes, from, last);
    carried.written += end - from;
    this.#writer.soon();
    return end;
  }

  sendTrailers(carried: H2Exchange, trailers: HeaderList): void {
    this.#codec.sendTrailers(carried.stream!, h2Trailers(trailers.pairs, this.#codec.peer.maxHeaderListSize));
    this.#writer.soon();
  }

  uploaded(carried: H2Exchange): void {
    this.#writer.leaves(carried);
    this.#writer.soon();
  }

  afterTurn(callback: () => void): void {
    this.#context.afterTurn(callback);
  }

  sent(carried: H2Exchange, now: number): void {
    const { exchange } = carried;
    if (carried.over) return;
    exchange.sent(carried.written, now);
    if (carried.body === undefined && !carried.over) carried.limit("head", now);
  }

  stuffed(): void {
    this.#die(new SocketError("The server reads nothing"), "flood");
  }

  drain(): void {
    this.#writer.drained();
    this.writable(undefined);
  }

  writable(stream: Stream | undefined): void {
    if (stream !== undefined) return stream.owner.upload?.goOn();
    for (const carried of this.#inOrder()) carried.upload?.goOn();
  }

  // From the socket

  buffer(): Uint8Array {
    return this.#carried.size > 0 ? this.#space.forBody(undefined) : this.#space.waiting();
  }

  bytes(view: Uint8Array): void {
    if (this.#closed) return;
    const now = this.#heardAt = this.now();
    this.#space.received(view);
    this.#life.heard(now);
    try {
      this.#codec.receive(view, now);
      this.#gathering.flush();
    } catch (error) {
      this.#gathering.flush();
      return this.#die(error as Error, "protocol");
    }
    if (this.#codec.waiting > 0) this.#writer.soon();
  }

  end(): void {
    this.#die(new SocketError("The server closed the connection", { code: "CONNECTION_CLOSED" }), "closed-by-server");
  }

  error(error: Error): void {
    this.#die(error, "lost");
  }

  // From the codec

  settings(peer: PeerSettings): void {
    if (this.#draining) return;
    this.capacity = Math.min(peer.maxConcurrentStreams, MOST_STREAMS);
    if (this.#entry) this.#context.pool.resized(this.#entry, this.capacity);
  }

  informational(stream: Stream, { status, section }: CheckedHead): void {
    stream.owner.informed(status, section);
  }

  head(stream: Stream, head: CheckedHead, last: boolean): void {
    stream.owner.answered(head, last || stream.bodyless, last, this.#heardAt);
  }

  data(stream: Stream, bytes: Uint8Array, from: number, to: number): void {
    this.#gathering.add(stream, bytes, from, to);
  }

  #received(stream: Stream, bytes: Uint8Array, from: number, to: number): void {
    if (stream.owner.over) return;
    const now = this.#heardAt;
    const consumed = stream.owner.received(bytes, from, to, this.#space.owned, now);
    if (consumed > 0) this.#codec.consumed(stream, consumed, now);
  }

  ended(stream: Stream, trailers: H2Section | null): void {
    this.#gathering.flush();
    if (stream.owner.over) return;
    const carried = stream.owner;
    const { exchange } = carried;
    const now = this.#heardAt;
    const cut = this.#forget(carried);
    if (cut) this.#codec.reset(stream, ErrorCode.NO_ERROR);
    exchange.sent(carried.written, now, cut ? "aborted" : "ok");
    exchange.finished(trailers, now);
    this.#release(now);
  }

  reset(stream: Stream, code: number): void {
    this.#gathering.flush();
    if (stream.owner.over) return;
    if (code === ErrorCode.REFUSED_STREAM) return this.#replay(stream.owner, "The server refused the stream");
    this.#drop(stream.owner, resetBy(code));
  }

  broken(stream: Stream, error: RemoteProtocolError): void {
    this.#gathering.flush();
    if (stream.owner.over) return;
    this.#drop(stream.owner, error);
  }

  goAway(code: number): void {
    if (code !== ErrorCode.NO_ERROR) this.#farewell = ` after GOAWAY (${errorName(code)})`;
    if (this.#draining) return;
    this.#draining = true;
    this.capacity = 0;
    if (this.#entry === undefined) return;
    if (this.#carried.size > 0) return this.#context.pool.resized(this.#entry, 0);
    this.#die(new SocketError("The server went away"), "go-away");
  }

  unprocessed(stream: Stream): void {
    this.#replay(stream.owner, "The server went away");
  }

  // Ends

  get #reusable(): boolean {
    return !this.#closed && !this.#draining && !this.#codec.exhausted;
  }

  /** Those under way, the oldest first. */
  #inOrder(): H2Exchange[] {
    return this.#carried.all().sort((a, b) => (a.stream?.id ?? Infinity) - (b.stream?.id ?? Infinity));
  }

  /** Nothing of the exchange is left here; whether a part of its request was given up. */
  #forget(carried: H2Exchange): boolean {
    this.#carried.delete(carried);
    return carried.release();
  }

  /** A slot is free. */
  #release(now: number): void {
    if (this.#carried.size === 0) {
      this.#life.rest();
      this.#space.rest();
    }
    this.#context.pool.release(this.#entry!, this.#reusable, now);
    if (this.#carried.size === 0 && !this.#closed) this.#hold.mayLetGo();
  }

  /** It ends with an error on our side; its stream is reset. */
  failed(carried: H2Exchange, error: Error): void {
    if (carried.over) return;
    if (carried.stream !== undefined) this.#codec.reset(carried.stream, ErrorCode.CANCEL);
    this.#writer.soon();
    // A limit that was passed may be the connection's fault.
    if (carried.stream !== undefined && error.name === "TimeoutError") this.#life.doubt();
    this.#drop(carried, error);
  }

  /** It ends with an error; its stream is over. */
  #drop(carried: H2Exchange, error: Error): void {
    const { exchange } = carried;
    const now = this.now();
    const failure = error instanceof SocketError ? failureOf(error, carried, "") : error;
    this.#forget(carried);
    exchange.failed(failure, now);
    this.#release(now);
  }

  /** The server has not processed it: it goes out again, whatever its method. */
  #replay(carried: H2Exchange, why: string): void {
    const { exchange } = carried;
    const now = this.now();
    const error = unprocessedError(why);
    const again = mayReplay(carried);
    exchange.attempt.progress = "unsent";
    this.#forget(carried);
    if (again) exchange.superseded(error, now);
    else exchange.failed(error, now);
    this.#release(now);
    if (again) this.#context.replay(exchange, now);
  }

  /** The connection is of no more use; what is on it failed with it. */
  #die(error: Error, reason: string): void {
    if (this.#closed) return;
    const now = this.now();
    const carried = this.#inOrder();
    for (const each of carried) this.#carried.delete(each);
    this.#shut(reason);
    if (this.#entry) this.#context.pool.lost(this.#entry);
    for (const each of carried) {
      const { exchange, body } = each;
      each.release();
      const failure = failureOf(error, each, this.#farewell);
      if (exchange.mayResend(failure) && body === undefined) {
        exchange.superseded(failure, now);
        this.#context.resend(exchange, this.#entry!, now);
      } else exchange.failed(failure, now);
    }
  }

  dead(): void {
    const message = `The server does not answer: it was silent for ${PATIENCE} ms, and for as long after PING`;
    this.#die(new SocketError(message, { code: "H2_PING_TIMEOUT" }), "ping-timeout");
  }

  ask(): void {
    this.#codec.ping();
    this.#writer.soon();
  }

  close(reason: string): void {
    this.#shut(reason);
  }

  /** Cuts what is under way. */
  cut(error: Error): void {
    this.#die(error, "closed");
  }

  #shut(reason: string): void {
    if (this.#closed) return;
    if (reason !== "protocol") this.#codec.goAway(ErrorCode.NO_ERROR);
    this.#writer.close(reason !== "lost");
    this.#closed = true;
    this.#life.stop();
    this.#hold.end();
    this.#socket.close();
    this.#context.evicted(this.id, reason, undefined);
  }

  /** The consumer of a body has made room. */
  consumed(carried: H2Exchange, bytes: number, now: number): void {
    this.#codec.consumed(carried.stream!, bytes, now);
    this.#writer.soon();
  }
}
