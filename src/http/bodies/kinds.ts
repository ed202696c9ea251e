/**
 * Owns the kinds of body: in memory, behind a blob, a source, a function, or readable once.
 * Must not know how a kind is recognised (`body_of.ts`).
 * Invariant: a body that says `replayable` gives the same bytes at each `open`; one that does
 * not refuses the second `open` and says what would make it replayable.
 */

import { BodyUsedError } from "../../errors.ts";
import type { Body, BodyReader, MaybePromise } from "../body.ts";
import {
  BytesReader,
  chunkBytes,
  IteratorReader,
  OpeningReader,
  type OpenSource,
  SourceReader,
  StreamReader,
  typeName,
} from "./readers.ts";

/** A body in memory. */
export class BytesBody implements Body {
  readonly bytes: Uint8Array;
  readonly contentType: string | null;
  readonly kind: string;
  readonly replayable = true;

  constructor(bytes: Uint8Array, contentType: string | null, kind: string) {
    this.bytes = bytes;
    this.contentType = contentType;
    this.kind = kind;
  }

  get length(): number {
    return this.bytes.length;
  }

  open(): BodyReader {
    return new BytesReader(this.bytes);
  }
}

/** A list of chunks, taken as it is when the body is made. */
export class ChunksBody implements Body {
  readonly contentType: string | null = null;
  readonly kind = "an array of chunks";
  readonly replayable = true;
  readonly length: number;
  readonly bytes = undefined;
  readonly #chunks: readonly Uint8Array[];

  constructor(chunks: readonly unknown[]) {
    this.#chunks = chunks.map(chunkBytes);
    this.length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  open(): BodyReader {
    return new IteratorReader(this.#chunks[Symbol.iterator]());
  }
}

/** The part of `Blob` that is used; `File` and `Bun.file` have it too. */
export interface BlobLike {
  readonly size: number;
  readonly type: string;
  stream(): ReadableStream<Uint8Array>;
}

/** A blob, or a file that looks like one. */
export class BlobBody implements Body {
  readonly contentType: string | null;
  readonly kind: string;
  readonly length: number | undefined;
  readonly replayable: boolean;
  readonly bytes = undefined;
  readonly #blob: BlobLike;
  #opened = false;

  constructor(blob: BlobLike) {
    this.#blob = blob;
    this.contentType = blob.type === "" ? null : blob.type;
    this.kind = typeName(blob);
    // A pipe that poses as a file has no end that could be known, and can be read once.
    this.replayable = Number.isFinite(blob.size);
    this.length = this.replayable ? blob.size : undefined;
  }

  open(): BodyReader {
    if (this.#opened && !this.replayable) throw usedError(this.kind);
    this.#opened = true;
    return new StreamReader(this.#blob.stream());
  }
}

/** Bytes that can be opened again and again, such as a file on disk. */
export interface ByteSource {
  /** Size in bytes; `undefined` when unknown. */
  readonly size: number | undefined;
  /** File name, without a path; for multipart. */
  readonly name?: string | undefined;
  /** Media type. */
  readonly type?: string | undefined;
  /** Opens it at the start. */
  open(): MaybePromise<OpenSource>;
}

/** A source that is opened for each pass. */
export class SourceBody implements Body {
  readonly contentType: string | null;
  readonly kind = "a file";
  readonly length: number | undefined;
  readonly replayable = true;
  readonly bytes = undefined;
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
    this.contentType = source.type ?? null;
    this.length = source.size;
  }

  open(): BodyReader {
    const opened = this.#source.open();
    return opened instanceof Promise
      ? new OpeningReader(opened.then((source) => new SourceReader(source)))
      : new SourceReader(opened);
  }
}

/** A body whose source can be read once: a stream, a generator, an open file. */
export class OnceBody implements Body {
  readonly contentType: string | null = null;
  readonly kind: string;
  readonly length: number | undefined;
  readonly replayable = false;
  readonly bytes = undefined;
  #start: (() => BodyReader) | undefined;

  constructor(kind: string, start: () => BodyReader, length?: number) {
    this.kind = kind;
    this.length = length;
    this.#start = start;
  }

  open(): BodyReader {
    const start = this.#start;
    if (start === undefined) throw usedError(this.kind);
    this.#start = undefined;
    return start();
  }
}

/** A function that makes the body anew for each attempt. */
export class FactoryBody implements Body {
  readonly contentType: string | null = null;
  readonly kind = "a function";
  readonly length = undefined;
  readonly replayable = true;
  readonly bytes = undefined;
  readonly #make: () => MaybePromise<Body>;

  constructor(make: () => MaybePromise<Body>) {
    this.#make = make;
  }

  open(): BodyReader {
    const made = this.#make();
    return made instanceof Promise ? new OpeningReader(made.then((body) => body.open())) : made.open();
  }
}

function usedError(kind: string): BodyUsedError {
  return new BodyUsedError(
    `Cannot send the body again: ${kind} can be read once, ` +
      "pass a function that returns a new one to make the body replayable",
    { phase: "write", progress: "unsent" },
  );
}
