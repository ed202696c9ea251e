/**
 * Owns a body on the wire whose content codings are undone as it is read.
 * Must not know which codings a head names, nor how one is undone.
 * Invariants: what is dropped is dropped raw; a failure is told again to each later reader; a
 * short body that has arrived is decoded at once, without a promise.
 */

import type { Codecs, Coding } from "../core/runtime.ts";
import type { DecodeSettings } from "../core/settings.ts";
import { BodyError, BodyTooLargeError, DecodeError } from "../errors.ts";
import type { IncomingBody, MaybePromise } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import { ByteList } from "./byte_list.ts";
import { actualCoding, DecodeChain, plainBytes, SLICE } from "./decode_chain.ts";

/** Bytes that are decoded in one go, blocking: well below a millisecond for an honest body. */
const SYNC_INPUT = SLICE;

/** Bytes that may come out of it; beyond, the body is decoded step by step from the start. */
const SYNC_OUTPUT = 1024 * 1024;

const EMPTY = new Uint8Array(0);

/** Undoes codings, outermost first. */
export class DecodingBody implements IncomingBody {
  /** The length that the head announced is that of the coded bytes. */
  readonly length: undefined = undefined;
  readonly #raw: IncomingBody;
  readonly #codings: readonly Coding[];
  readonly #codecs: Codecs;
  readonly #settings: DecodeSettings;
  #chain: DecodeChain | undefined;
  /** Raw bytes that were read but not decoded. */
  #input: Uint8Array = EMPTY;
  readonly #ready: Uint8Array[] = [];
  #ended = false;
  #failure: Error | undefined;

  constructor(raw: IncomingBody, codings: readonly Coding[], codecs: Codecs, settings: DecodeSettings) {
    this.#raw = raw;
    this.#codings = codings;
    this.#codecs = codecs;
    this.#settings = settings;
  }

  get received(): number {
    return this.#raw.received;
  }

  get trailers(): HeaderList | undefined {
    return this.#raw.trailers;
  }

  read(): MaybePromise<Uint8Array | null> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const chunk = this.#ready.shift();
    if (chunk !== undefined) return chunk;
    return this.#ended ? null : this.#readOn();
  }

  collect(limit: number): MaybePromise<Uint8Array> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const gathered = new ByteList();
    while (gathered.length <= SYNC_INPUT) {
      const chunk = this.#raw.read();
      if (chunk instanceof Promise) return this.#collectLater(gathered, chunk, limit);
      if (chunk === null) return this.#decodeWhole(gathered, limit);
      gathered.push(chunk);
    }
    this.#input = gathered.join();
    return this.#collectSteps(limit);
  }

  discard(limit: number): MaybePromise<void> {
    this.#ended = true;
    this.#ready.length = 0;
    this.#chain?.close();
    return this.#raw.discard(limit);
  }

  cancel(reason?: Error): void {
    if (!this.#ended) this.#failure ??= reason ?? new BodyError("The body was cancelled", { code: "BODY_CANCELLED" });
    this.#ready.length = 0;
    this.#chain?.close();
    this.#raw.cancel(reason);
  }

  onSettled(callback: (error: Error | undefined) => void): void {
    this.#raw.onSettled(callback);
  }

  /** Gathers a short body until its end, so that it can be decoded in one go. */
  async #collectLater(
    gathered: ByteList,
    pending: Promise<Uint8Array | null>,
    limit: number,
  ): Promise<Uint8Array> {
    for (let chunk = await pending; chunk !== null; chunk = await this.#raw.read()) {
      gathered.push(chunk);
      if (gathered.length <= SYNC_INPUT) continue;
      this.#input = gathered.join();
      return this.#collectSteps(limit);
    }
    return this.#decodeWhole(gathered, limit);
  }

  /** Decodes a body that has arrived: in one go if possible, else step by step, which also finds out what is wrong. */
  #decodeWhole(gathered: ByteList, limit: number): MaybePromise<Uint8Array> {
    let bytes: Uint8Array | undefined = gathered.join();
    if (bytes.length > 0 && bytes.length <= SYNC_INPUT) {
      // Below the floor of the ratio there is no ratio to test.
      const maxOutput = Math.min(limit, SYNC_OUTPUT, this.#settings.ratioFloor);
      try {
        for (const coding of this.#codings) {
          bytes = this.#codecs.decodeSync(actualCoding(coding, bytes), bytes, maxOutput);
          if (bytes === undefined) break;
        }
        if (bytes !== undefined) return this.#end(plainBytes(bytes));
      } catch {
        // Told below, with what could be decoded.
      }
    }
    this.#input = gathered.join();
    return this.#input.length === 0 ? this.#end(this.#input) : this.#collectSteps(limit);
  }

  #end(whole: Uint8Array): Uint8Array {
    this.#ended = true;
    return whole;
  }

  async #collectSteps(limit: number): Promise<Uint8Array> {
    const list = new ByteList();
    try {
      while (!this.#ended) for (const chunk of await this.#step(limit - list.length)) list.push(chunk);
    } catch (error) {
      throw this.#fail(explain(error, list, limit));
    }
    return list.join();
  }

  async #readOn(): Promise<Uint8Array | null> {
    try {
      while (!this.#ended && this.#ready.length === 0) this.#ready.push(...await this.#step(Infinity));
    } catch (error) {
      throw this.#fail(error);
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#ready.shift() ?? null;
  }

  /** Decodes one slice; at the end of the input, the rest. */
  async #step(room: number): Promise<Uint8Array[]> {
    const chain = this.#chain ??= new DecodeChain(this.#codings, this.#codecs, this.#settings);
    if (this.#input.length === 0) this.#input = await this.#raw.read() ?? EMPTY;
    if (this.#failure !== undefined) throw this.#failure;
    const slice = this.#input.subarray(0, SLICE);
    this.#input = this.#input.subarray(slice.length);
    if (slice.length > 0) return await chain.push(slice, room);
    const rest = await chain.finish(room);
    this.#ended = true;
    chain.close();
    return rest;
  }

  #fail(error: unknown): Error {
    this.cancel(error as Error);
    return this.#failure ??= error as Error;
  }
}

/** Adds to a failure what had been decoded before it. */
function explain(error: unknown, list: ByteList, limit: number): unknown {
  if (error instanceof BodyTooLargeError) {
    return new BodyTooLargeError(`Cannot hold the body in memory: it has more than ${limit} bytes (limits.body)`, {
      limit,
    });
  }
  if (!(error instanceof DecodeError)) return error;
  return new DecodeError(error.message, { cause: error.cause, partial: list.join() });
}
