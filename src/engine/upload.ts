/**
 * Owns the sending of one request body: source, framing, back-pressure, progress.
 * Must not know responses, nor who limits it in time.
 * Invariants: the head and what of the body is there leave in one write if they are small; the
 * source is asked for no more than the socket takes; after `stop` nothing is asked or written.
 */

import type { Body, BodyReader, OnProgress } from "../http/body.ts";
import type { H1Codec } from "../protocol/h1/codec.ts";
import { joinParts } from "../protocol/h1/request_writer.ts";
import { freeSource, sourceFailure, tellTaken } from "./upload_source.ts";

/** Bytes up to which head and body are copied together: above, a second write costs less than the copy. */
export const JOIN_BYTES: number = 64 * 1024;

/** Bytes of one write of a larger body: what a socket takes at once, and one step of progress. */
export const SLICE_BYTES: number = 256 * 1024;

/** What an upload asks of its exchange. */
export interface UploadHost {
  /** Writes; `false` when `drained` will be called. */
  write(bytes: Uint8Array): boolean;
  /** Writes one after the other, at once. */
  writeAll(parts: readonly Uint8Array[]): boolean;
  /** The socket takes no more for now (`true`), or it took what waited (`false`). */
  blocked(yes: boolean): void;
  /** All of it was written. */
  finished(): void;
  /** The source failed, or did not keep what it promised. */
  failed(error: Error): void;
}

/** One request body under way. */
export class Upload {
  readonly #host: UploadHost;
  readonly #codec: H1Codec;
  readonly #body: Body;
  readonly #progress: OnProgress | null;
  #head: Uint8Array | undefined;
  #reader: BodyReader | undefined;
  #taken = 0;
  #stopped = false;
  #drained: (() => void) | undefined;

  /** `head` goes out with the first bytes, or at once if the body is held back. */
  constructor(host: UploadHost, codec: H1Codec, body: Body, head: Uint8Array, progress: OnProgress | null) {
    this.#host = host;
    this.#codec = codec;
    this.#body = body;
    this.#head = head;
    this.#progress = progress;
  }

  /** Sends the head alone; the body waits for `start`. */
  sendHead(): void {
    const head = this.#head!;
    this.#head = undefined;
    this.#host.write(head);
  }

  /** Sends the body. */
  start(): void {
    if (this.#stopped) return;
    this.#run().catch((error: unknown) => {
      if (this.#stopped) return;
      this.stop();
      this.#host.failed(sourceFailure(error, this.#body));
    });
  }

  /** A write that had returned `false` was taken. */
  drained(): void {
    const drained = this.#drained;
    this.#drained = undefined;
    drained?.();
  }

  /** Gives up: frees the source. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    freeSource(this.#reader);
    this.drained();
  }

  async #run(): Promise<void> {
    const { bytes } = this.#body;
    if (bytes === undefined) this.#reader = this.#body.open();
    else await this.#send(bytes);
    while (this.#reader !== undefined && !this.#stopped) {
      const next = this.#reader.read();
      if (next instanceof Promise && this.#head !== undefined) this.sendHead();
      const chunk = next instanceof Promise ? await next : next;
      if (this.#stopped) return;
      if (chunk === null) break;
      await this.#send(chunk);
    }
    if (this.#stopped) return;
    this.#reader = undefined;
    const trailers = this.#body.trailers?.();
    const end = this.#codec.sendEnd((trailers instanceof Promise ? await trailers : trailers)?.pairs);
    if (this.#head !== undefined) await this.#write([this.#head, end]);
    else if (end.length > 0) await this.#write([end]);
    if (this.#stopped) return;
    this.#stopped = true;
    this.#host.finished();
  }

  async #send(chunk: Uint8Array): Promise<void> {
    for (let from = 0; from < chunk.length && !this.#stopped; from += SLICE_BYTES) {
      const slice = chunk.length <= SLICE_BYTES ? chunk : chunk.subarray(from, from + SLICE_BYTES);
      const parts = this.#codec.sendData(slice);
      await this.#write(this.#head === undefined ? parts : [this.#head, ...parts]);
      if (this.#stopped) return;
      this.#taken += slice.length;
      if (this.#progress !== null) tellTaken(this.#progress, this.#taken, this.#body);
    }
  }

  #write(parts: readonly Uint8Array[]): Promise<void> | undefined {
    this.#head = undefined;
    let size = 0;
    for (const part of parts) size += part.length;
    const taken = size <= JOIN_BYTES ? this.#host.write(joinParts(parts)) : this.#host.writeAll(parts);
    if (taken || this.#stopped) return undefined;
    this.#host.blocked(true);
    return new Promise((resolve) => {
      this.#drained = () => {
        if (!this.#stopped) this.#host.blocked(false);
        resolve();
      };
    });
  }
}
