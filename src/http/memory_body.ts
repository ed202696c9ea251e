/**
 * Owns a body that looks as if it came by the wire but is in memory: of answers made by layers,
 * caches and mocks.
 * Must not know who made it.
 * Invariant: it keeps the contract of `IncomingBody`, with nothing to wait for.
 */

import { BodyError, BodyTooLargeError } from "../errors.ts";
import type { IncomingBody } from "./body.ts";
import { HeaderList } from "./header_list.ts";

/** An incoming body of known bytes. */
export class MemoryBody implements IncomingBody {
  readonly length: number;
  readonly #trailers: HeaderList;
  #bytes: Uint8Array | null;
  #failure: Error | undefined;
  #ended = false;
  #settled: ((error: Error | undefined) => void)[] = [];

  constructor(bytes: Uint8Array, trailers: HeaderList = HeaderList.empty) {
    this.#bytes = bytes.length === 0 ? null : bytes;
    this.length = bytes.length;
    this.#trailers = trailers;
  }

  get received(): number {
    return this.length;
  }

  get trailers(): HeaderList | undefined {
    return this.#ended && !this.#failure ? this.#trailers : undefined;
  }

  collect(limit: number): Uint8Array {
    if (this.length > limit) {
      const error = new BodyTooLargeError(
        `Cannot read the body: it has ${this.length} bytes, expected at most ${limit} (see limits.body)`,
        { limit },
      );
      this.cancel(error);
      throw error;
    }
    const bytes = this.read() ?? new Uint8Array(0);
    this.read();
    return bytes;
  }

  read(): Uint8Array | null {
    if (this.#failure) throw this.#failure;
    const bytes = this.#bytes;
    this.#bytes = null;
    if (bytes === null) this.#settle();
    return bytes;
  }

  discard(): void {
    this.#bytes = null;
    this.#settle();
  }

  cancel(reason?: Error): void {
    if (this.#ended) return;
    this.#failure = reason ?? new BodyError("The body was cancelled");
    this.#bytes = null;
    this.#settle();
  }

  onSettled(callback: (error: Error | undefined) => void): void {
    if (this.#ended) callback(this.#failure);
    else this.#settled.push(callback);
  }

  #settle(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const callback of this.#settled) callback(this.#failure);
    this.#settled = [];
  }
}
