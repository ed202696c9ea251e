/**
 * Owns the recognition of what can be sent as it is, alone or as a part of a form.
 * Must not know options, multipart, nor how the kinds are read.
 * Invariant: values are told apart by what they can do, so that files of a runtime and
 * values of another realm are taken without naming any runtime.
 */

import type { Body, MaybePromise } from "../body.ts";
import {
  BlobBody,
  type BlobLike,
  BytesBody,
  type ByteSource,
  ChunksBody,
  FactoryBody,
  OnceBody,
  SourceBody,
} from "./kinds.ts";
import { formBody } from "./form_body.ts";
import { IteratorReader, StreamReader, typeName } from "./readers.ts";

/** An open file of a runtime: a stream, and its size on request. */
export interface FileLike {
  /** The bytes from the current place to the end. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Facts of the file, at once. */
  statSync?(): { readonly size: number; readonly isFile: boolean };
  /** Moves the place, or tells it with an offset of 0 from whence 1. */
  seekSync?(offset: number, whence: number): number;
}

/** What can be sent as it is. Chunks are bytes, or text that is sent as UTF-8. */
export type Source =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | URLSearchParams
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>
  | ByteSource
  | FileLike
  | Body;

const encoder = new TextEncoder();

/** Makes a body of `input`; throws `TypeError` that names `what` cannot be sent, and its type. */
export function sourceBody(input: Source | (() => Source | Promise<Source>), what = "the body"): Body {
  if (typeof input === "string") return new BytesBody(encoder.encode(input), "text/plain;charset=UTF-8", "a string");
  if (input instanceof Uint8Array) return new BytesBody(input, null, "bytes");
  if (typeof input === "function") return factoryBody(input, (made) => sourceBody(made, what));
  if (typeof input !== "object" || input === null) throw unknownSource(input, what);
  if (isBody(input)) return input;
  const binary = bytesOf(input);
  if (binary !== undefined) return new BytesBody(binary, null, "bytes");
  if (isBlob(input)) return new BlobBody(input);
  if (input instanceof URLSearchParams) return formBody(input);
  if (isStream(input)) return streamBody(input, what);
  if (isByteSource(input)) return new SourceBody(input);
  // Before iterables: an open file of a runtime may be both, and only this one tells its size.
  if (isFile(input)) return fileBody(input);
  if (Array.isArray(input)) return new ChunksBody(input);
  if (Symbol.asyncIterator in input) {
    const source = input as AsyncIterable<unknown>;
    return new OnceBody("an async iterable", () => new IteratorReader(source[Symbol.asyncIterator]()));
  }
  if (Symbol.iterator in input) {
    const source = input as Iterable<unknown>;
    return new OnceBody("an iterable", () => new IteratorReader(source[Symbol.iterator]()));
  }
  throw unknownSource(input, what);
}

/** A body that calls `make` for each attempt and recognises what it returns by `recognize`. */
export function factoryBody<Made>(make: () => MaybePromise<Made>, recognize: (made: Made) => Body): Body {
  return new FactoryBody(() => {
    const made = make();
    return made instanceof Promise ? made.then(recognize) : recognize(made);
  });
}

/** The bytes of a buffer or of any view on one, without a copy; `undefined` for anything else. */
export function bytesOf(input: object): Uint8Array | undefined {
  if (input instanceof Uint8Array) return input;
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  const tag = Object.prototype.toString.call(input);
  if (tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]") {
    return new Uint8Array(input as ArrayBuffer);
  }
  return undefined;
}

/** Whether `input` is a `Blob`, a `File`, or a runtime's file that looks like one. */
export function isBlob(input: object): input is BlobLike {
  const blob = input as Partial<BlobLike>;
  return typeof blob.stream === "function" && typeof blob.size === "number" && typeof blob.type === "string";
}

/** Whether `input` is opened by `open` and read until its end, such as a file by path. */
export function isByteSource(input: object): input is ByteSource {
  return typeof (input as Partial<ByteSource>).open === "function" && "size" in input;
}

function isBody(input: object): input is Body {
  const body = input as Partial<Body>;
  return typeof body.open === "function" && typeof body.replayable === "boolean";
}

function isStream(input: object): input is ReadableStream<unknown> {
  return typeof (input as Partial<ReadableStream>).getReader === "function";
}

function isFile(input: object): input is FileLike {
  const { readable } = input as Partial<FileLike>;
  return typeof readable === "object" && readable !== null && isStream(readable);
}

function streamBody(stream: ReadableStream<unknown>, what: string): Body {
  if (stream.locked) {
    throw new TypeError(`Cannot send ${what}: the ReadableStream is locked, expected one that nobody reads`);
  }
  return new OnceBody("a ReadableStream", () => new StreamReader(stream));
}

/** Seek from the current place: the one number that Deno, POSIX and C agree upon. */
const FROM_CURRENT = 1;

function fileBody(file: FileLike): Body {
  const facts = file.statSync?.();
  const length = facts?.isFile && file.seekSync ? Math.max(0, facts.size - file.seekSync(0, FROM_CURRENT)) : undefined;
  return new OnceBody("an open file", () => new StreamReader(file.readable), length);
}

function unknownSource(input: unknown, what: string): TypeError {
  return new TypeError(
    `Cannot send ${what}: it is ${
      typeName(input)
    }, expected a string, bytes, Blob, stream, iterable, file or function ` +
      "(objects go out by json or form)",
  );
}
