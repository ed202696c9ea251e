/**
 * Owns the way of a request's body into a `fetch`.
 * Must not know limits; it tells when it waits for whom.
 * Invariants: the source is asked when the `fetch` asks; after `stop` nothing is asked, and the
 * source is free.
 */

import type { FetchTraits } from "../core/host_fetch.ts";
import { type JetstreamError, UnsupportedRuntimeError } from "../errors.ts";
import type { Body, BodyReader, OnProgress } from "../http/body.ts";
import { freeSource, sourceFailure, tellTaken } from "./upload_source.ts";

/** Bytes of a body that is gathered, where none is sent in parts. */
export const MOST_GATHERED: number = 64 * 1024 * 1024;

/** Bytes of a body of known length that is gathered anyway: as a stream it would go out without its length. */
export const MOST_AT_ONCE: number = 1024 * 1024;

/** Bytes of one step of progress. */
const SLICE_BYTES = 256 * 1024;

/** Who is told. */
export interface FetchUploadHost {
  /** The `fetch` is awaited (`true`), or the source (`false`). */
  waiting(forFetch: boolean): void;
  /** All of it was taken. */
  sent(): void;
}

/** One body on its way. */
export class FetchUpload {
  readonly #body: Body;
  readonly #progress: OnProgress | null;
  readonly #host: FetchUploadHost;
  #reader: BodyReader | undefined;
  #failure: JetstreamError | undefined;
  #rest: Uint8Array | undefined;
  #handed = 0;
  #stopped = false;

  constructor(body: Body, progress: OnProgress | null, host: FetchUploadHost) {
    this.#body = body;
    this.#progress = progress;
    this.#host = host;
  }

  /** Why the source failed, if it did. */
  get failure(): JetstreamError | undefined {
    return this.#failure;
  }

  /** What to give to the `fetch`. */
  async start(traits: FetchTraits): Promise<Uint8Array | ReadableStream<Uint8Array>> {
    const { bytes } = this.#body;
    if (bytes !== undefined && this.#progress === null) {
      this.#host.sent();
      return bytes;
    }
    try {
      this.#reader = this.#body.open();
    } catch (error) {
      throw this.#failed(error);
    }
    const { length } = this.#body;
    const small = length !== undefined && length <= MOST_AT_ONCE && this.#progress === null;
    if (traits.streamsUploads && !small) return this.#stream();
    const whole = await this.#gather();
    this.#host.sent();
    return whole;
  }

  /** Gives up what was not taken. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    freeSource(this.#reader);
    this.#reader = undefined;
  }

  #stream(): ReadableStream<Uint8Array> {
    this.#host.waiting(true);
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        this.#tell();
        this.#host.waiting(false);
        const chunk = await this.#next();
        if (chunk === null) {
          controller.close();
          if (!this.#stopped) this.#host.sent();
          return;
        }
        controller.enqueue(chunk);
        this.#handed += chunk.length;
        this.#host.waiting(true);
      },
      cancel: () => this.stop(),
    }, { highWaterMark: 0 });
  }

  async #next(): Promise<Uint8Array | null> {
    try {
      const chunk = this.#rest ?? await this.#reader?.read() ?? null;
      this.#rest = undefined;
      if (chunk === null || chunk.length <= SLICE_BYTES) return chunk;
      this.#rest = chunk.subarray(SLICE_BYTES);
      return chunk.slice(0, SLICE_BYTES);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #gather(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_GATHERED) {
        throw new UnsupportedRuntimeError(
          `Cannot send the body: this runtime sends none in parts, expected at most ${MOST_GATHERED} bytes`,
        );
      }
    }
    return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  }

  /** What was handed over before has been taken, since more is asked for. */
  #tell(): void {
    if (this.#progress === null || this.#handed === 0) return;
    tellTaken(this.#progress, this.#handed, this.#body);
  }

  #failed(error: unknown): JetstreamError {
    return this.#failure ??= sourceFailure(error, this.#body);
  }
}
