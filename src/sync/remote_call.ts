/**
 * Owns what layers and schemes of the caller see of a call that runs in the worker.
 * Must not know messages; it is given functions that ask.
 * Invariant: what may change is asked for anew each time; a signal tells how things stood, as
 * nothing can abort while this thread waits.
 */

import type { AuthContext } from "../core/auth.ts";
import type { CallView } from "../core/call_view.ts";
import type { HashName } from "../core/runtime.ts";
import type { AttemptRecord } from "../http/record.ts";
import type { ResponseHead } from "../http/response_head.ts";

/** A call as it crosses. */
export type RemoteCallParts = readonly [
  lent: number,
  id: number,
  startedAt: number,
  streamed: boolean,
  tag: string | undefined,
  signal: AbortSignal,
  attempts: () => readonly AttemptRecord[],
  history: () => readonly ResponseHead[],
  onSettled: (callback: () => void) => void,
];

/** A call in the worker. */
export class RemoteCall implements CallView {
  readonly #parts: RemoteCallParts;

  /** Takes what crossed. */
  constructor(parts: RemoteCallParts) {
    this.#parts = parts;
  }

  get id(): number {
    return this.#parts[1];
  }

  get startedAt(): number {
    return this.#parts[2];
  }

  get streamed(): boolean {
    return this.#parts[3];
  }

  get tag(): string | undefined {
    return this.#parts[4];
  }

  get signal(): AbortSignal {
    return this.#parts[5];
  }

  get attempts(): readonly AttemptRecord[] {
    return this.#parts[6]();
  }

  get history(): readonly ResponseHead[] {
    return this.#parts[7]();
  }

  onSettled(callback: () => void): void {
    this.#parts[8](callback);
  }
}

/** What a scheme may use, as it crosses. */
export type RemoteAuthParts = readonly [
  peer: string | undefined,
  target: string | undefined,
  signal: AbortSignal,
  hash: (name: HashName, data: Uint8Array) => Uint8Array,
  now: () => number,
  env: (name: string) => string | undefined,
];

/** What a scheme may use of the worker's runtime. */
export class RemoteAuthContext implements AuthContext {
  readonly #parts: RemoteAuthParts;

  /** Takes what crossed. */
  constructor(parts: RemoteAuthParts) {
    this.#parts = parts;
  }

  get peer(): string {
    return this.#parts[0]!;
  }

  get target(): string {
    return this.#parts[1]!;
  }

  get signal(): AbortSignal {
    return this.#parts[2];
  }

  hash(name: HashName, data: Uint8Array): Uint8Array {
    return this.#parts[3](name, data);
  }

  now(): number {
    return this.#parts[4]();
  }

  env(name: string): string | undefined {
    return this.#parts[5](name);
  }
}
