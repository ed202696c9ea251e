/**
 * Owns the contracts of a body on its way out and on its way in.
 * Must not know sockets, codecs, nor how a body of a certain kind is made.
 * Invariants: whether a body can be sent twice is one property, `replayable`, known before
 * the first attempt; a chunk handed out belongs to who asked for it.
 */

import type { HeaderList } from "./header_list.ts";

/** A value now, or a promise of it: lets what is already there be taken without a turn of the loop. */
export type MaybePromise<T> = T | Promise<T>;

/** A body to send. */
export interface Body {
  /** Media type that the body brings along; `null` if none. */
  readonly contentType: string | null;
  /** Length in bytes; `undefined` when unknown (then it goes out chunked). */
  readonly length: number | undefined;
  /** Whether `open` may be called again and yields the same bytes. */
  readonly replayable: boolean;
  /** What the body is, for the error that says why it cannot be sent again, such as `a ReadableStream`. */
  readonly kind: string;
  /** The whole body, when it is in memory. */
  readonly bytes: Uint8Array | undefined;
  /** Starts a pass over the body. Throws `BodyUsedError` when it was opened and is not replayable. */
  open(): BodyReader;
  /** Trailer fields to send behind a chunked body; asked after its end. */
  readonly trailers?: (() => MaybePromise<HeaderList>) | undefined;
}

/** One pass over a body to send. */
export interface BodyReader {
  /** The next chunk, or `null` at the end. */
  read(): MaybePromise<Uint8Array | null>;
  /** Gives up early and frees the source; idempotent. */
  cancel(reason?: unknown): void;
}

/** Told of a whole body, where a promise would cost too much; one of the two, once. */
export interface Collector {
  /** All bytes are there. */
  resolve(bytes: Uint8Array): void;
  /** They will not come. */
  reject(error: unknown): void;
}

/**
 * A body on the wire. One consumer, one mode: `collect`, or any number of `read`, or `discard`.
 * When it ends, fails, or is cancelled, the connection is released; nothing else is needed.
 */
export interface IncomingBody {
  /** Length that the head announced; `undefined` when unknown, also where a content coding is undone. */
  readonly length: number | undefined;
  /** Bytes that arrived so far, before decoding. */
  readonly received: number;
  /**
   * The whole body. At once (no promise) when it has all arrived. Its bytes stay as they are, but its
   * `buffer` may hold others as well: `ownBytes` before it is handed to a caller.
   * Fails with `BodyTooLargeError` above `limit` bytes, before memory for more is taken.
   */
  collect(limit: number): MaybePromise<Uint8Array>;
  /** The same, telling `collector` in the very turn in which the last byte arrives; absent where that has no point. */
  collectTo?(limit: number, collector: Collector): void;
  /** The next chunk, at once when one is waiting; `null` at the end, again and again. */
  read(): MaybePromise<Uint8Array | null>;
  /**
   * Drops the rest: reads up to `limit` further raw bytes so that the connection can be reused,
   * and cancels beyond. Never fails.
   */
  discard(limit: number): MaybePromise<void>;
  /** Stops at once; the connection closes. Pending and later reads fail with `reason`. Idempotent. */
  cancel(reason?: Error): void;
  /** Trailer fields; `undefined` until the end has arrived. */
  readonly trailers: HeaderList | undefined;
  /** Calls back once when the body has ended, failed or been cancelled; at once if it has. */
  onSettled(callback: (error: Error | undefined) => void): void;
}

/** What a progress callback is told. */
export interface Progress {
  /** Bytes so far: handed to the socket, or received and decoded. */
  readonly bytes: number;
  /** Bytes in all; `undefined` when unknown. */
  readonly total: number | undefined;
}

/** Called as a body moves; the last call has `bytes` equal to the whole. */
export type OnProgress = (progress: Progress) => void;
