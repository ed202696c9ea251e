/**
 * Owns the iteration over an incoming body, by hand: an async generator costs microseconds per chunk.
 * Must not know what the items are; a machine makes them of bytes.
 * Invariants: items come in order, also when `next` is called ahead; an iteration that ends early
 * cancels the body, once.
 */

import type { Explain } from "./body_stream.ts";
import type { IncomingBody, MaybePromise } from "./body.ts";

/** Makes items of the bytes it is fed; knows no promise. */
export interface BodyMachine<Item> {
  /** Adds the items that `bytes` complete. */
  push(bytes: Uint8Array, items: Item[]): void;
  /** Adds what is left at the end. */
  end(items: Item[]): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** One pass over a body. */
export class BodyIterator<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #body: IncomingBody;
  readonly #machine: BodyMachine<Item>;
  readonly #explain: Explain;
  #items: Item[] = [];
  #at = 0;
  /** The body has no more, or nobody wants it. */
  #ended = false;
  #stopped = false;
  #failure: { readonly error: unknown } | undefined;
  #pending: Promise<unknown> | undefined;
  #waiting = 0;

  constructor(body: IncomingBody, machine: BodyMachine<Item>, explain: Explain) {
    this.#body = body;
    this.#machine = machine;
    this.#explain = explain;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next item, without a further wait when it has arrived. */
  next(): Promise<IteratorResult<Item, undefined>> {
    const step = this.#pending ? this.#pending.then(this.#step, this.#step) : this.#attempt();
    if (!(step instanceof Promise)) return Promise.resolve(step);
    this.#waiting++;
    return this.#pending = step.then(this.#succeeded, this.#failed);
  }

  /** Ends the pass early: what is left of the body is not read. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.#stop();
    return Promise.resolve(DONE);
  }

  readonly #step = (): MaybePromise<IteratorResult<Item, undefined>> => {
    for (;;) {
      if (this.#at < this.#items.length) return { done: false, value: this.#shift() };
      if (this.#failure) throw this.#failure.error;
      if (this.#ended) return DONE;
      const chunk = this.#body.read();
      if (chunk instanceof Promise) return chunk.then(this.#take);
      this.#feed(chunk);
    }
  };

  readonly #take = (chunk: Uint8Array | null): MaybePromise<IteratorResult<Item, undefined>> => {
    if (!this.#ended) this.#feed(chunk);
    return this.#step();
  };

  #attempt(): MaybePromise<IteratorResult<Item, undefined>> {
    try {
      return this.#step();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #shift(): Item {
    const item = this.#items[this.#at++]!;
    if (this.#at === this.#items.length) {
      this.#items = [];
      this.#at = 0;
    }
    return item;
  }

  #feed(chunk: Uint8Array | null): void {
    try {
      if (chunk !== null) return this.#machine.push(chunk, this.#items);
      this.#ended = true;
      this.#machine.end(this.#items);
    } catch (error) {
      // Items that were made before the fault come first.
      this.#failure = { error };
    }
  }

  readonly #succeeded = (result: IteratorResult<Item, undefined>): IteratorResult<Item, undefined> => {
    if (--this.#waiting === 0) this.#pending = undefined;
    return result;
  };

  readonly #failed = (error: unknown): IteratorResult<Item, undefined> => {
    if (--this.#waiting === 0) this.#pending = undefined;
    // A pass that was ended early has no ear for what its last read came to.
    if (this.#stopped) return DONE;
    this.#stop();
    throw this.#explain(error);
  };

  #stop(): void {
    this.#stopped = true;
    this.#failure = undefined;
    this.#items = [];
    this.#at = 0;
    if (this.#ended) return;
    this.#ended = true;
    this.#body.cancel();
  }
}
