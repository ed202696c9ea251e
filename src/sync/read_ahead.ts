/**
 * Owns the reading of a body for a caller that asks for one step at a time.
 * Must not know how the steps cross.
 * Invariants: at most one read is ahead of what the caller asked for; what has arrived goes
 * together, up to a bound; a failure met ahead is told when its place comes.
 */

import type { IncomingBody, MaybePromise } from "../http/body.ts";

/** Bytes handed over at a time: fewer turns between the threads, and still little memory. */
const STEP_BYTES = 256 * 1024;

/** What a caller may ask for. */
export type BodyAction = "read" | "collect" | "discard" | "cancel";

/** One body. */
export class ReadAhead {
  readonly #body: IncomingBody;
  #next: Promise<Uint8Array | null> | undefined;

  /** Reads `body`. */
  constructor(body: IncomingBody) {
    this.#body = body;
  }

  /** Does a step; the chunks it gave, `null` at the end. */
  async step(step: BodyAction, arg: number): Promise<Uint8Array[] | null> {
    switch (step) {
      case "read":
        return await this.#read();
      case "collect":
        return [await this.#body.collect(arg)];
      case "discard":
        await this.#body.discard(arg);
        return null;
      case "cancel":
        this.#body.cancel();
        return null;
    }
  }

  async #read(): Promise<Uint8Array[] | null> {
    const first = await (this.#next ?? this.#body.read());
    this.#next = undefined;
    if (first === null) return null;
    const chunks = [first];
    for (let length = first.length; length < STEP_BYTES;) {
      const chunk = this.#readMore();
      if (chunk instanceof Promise) {
        this.#next = chunk;
        break;
      }
      if (chunk === null) {
        this.#next = Promise.resolve(null);
        break;
      }
      chunks.push(chunk);
      length += chunk.length;
    }
    return chunks;
  }

  #readMore(): MaybePromise<Uint8Array | null> {
    try {
      const chunk = this.#body.read();
      if (chunk instanceof Promise) chunk.catch(() => {});
      return chunk;
    } catch (error) {
      const failed = Promise.reject(error);
      failed.catch(() => {});
      return failed;
    }
  }
}
