/**
 * Owns the shape of the parts of `node:zlib` that are used.
 * Must not know what they are used for.
 * Invariant: types alone.
 */

import type { Coding } from "../core/runtime.ts";

/** A coding as it may really be met: servers send raw deflate for `deflate`. */
export type RawCoding = Coding | "deflate-raw";

/** A transform of `node:zlib`. */
export interface ZlibTransform {
  on(event: "data", listener: (bytes: Uint8Array) => void): this;
  on(event: "end", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  write(bytes: Uint8Array, done: () => void): boolean;
  end(): this;
  destroy(): this;
  /** Bytes of input that were used. */
  readonly bytesWritten: number;
}

/** What one-shot functions take. */
export interface ZlibSyncOptions {
  readonly maxOutputLength: number;
  readonly info: true;
}

/** What one-shot functions answer under `info`. */
export interface ZlibSyncResult {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** What transforms take. */
export interface ZlibOptions {
  readonly chunkSize: number;
}

type Create = (options: ZlibOptions) => ZlibTransform;
type Sync = (bytes: Uint8Array, options: ZlibSyncOptions) => ZlibSyncResult;

/** `node:zlib`; the two for zstd are missing before Node 22.15. */
export interface NodeZlib {
  readonly createGunzip: Create;
  readonly createInflate: Create;
  readonly createInflateRaw: Create;
  readonly createBrotliDecompress: Create;
  readonly createZstdDecompress?: Create;
  readonly createGzip: Create;
  readonly createDeflate: Create;
  readonly createBrotliCompress: Create;
  readonly createZstdCompress?: Create;
  readonly gunzipSync: Sync;
  readonly inflateSync: Sync;
  readonly inflateRawSync: Sync;
  readonly brotliDecompressSync: Sync;
  readonly zstdDecompressSync?: Sync;
}
