/**
 * Owns one transform of `node:zlib` as a step: bytes in, all that comes of them out.
 * Must not know which coding it is.
 * Invariant: once a step put out more than it may, the transform is destroyed, with at most
 * one chunk more in memory.
 */

import type { ZlibTransform } from "./zlib_shape.ts";

/** What a step brought. */
export interface StepResult {
  readonly chunks: readonly Uint8Array[];
  /** Bytes of the input that lie beyond the end of the coded data; `undefined` while that was not met. */
  readonly beyond: number | undefined;
}

interface Waiting {
  resolve(result: StepResult): void;
  reject(error: Error): void;
}

/** One transform. */
export class ZlibStep {
  readonly #transform: ZlibTransform;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #maxOutput = Infinity;
  #fed = 0;
  #waiting: Waiting | undefined;
  #ended = false;
  #failure: Error | undefined;

  constructor(transform: ZlibTransform) {
    this.#transform = transform;
    transform.on("data", (bytes) => this.#took(bytes));
    transform.on("end", () => {
      this.#ended = true;
      this.#settle();
    });
    transform.on("error", (error) => this.#fail(error));
  }

  /** Feeds bytes. Rejects with the error of zlib, or with a `RangeError` beyond `maxOutput` bytes. */
  push(bytes: Uint8Array, maxOutput: number): Promise<StepResult> {
    this.#fed += bytes.length;
    return this.#step(maxOutput, () => this.#transform.write(bytes, () => this.#settle()));
  }

  /** Ends the input. */
  finish(maxOutput: number): Promise<StepResult> {
    return this.#step(maxOutput, () => this.#transform.end());
  }

  /** Frees the transform; a step under way fails. */
  close(): void {
    this.#fail(new Error("The codec was closed"));
  }

  #step(maxOutput: number, act: () => void): Promise<StepResult> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#maxOutput = maxOutput;
      this.#waiting = { resolve, reject };
      act();
    });
  }

  #took(bytes: Uint8Array): void {
    if (this.#failure) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    if (this.#length <= this.#maxOutput) return;
    this.#fail(new RangeError(`Too much came out: more than ${this.#maxOutput} bytes`));
  }

  #settle(): void {
    const waiting = this.#waiting;
    if (!waiting || this.#failure) return;
    this.#waiting = undefined;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#length = 0;
    waiting.resolve({ chunks, beyond: this.#ended ? this.#fed - this.#transform.bytesWritten : undefined });
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#chunks = [];
    this.#transform.destroy();
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
