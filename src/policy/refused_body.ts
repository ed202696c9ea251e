/**
 * Owns a body on the wire that is not handed out.
 * Must not know why.
 * Invariant: it can be dropped like any other; whoever reads it gets the error, and the
 * connection closes.
 */

import type { IncomingBody, MaybePromise } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";

/** A body that fails when it is read. */
export class RefusedBody implements IncomingBody {
  readonly #raw: IncomingBody;
  readonly #makeError: () => Error;
  #error: Error | undefined;

  constructor(raw: IncomingBody, makeError: () => Error) {
    this.#raw = raw;
    this.#makeError = makeError;
  }

  get length(): number | undefined {
    return this.#raw.length;
  }

  get received(): number {
    return this.#raw.received;
  }

  get trailers(): HeaderList | undefined {
    return this.#raw.trailers;
  }

  collect(): Promise<Uint8Array> {
    return this.#refuse();
  }

  read(): Promise<null> {
    return this.#refuse();
  }

  discard(limit: number): MaybePromise<void> {
    return this.#raw.discard(limit);
  }

  cancel(reason?: Error): void {
    this.#raw.cancel(reason);
  }

  onSettled(callback: (error: Error | undefined) => void): void {
    this.#raw.onSettled(callback);
  }

  #refuse(): Promise<never> {
    this.#error ??= this.#makeError();
    this.#raw.cancel(this.#error);
    return Promise.reject(this.#error);
  }
}
