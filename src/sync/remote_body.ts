/**
 * Owns a body on the wire as the caller's thread sees it: the worker reads, this thread waits.
 * Must not know messages.
 * Invariant: it keeps the contract of `IncomingBody`, and never answers by a promise.
 */

import type { IncomingBody } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import { fieldsOf } from "./common_forms.ts";

/** What the worker tells after a step. */
export type BodyStep = readonly [
  chunks: readonly Uint8Array[] | null,
  received: number,
  trailers: readonly string[] | undefined,
];

/** Asks the worker for a step; blocks. */
export type AskBody = (step: "read" | "collect" | "discard" | "cancel", arg?: number) => unknown;

/** A body that the worker has. */
export class RemoteBody implements IncomingBody {
  readonly length: number | undefined;
  readonly #ask: AskBody;
  #chunks: readonly Uint8Array[] = [];
  #at = 0;
  #received = 0;
  #trailers: HeaderList | undefined;
  #over = false;
  #failure: Error | undefined;
  #settled: ((error: Error | undefined) => void)[] = [];

  /** A body of `length` bytes, if that is known. */
  constructor(ask: AskBody, length: number | undefined) {
    this.#ask = ask;
    this.length = length;
  }

  get received(): number {
    return this.#received;
  }

  get trailers(): HeaderList | undefined {
    return this.#trailers;
  }

  read(): Uint8Array | null {
    if (this.#at < this.#chunks.length) return this.#chunks[this.#at++]!;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#over) return null;
    const [chunks, received, trailers] = this.#step("read") as BodyStep;
    this.#received = received;
    if (chunks === null) {
      this.#trailers = fieldsOf(trailers ?? []);
      this.#end(undefined);
      return null;
    }
    this.#chunks = chunks;
    this.#at = 1;
    return chunks[0]!;
  }

  collect(limit: number): Uint8Array {
    if (this.#failure !== undefined) throw this.#failure;
    const [chunks, received, trailers] = this.#step("collect", limit) as BodyStep;
    this.#received = received;
    this.#trailers = fieldsOf(trailers ?? []);
    this.#end(undefined);
    return chunks![0]!;
  }

  discard(limit: number): void {
    if (this.#over) return;
    this.#chunks = [];
    this.#letGo("discard", limit);
    this.#end(undefined);
  }

  cancel(reason?: Error): void {
    if (this.#over) return;
    this.#chunks = [];
    this.#failure = reason;
    this.#letGo("cancel");
    this.#end(reason);
  }

  /** Ends the body from this side: `reason` is what a read meets from now on. */
  fail(reason: Error): void {
    if (this.#over) return;
    this.#chunks = [];
    this.#failure = reason;
    this.#end(reason);
  }

  onSettled(callback: (error: Error | undefined) => void): void {
    if (this.#over) callback(this.#failure);
    else this.#settled.push(callback);
  }

  /** A body whose worker or call is gone is let go already. */
  #letGo(step: "discard" | "cancel", arg?: number): void {
    try {
      this.#ask(step, arg);
    } catch { /* Whoever lets go does not want to know. */ }
  }

  #step(step: "read" | "collect", arg?: number): unknown {
    try {
      return this.#ask(step, arg);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error("The body failed", { cause: error });
      this.#letGo("cancel");
      this.#end(this.#failure);
      throw error;
    }
  }

  #end(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    for (const callback of this.#settled) callback(error);
    this.#settled = [];
  }
}
