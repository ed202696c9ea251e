/**
 * Owns the content codings of the web's `DecompressionStream` and `CompressionStream`.
 * Must not know which runtime has them.
 * Invariant: input goes in small pieces, so that what one of them brings stays bounded for
 * gzip and deflate (about 1000 : 1 at most); the count is taken after each piece.
 */

import type { CodecStream, Coding } from "../core/runtime.ts";
import type { RawCoding } from "./zlib_shape.ts";

/** Bytes fed at a time: at most some MiB come out of a piece. */
const PIECE = 2 * 1024;

/** Turns of the microtask queue without a chunk, after which no more is expected of a piece. */
const QUIET_TURNS = 16;

/** The names of the web for our codings. */
const WEB_NAMES: Readonly<Record<RawCoding, string>> = {
  gzip: "gzip",
  deflate: "deflate",
  "deflate-raw": "deflate-raw",
  br: "brotli",
  zstd: "zstd",
};

interface TransformPair {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

type TransformClass = new (format: string) => TransformPair;

function decompression(coding: RawCoding): TransformPair {
  return new (globalThis.DecompressionStream as unknown as TransformClass)(WEB_NAMES[coding]);
}

function compression(coding: Coding): TransformPair {
  return new (globalThis.CompressionStream as unknown as TransformClass)(WEB_NAMES[coding]);
}

/** Which of `codings` the platform can undo or apply. */
export function webCodings(direction: "decode" | "encode", codings: readonly Coding[]): Coding[] {
  return codings.filter((coding) => {
    try {
      const { writable } = direction === "decode" ? decompression(coding) : compression(coding);
      writable.abort().catch(() => {});
      return true;
    } catch {
      return false;
    }
  });
}

/** One transform of the web as a step. */
class WebCodec implements CodecStream {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #reading: Promise<void>;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #count = 0;
  #closed = false;

  constructor({ readable, writable }: TransformPair) {
    this.#writer = writable.getWriter();
    this.#reader = readable.getReader();
    // Told by the step under way; unheard it would end the process.
    this.#writer.closed.catch(() => {});
    this.#reading = this.#readAll();
    this.#reading.catch(() => {});
  }

  async push(bytes: Uint8Array, maxOutput: number = Infinity): Promise<readonly Uint8Array[]> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      this.#refuseClosed();
      await this.#writer.write(bytes.slice(at, at + PIECE));
      await this.#quiet();
      this.#check(maxOutput);
    }
    return this.#take();
  }

  async finish(maxOutput: number = Infinity): Promise<readonly Uint8Array[]> {
    this.#refuseClosed();
    await this.#writer.close();
    await this.#reading;
    this.#check(maxOutput);
    return this.#take();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#chunks = [];
    this.#writer.abort().catch(() => {});
    this.#reader.cancel().catch(() => {});
  }

  async #readAll(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.#count++;
      this.#chunks.push(value);
      this.#length += value.length;
    }
  }

  /**
   * The web does not tell when all of a piece has come out: waits until nothing more comes. A
   * platform that works in another thread hands it out with a later piece, at the latest at the end.
   */
  async #quiet(): Promise<void> {
    let seen = this.#count;
    for (let turn = 0; turn < QUIET_TURNS; turn++) {
      await undefined;
      if (this.#count !== seen) turn = 0;
      seen = this.#count;
    }
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error("The codec was closed");
  }

  #check(maxOutput: number): void {
    if (this.#length <= maxOutput) return;
    this.close();
    throw new RangeError(`Too much came out: more than ${maxOutput} bytes`);
  }

  #take(): readonly Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#length = 0;
    return chunks;
  }
}

/** Undoes `coding` chunk by chunk. */
export function webDecoder(coding: RawCoding): CodecStream {
  return new WebCodec(decompression(coding));
}

/** Applies `coding` chunk by chunk. */
export function webEncoder(coding: Coding): CodecStream {
  return new WebCodec(compression(coding));
}
