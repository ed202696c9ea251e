/**
 * Owns the way of a request's body into a `fetch`.
 * Must not know limits; it tells when it waits for whom.
 * Invariants: the source is asked when the `fetch` asks; after `stop` nothing is asked, and the
 * source is free.
 */

import type { FetchTraits } from "../core/host_fetch.ts";
import { type JetstreamError, UnsupportedRuntimeError } from "../errors.ts";
import type { Body, BodyReader, OnProgress } from "../http/body.ts";
import { checkEnd, checkLength, freeSource, sourceFailure, tellTaken } from "./upload_source.ts";

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
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #rest: Uint8Array | undefined;
  #read = 0;
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

  /** Gives up what was not taken; whoever reads it is told, and does not take a part for the whole. */
  stop(reason?: Error): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#controller?.error(reason ?? new Error("The upload was given up: the response had come to its end"));
    this.#controller = undefined;
    freeSource(this.#reader);
    this.#reader = undefined;
  }

  #stream(): ReadableStream<Uint8Array> {
    this.#host.waiting(true);
    return new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      pull: async (controller) => {
        this.#tell();
        this.#host.waiting(false);
        const chunk = await this.#next();
        if (this.#stopped) return;
        if (chunk === null) {
          this.#controller = undefined;
          controller.close();
          this.#host.sent();
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
      const chunk = this.#rest ?? await this.#fresh();
      this.#rest = undefined;
      if (chunk === null || chunk.length <= SLICE_BYTES) return chunk;
      this.#rest = chunk.subarray(SLICE_BYTES);
      return chunk.slice(0, SLICE_BYTES);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** What the source gives next, held to the length that it announced. */
  async #fresh(): Promise<Uint8Array | null> {
    const chunk = await this.#reader?.read() ?? null;
    if (this.#stopped) return null;
    if (chunk === null) checkEnd(this.#read, this.#body);
    else {
      checkLength(this.#read, chunk.length, this.#body);
      this.#read += chunk.length;
    }
    return chunk;
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
