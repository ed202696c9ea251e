/**
 * Owns a response body between the wire and its one consumer.
 * Must not know sockets, framing or the pool.
 * Invariants: at most `MAX_WAITING` bytes and one read more wait for a consumer; a body of known
 * length that is collected is copied at most once; a chunk handed out is the consumer's.
 */

import { ownBytes, Slab } from "../base/slab.ts";
import { BodyError, BodyTooLargeError, BodyUsedError, SocketError } from "../errors.ts";
import type { Collector, IncomingBody, MaybePromise } from "../http/body.ts";
import { HeaderList } from "../http/header_list.ts";
import type { FieldSource } from "../http/header_list.ts";
import { ByteQueue } from "./byte_queue.ts";

/** Bytes that may wait for a consumer before the socket pauses: a few reads, so that it need not stop for each. */
export const MAX_WAITING: number = 128 * 1024;

const EMPTY = new Uint8Array(0);

/** Bytes of a body up to which an array of its own costs more than all else that is done with it. */
const SHARED_BYTES = 1024;

/** Bytes up to which it costs more than the copy, where memory is cleaned before it is handed out. */
const MEDIUM_BYTES = 16 * 1024;

/** Bytes of a rest that are rather copied: a read of its own for the last one of them costs more. */
const LANDING_BYTES = 64 * 1024;

const slab = new Slab();
const mediumSlab = new Slab(4 * MEDIUM_BYTES);

/** What a body asks of the exchange that carries it. */
export interface BodySource {
  /** Stops reading soon. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** The rest is not wanted: ends the exchange at once. */
  abandon(reason: Error): void;
}

interface Pending<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** The body of one response. */
export class ExchangeBody implements IncomingBody {
  readonly length: number | undefined;
  received = 0;
  readonly #source: BodySource;
  /** The whole body, once its size is known and wanted in one piece. */
  #target: Uint8Array | undefined;
  /** Whether the memory of that is shared with other bodies. */
  #shared = false;
  #waiting: ByteQueue | undefined;
  #mode: "open" | "collect" | "read" | "discard" | "over" = "open";
  /** Bytes that the consumer still takes: of `collect` in all, of `discard` from its start. */
  #limit = Infinity;
  #collecting: Collector | undefined;
  #reading: Pending<Uint8Array | null> | undefined;
  #discarding: (() => void) | undefined;
  #paused = false;
  #ended = false;
  #error: Error | undefined;
  #trailers: FieldSource | null | HeaderList = null;
  #callbacks: ((error: Error | undefined) => void)[] | undefined;

  constructor(source: BodySource, length: number | undefined) {
    this.#source = source;
    this.length = length;
  }

  get trailers(): HeaderList | undefined {
    if (!this.#ended || this.#error !== undefined) return undefined;
    const trailers = this.#trailers;
    if (trailers instanceof HeaderList) return trailers;
    return this.#trailers = trailers === null ? HeaderList.empty : HeaderList.received(trailers);
  }

  /** Whether nothing more comes. */
  get settled(): boolean {
    return this.#ended || this.#error !== undefined;
  }

  collect(limit: number): MaybePromise<Uint8Array> {
    this.#claimMode("collect");
    const error = this.#error ?? this.#refuseAbove(limit);
    if (error !== undefined) return Promise.reject(error);
    if (this.#ended) return this.#takeWhole();
    return new Promise((resolve, reject) => this.#collect(limit, { resolve, reject }));
  }

  collectTo(limit: number, collector: Collector): void {
    this.#claimMode("collect");
    const error = this.#error ?? this.#refuseAbove(limit);
    if (error !== undefined) collector.reject(error);
    else if (this.#ended) collector.resolve(this.#takeWhole());
    else this.#collect(limit, collector);
  }

  #refuseAbove(limit: number): Error | undefined {
    if (this.received <= limit && (this.length === undefined || this.length <= limit)) return undefined;
    const error = tooLarge(this.length, limit);
    this.cancel(error);
    return error;
  }

  /** Room for all of it is taken when it is known that more than one read brings it. */
  #collect(limit: number, collector: Collector): void {
    this.#limit = limit;
    this.#collecting = collector;
    if (this.received > 0) this.#makeRoom();
    this.#go();
  }

  #makeRoom(): void {
    if (this.length === undefined || this.#target !== undefined) return;
    this.#target = new Uint8Array(this.length);
    this.#waiting?.drainInto(this.#target, 0);
    this.#waiting = undefined;
  }

  read(): MaybePromise<Uint8Array | null> {
    if (this.#mode !== "read") this.#claimMode("read");
    if (this.#reading !== undefined) throw new BodyUsedError("Cannot read the body: another read is pending");
    const chunk = this.#takeChunk();
    if (chunk !== undefined) {
      if (this.#paused && (this.#waiting === undefined || this.#waiting.length <= MAX_WAITING / 2)) this.#go();
      return chunk;
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return null;
    this.#go();
    return new Promise((resolve, reject) => this.#reading = { resolve, reject });
  }

  discard(limit: number): MaybePromise<void> {
    if (this.settled || this.#mode === "over") return;
    this.#reading?.resolve(null);
    this.#reading = undefined;
    this.#mode = "discard";
    this.#waiting = this.#target = undefined;
    this.#limit = limit;
    if (this.length !== undefined && this.length - this.received > limit) return this.cancel();
    this.#limit += this.received;
    this.#go();
    return new Promise((resolve) => this.#discarding = resolve);
  }

  cancel(reason: Error = new BodyError("Cannot read the body: it was cancelled", { code: "BODY_CANCELLED" })): void {
    if (this.settled) {
      // What waits to be read is given up too.
      if (this.#mode !== "over" && this.#error === undefined) this.#error = reason;
      this.#waiting = this.#target = undefined;
      this.#mode = "over";
      return;
    }
    this.fail(reason);
    this.#waiting = this.#target = undefined;
    this.#source.abandon(reason);
  }

  onSettled(callback: (error: Error | undefined) => void): void {
    if (this.settled) callback(this.#error);
    else (this.#callbacks ??= []).push(callback);
  }

  // From the exchange

  /**
   * Where bytes of the body shall land, when they may land in place; `undefined` otherwise. Never up to
   * the last byte: that is read with room behind it, so that whatever follows it is seen before the
   * connection is used again.
   */
  landing(expected: number): Uint8Array | undefined {
    // Only `collect` keeps its target to the end.
    if (this.#mode !== "collect" || expected <= LANDING_BYTES || expected === Infinity) return undefined;
    this.#makeRoom();
    const target = this.#target;
    return target && target.subarray(this.received, this.received + expected - 1);
  }

  /** Bytes have landed in place. */
  landed(length: number): void {
    this.received += length;
  }

  /** Bytes arrived. `owned` says that they stay untouched. */
  push(view: Uint8Array, from: number, to: number, owned: boolean): void {
    const length = to - from;
    this.received += length;
    if (this.#mode === "discard") {
      if (this.received > this.#limit) this.cancel();
      return;
    }
    if (this.#mode === "collect" && this.received > this.#limit) return this.cancel(tooLarge(undefined, this.#limit));
    if (this.#reading !== undefined) {
      const { resolve } = this.#reading;
      this.#reading = undefined;
      return resolve(this.#mayKeep(view, length, owned) ? view.subarray(from, to) : view.slice(from, to));
    }
    if (length === this.length && this.#target === undefined) return this.#keepWhole(view, from, to, owned);
    if (this.#mode === "collect") this.#makeRoom();
    else if (!owned && this.#mode === "open" && this.#waiting === undefined && this.#target === undefined) {
      this.#expectWhole();
    }
    if (this.#target !== undefined) {
      this.#target.set(view.subarray(from, to), this.received - length);
      return;
    }
    const waiting = this.#waiting ??= new ByteQueue();
    if (this.#mayKeep(view, length, owned)) waiting.give(view.subarray(from, to));
    else waiting.copy(view, from, to);
    if (this.#mode !== "collect" && waiting.length >= MAX_WAITING) this.#hold();
  }

  /** The body is complete. */
  end(trailers: FieldSource | null): void {
    this.#ended = true;
    this.#trailers = trailers;
    if (this.#collecting !== undefined) this.#collecting.resolve(this.#takeWhole());
    this.#reading?.resolve(null);
    this.#settle(undefined);
  }

  /** The body ended too early. */
  fail(error: Error): void {
    if (this.settled) return;
    this.#error = error;
    this.#collecting?.reject(error);
    this.#reading?.reject(error);
    // What arrived before a connection broke is still the reader's: a download goes on behind it.
    if (!(error instanceof SocketError) || this.#mode === "collect") this.#waiting = this.#target = undefined;
    this.#settle(error);
  }

  #settle(error: Error | undefined): void {
    this.#discarding?.();
    this.#collecting = this.#reading = this.#discarding = undefined;
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    if (callbacks) { for (const callback of callbacks) callback(error); }
  }

  #claimMode(mode: "collect" | "read"): void {
    if (this.#mode === "open") this.#mode = mode;
    else if (this.#error === undefined) {
      throw new BodyUsedError(
        `Cannot read the body: it was ${this.#mode === "read" ? "read in parts" : "read"} already`,
      );
    }
  }

  /**
   * Whether a piece is kept as it is: it must be most of what was read, so that no other piece
   * shares its memory, which whoever gets it may transfer away.
   */
  #mayKeep(view: Uint8Array, length: number, owned: boolean): boolean {
    return owned && 2 * length > view.length;
  }

  /** The usual case: a small body that came with its head. */
  #keepWhole(view: Uint8Array, from: number, to: number, owned: boolean): void {
    const length = to - from;
    if (owned) {
      // Where views are owned a small array is cheap, and a view of another costs more than its bytes.
      const small = length <= SHARED_BYTES;
      this.#shared = !small && 2 * length <= view.length;
      this.#target = small ? view.slice(from, to) : view.subarray(from, to);
      return;
    }
    this.#shared = length <= MEDIUM_BYTES;
    if (!this.#shared) this.#target = view.slice(from, to);
    else this.#target = (length <= SHARED_BYTES ? slab : mediumSlab).copy(view, from, to);
  }

  /** A small body is gathered in one piece before anybody asks for it. */
  #expectWhole(): void {
    if (this.length !== undefined && this.length <= MAX_WAITING) this.#target = new Uint8Array(this.length);
  }

  #takeChunk(): Uint8Array | undefined {
    const target = this.#target;
    if (target === undefined) return this.#waiting?.shift();
    // What has been handed out may be transferred away: nothing more goes into it.
    this.#target = undefined;
    return this.#shared ? ownBytes(target) : target.subarray(0, this.received);
  }

  #takeWhole(): Uint8Array {
    const whole = this.#target ?? this.#waiting?.join() ?? EMPTY;
    this.#target = this.#waiting = undefined;
    this.#mode = "over";
    return whole;
  }

  #hold(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#source.pause();
  }

  #go(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#source.resume();
  }
}

function tooLarge(length: number | undefined, limit: number): BodyTooLargeError {
  const found = length === undefined ? "it has more bytes" : `it has ${length} bytes`;
  return new BodyTooLargeError(`Cannot hold the body in memory: ${found}, the limit is ${limit} (limits.body)`, {
    limit,
  });
}
