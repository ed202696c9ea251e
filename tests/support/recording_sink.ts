/**
 * Owns a sink that writes down what a socket delivers.
 * Must not know what is sent.
 * Invariant: after `error`, or a second `end`, every further event is kept as a breach of the contract.
 */

import type { SocketSink } from "../../src/core/socket.ts";
import type { JetstreamError } from "../../src/errors.ts";

/** Records one socket. */
export class RecordingSink implements SocketSink {
  /** Bytes of the buffers handed out. */
  readonly size: number;
  /** Every byte that came. */
  length = 0;
  /** Reads. */
  reads = 0;
  /** Calls of `drain`. */
  drains = 0;
  ended = false;
  failure: JetstreamError | undefined;
  /** Events that should not have come. */
  readonly breaches: string[] = [];
  /** Called for each read, before it is recorded. */
  onBytes: ((view: Uint8Array) => void) | undefined;
  /** Whether bytes are kept, or only counted. */
  keep = true;
  readonly #parts: Uint8Array[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(size: number = 16 * 1024) {
    this.size = size;
  }

  /** What came, as Latin-1 text. */
  get text(): string {
    let text = "";
    for (const part of this.#parts) for (const byte of part) text += String.fromCharCode(byte);
    return text;
  }

  buffer(): Uint8Array {
    return new Uint8Array(this.size);
  }

  bytes(view: Uint8Array): void {
    if (this.ended || this.failure) this.breaches.push(`${view.length} bytes after the end`);
    if (view.length === 0) this.breaches.push("a read of 0 bytes");
    this.reads++;
    this.length += view.length;
    if (this.keep) this.#parts.push(view.slice());
    this.onBytes?.(view);
    this.#stir();
  }

  end(): void {
    if (this.ended || this.failure) this.breaches.push("a second end");
    this.ended = true;
    this.#stir();
  }

  error(error: JetstreamError): void {
    if (this.failure) this.breaches.push("a second error");
    this.failure = error;
    this.#stir();
  }

  drain(): void {
    this.drains++;
    this.#stir();
  }

  /** Resolves when `done` says so, asked after each event. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #stir(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
