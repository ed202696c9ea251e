/**
 * Owns what of `node:zlib` is called for which coding.
 * Must not know what is decoded.
 * Invariant: nothing is loaded before a function is called.
 */

import type { Coding } from "../core/runtime.ts";
import { nodeModule } from "./node_host.ts";
import type { RawCoding, ZlibOptions, ZlibSyncOptions, ZlibSyncResult, ZlibTransform } from "./zlib_shape.ts";

/** Bytes of output at a time. */
const CHUNK: ZlibOptions = { chunkSize: 64 * 1024 };

function missing(coding: RawCoding): never {
  throw new TypeError(`Cannot use the content coding ${coding}: node:zlib does not have it here`);
}

/** A transform that undoes `coding`. */
export function createDecoder(coding: RawCoding): ZlibTransform {
  const zlib = nodeModule("zlib");
  switch (coding) {
    case "gzip":
      return zlib.createGunzip(CHUNK);
    case "deflate":
      return zlib.createInflate(CHUNK);
    case "deflate-raw":
      return zlib.createInflateRaw(CHUNK);
    case "br":
      return zlib.createBrotliDecompress(CHUNK);
    case "zstd":
      return zlib.createZstdDecompress?.(CHUNK) ?? missing(coding);
  }
}

/** A transform that applies `coding`. */
export function createEncoder(coding: Coding): ZlibTransform {
  const zlib = nodeModule("zlib");
  switch (coding) {
    case "gzip":
      return zlib.createGzip(CHUNK);
    case "deflate":
      return zlib.createDeflate(CHUNK);
    case "br":
      return zlib.createBrotliCompress(CHUNK);
    case "zstd":
      return zlib.createZstdCompress?.(CHUNK) ?? missing(coding);
  }
}

/** Undoes `coding` in one go. */
export function decodeOnce(coding: RawCoding, bytes: Uint8Array, options: ZlibSyncOptions): ZlibSyncResult {
  const zlib = nodeModule("zlib");
  switch (coding) {
    case "gzip":
      return zlib.gunzipSync(bytes, options);
    case "deflate":
      return zlib.inflateSync(bytes, options);
    case "deflate-raw":
      return zlib.inflateRawSync(bytes, options);
    case "br":
      return zlib.brotliDecompressSync(bytes, options);
    case "zstd":
      return zlib.zstdDecompressSync?.(bytes, options) ?? missing(coding);
  }
}
