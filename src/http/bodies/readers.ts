/**
 * Owns the passes over the kinds of source: one chunk, streams, iterators, opened files.
 * Must not know lengths, media types, nor whether a source can be read again.
 * Invariants: a reader never hands out an empty chunk (chunked framing would end there), and
 * no async generator stands between the source and the socket.
 */

import type { BodyReader, MaybePromise } from "../body.ts";

const encoder = new TextEncoder();

/** What is wrong with a chunk, or the chunk as bytes. */
export function chunkBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === "string") return encoder.encode(chunk);
  throw new TypeError(`Cannot send the body: a chunk is ${typeName(chunk)}, expected a Uint8Array or string`);
}

/** The type of a value for error messages: `null`, `a number`, `a Float64Array`. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return typeof value === "function" ? "a function" : `a ${typeof value}`;
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
  if (typeof name !== "string" || name === "") return "an object";
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

/** Lets a failure of clean-up pass: there is nobody left to tell. */
function ignore(): void {}

/** One pass over bytes in memory. */
export class BytesReader implements BodyReader {
  #bytes: Uint8Array | null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.length === 0 ? null : bytes;
  }

  read(): Uint8Array | null {
    const bytes = this.#bytes;
    this.#bytes = null;
    return bytes;
  }

  cancel(): void {
    this.#bytes = null;
  }
}

/** One pass over a web stream. */
export class StreamReader implements BodyReader {
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  #done = false;
  readonly #take = (result: ReadableStreamReadResult<unknown>): MaybePromise<Uint8Array | null> => {
    if (result.done || this.#done) {
      this.#done = true;
      return null;
    }
    const bytes = chunkBytes(result.value);
    return bytes.length === 0 ? this.read() : bytes;
  };

  constructor(stream: ReadableStream<unknown>) {
    this.#reader = stream.getReader();
  }

  read(): MaybePromise<Uint8Array | null> {
    return this.#done ? null : this.#reader.read().then(this.#take);
  }

  cancel(reason?: unknown): void {
    if (this.#done) return;
    this.#done = true;
    this.#reader.cancel(reason).catch(ignore);
  }
}

interface Steps {
  next(): MaybePromise<IteratorResult<unknown>>;
  return?(value?: unknown): unknown;
}

/** One pass over an iterator, synchronous or not; synchronous ones are read without a promise. */
export class IteratorReader implements BodyReader {
  readonly #steps: Steps;
  #done = false;
  readonly #take = (result: IteratorResult<unknown>): MaybePromise<Uint8Array | null> => {
    if (this.#done) return null;
    if (result.done) {
      this.#done = true;
      return null;
    }
    const bytes = chunkBytes(result.value);
    return bytes.length === 0 ? this.read() : bytes;
  };

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  read(): MaybePromise<Uint8Array | null> {
    // A loop, so that many empty chunks do not deepen the stack.
    while (!this.#done) {
      const result = this.#steps.next();
      if ("then" in result) return Promise.resolve(result).then(this.#take);
      if (result.done) this.#done = true;
      else {
        const bytes = chunkBytes(result.value);
        if (bytes.length > 0) return bytes;
      }
    }
    return null;
  }

  cancel(): void {
    if (this.#done) return;
    this.#done = true;
    try {
      const ended = this.#steps.return?.();
      if (ended instanceof Promise) ended.catch(ignore);
    } catch {
      // The source failed while it was given up.
    }
  }
}

/** Bytes that are read and closed, such as an opened file. */
export interface OpenSource {
  /** The next bytes, `null` at the end. The view belongs to the caller. */
  read(): MaybePromise<Uint8Array | null>;
  /** Frees the source; idempotent. */
  close(): void;
}

/** One pass over a source that is still being opened: a file, or what a function returned. */
export class OpeningReader implements BodyReader {
  #reader: BodyReader | undefined;
  #opening: Promise<BodyReader> | undefined;
  #cancelled = false;

  constructor(opening: Promise<BodyReader>) {
    this.#opening = opening;
    opening.then((reader) => {
      this.#reader = reader;
      this.#opening = undefined;
      if (this.#cancelled) reader.cancel();
    }, ignore);
  }

  read(): MaybePromise<Uint8Array | null> {
    if (this.#cancelled) return null;
    if (this.#reader) return this.#reader.read();
    return this.#opening!.then((reader) => this.#cancelled ? null : reader.read());
  }

  cancel(reason?: unknown): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#reader?.cancel(reason);
  }
}

/** One pass over an open source; closes it at the end. */
export class SourceReader implements BodyReader {
  readonly #source: OpenSource;
  #done = false;
  readonly #take = (chunk: Uint8Array | null): MaybePromise<Uint8Array | null> => {
    if (this.#done) return null;
    if (chunk === null) {
      this.cancel();
      return null;
    }
    const bytes = chunkBytes(chunk);
    return bytes.length === 0 ? this.read() : bytes;
  };

  constructor(source: OpenSource) {
    this.#source = source;
  }

  read(): MaybePromise<Uint8Array | null> {
    if (this.#done) return null;
    const chunk = this.#source.read();
    return chunk instanceof Promise ? chunk.then(this.#take) : this.#take(chunk);
  }

  cancel(): void {
    if (this.#done) return;
    this.#done = true;
    this.#source.close();
  }
}
