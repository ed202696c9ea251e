/**
 * Owns a body on the wire that arrives in the parts a test gives, on a clock that is told.
 * Must not know layers. It keeps the contract of `IncomingBody`: one consumer, one mode, settled once.
 */

import type { Clock } from "../../src/base/clock.ts";
import { BodyError, BodyTooLargeError, BodyUsedError } from "../../src/errors.ts";
import type { IncomingBody, MaybePromise } from "../../src/http/body.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { encode } from "./bodies.ts";

/** A part of a body: bytes, milliseconds until the next part, a failure, or `stall` for no part ever. */
export type Part = string | Uint8Array | number | Error | "stall";

/** A body that arrives in parts. */
export class LiveBody implements IncomingBody {
  readonly length: number | undefined;
  received = 0;
  trailers: HeaderList | undefined;
  /** What was asked of it, in order, such as `read`, `collect`, `discard 65536`, `cancel`. */
  readonly log: string[] = [];
  /** How it ended; `undefined` while it has not. */
  ended: "whole" | "discarded" | "cancelled" | "failed" | undefined;
  /** Why it was cancelled or failed. */
  error: Error | undefined;
  readonly #parts: Part[];
  readonly #clock: Clock;
  #mode: "open" | "read" | "collect" | "discard" = "open";
  #callbacks: ((error: Error | undefined) => void)[] = [];
  #abort: ((error: Error) => void) | undefined;

  constructor(parts: readonly Part[], clock: Clock, announced = false) {
    this.#parts = parts.map((part) => typeof part === "string" && part !== "stall" ? encode(part) : part);
    this.#clock = clock;
    let length = 0;
    for (const part of this.#parts) if (part instanceof Uint8Array) length += part.length;
    this.length = announced ? length : undefined;
  }

  collect(limit: number): MaybePromise<Uint8Array> {
    this.log.push("collect");
    this.#enter("collect");
    if (this.length !== undefined && this.length > limit) return Promise.reject(this.#tooLarge(limit));
    const chunks: Uint8Array[] = [];
    let total = 0;
    const take = (): MaybePromise<Uint8Array> => {
      for (;;) {
        const chunk = this.#next();
        if (chunk instanceof Promise) return chunk.then((bytes) => add(bytes) ?? take());
        const whole = add(chunk);
        if (whole) return whole;
      }
    };
    const add = (chunk: Uint8Array | null): Uint8Array | undefined => {
      if (chunk === null) return join(chunks);
      total += chunk.length;
      if (total > limit) throw this.#tooLarge(limit);
      chunks.push(chunk);
      return undefined;
    };
    try {
      return take();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  read(): MaybePromise<Uint8Array | null> {
    this.log.push("read");
    this.#enter("read");
    try {
      return this.#next();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  discard(limit: number): MaybePromise<void> {
    this.log.push(`discard ${limit}`);
    if (this.ended !== undefined) return;
    this.#mode = "discard";
    const start = this.received;
    const over = (): boolean => {
      if (this.received - start > limit) this.cancel();
      return this.ended !== undefined;
    };
    const take = (): MaybePromise<void> => {
      for (;;) {
        const chunk = this.#next();
        if (chunk instanceof Promise) return chunk.then(() => over() ? undefined : take());
        if (over()) return;
      }
    };
    try {
      const done = take();
      return done instanceof Promise ? done.catch(() => {}) : undefined;
    } catch {
      return;
    }
  }

  cancel(reason: Error = new BodyError("cancelled")): void {
    this.log.push("cancel");
    if (this.ended === undefined) this.#end("cancelled", reason);
  }

  /** Fails as a broken connection would. */
  fail(error: Error): void {
    if (this.ended === undefined) this.#end("failed", error);
  }

  onSettled(callback: (error: Error | undefined) => void): void {
    if (this.ended !== undefined) callback(this.error);
    else this.#callbacks.push(callback);
  }

  #next(): MaybePromise<Uint8Array | null> {
    if (this.error !== undefined) throw this.error;
    const part = this.#parts.shift();
    if (part === undefined) {
      this.trailers = HeaderList.empty;
      this.#end(this.#mode === "discard" ? "discarded" : "whole", undefined);
      return null;
    }
    if (part instanceof Error) {
      this.#end("failed", part);
      throw part;
    }
    if (part === "stall" || typeof part === "number") return this.#wait(part).then(() => this.#next());
    this.received += (part as Uint8Array).length;
    return part as Uint8Array;
  }

  #wait(part: "stall" | number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = part === "stall" ? () => {} : this.#clock.schedule(resolve, part, true);
      this.#abort = (error) => {
        stop();
        reject(error);
      };
    });
  }

  #end(how: "whole" | "discarded" | "cancelled" | "failed", error: Error | undefined): void {
    if (this.ended !== undefined) return;
    this.ended = how;
    this.error = error;
    if (error) this.#abort?.(error);
    for (const callback of this.#callbacks) callback(error);
    this.#callbacks = [];
  }

  #enter(mode: "read" | "collect"): void {
    if (this.#mode === "open") this.#mode = mode;
    else if (this.#mode !== "read" || mode !== "read") {
      if (this.error === undefined) throw new BodyUsedError(`Cannot ${mode} the body: it was ${this.#mode} before`);
    }
  }

  #tooLarge(limit: number): BodyTooLargeError {
    const error = new BodyTooLargeError(`Too large for ${limit}`, { limit });
    this.#end("cancelled", error);
    return error;
  }
}

/** Chunks as one. */
export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
