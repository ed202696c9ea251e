/**
 * Owns which content codings each runtime has, and which way they are undone there.
 * Must not know how (`zlib_codecs.ts`, `web_codecs.ts`, `first_decoder.ts`).
 * Invariant: to ask what there is loads nothing.
 */

import type { Codecs, CodecStream, Coding } from "../core/runtime.ts";
import { denoHost } from "./deno_host.ts";
import { FirstDecoder } from "./first_decoder.ts";
import { nodeProcess } from "./node_host.ts";
import { webCodings, webDecoder, webEncoder } from "./web_codecs.ts";
import { decodeWhole, zlibDecoder, zlibEncoder } from "./zlib_codecs.ts";
import type { RawCoding } from "./zlib_shape.ts";

/** Every coding, what compresses best first. */
const ALL: readonly Coding[] = ["zstd", "br", "gzip", "deflate"];

const WITHOUT_ZSTD: readonly Coding[] = ["br", "gzip", "deflate"];

/** Codecs of Node and Bun: zlib for everything. */
export class NodeCodecs implements Codecs {
  get decodable(): readonly Coding[] {
    return nodeProcess()?.versions.zstd === undefined ? WITHOUT_ZSTD : ALL;
  }

  get encodable(): readonly Coding[] {
    return this.decodable;
  }

  decodeSync(coding: RawCoding, bytes: Uint8Array, maxOutput: number): Uint8Array | undefined {
    return decodeWhole(coding, bytes, maxOutput);
  }

  decoder(coding: RawCoding): CodecStream {
    return zlibDecoder(coding);
  }

  encoder(coding: Coding): CodecStream {
    return zlibEncoder(coding);
  }
}

/** Codecs of Deno: the platform for the first body in gzip, then zlib. */
export class DenoCodecs implements Codecs {
  #loaded = false;
  #offered = false;

  get decodable(): readonly Coding[] {
    // To ask `node:zlib` itself would boot it.
    const [major = 0, minor = 0] = denoHost().version.deno.split(".").map(Number);
    return major > 2 || (major === 2 && minor >= 9) ? ALL : WITHOUT_ZSTD;
  }

  get encodable(): readonly Coding[] {
    return this.decodable;
  }

  decodeSync(coding: RawCoding, bytes: Uint8Array, maxOutput: number): Uint8Array | undefined {
    if (!this.#loaded && !this.#offered && coding === "gzip") return undefined;
    this.#loaded = true;
    return decodeWhole(coding, bytes, maxOutput);
  }

  decoder(coding: RawCoding): CodecStream {
    if (!this.#loaded && !this.#offered && coding === "gzip") {
      this.#offered = true;
      return new FirstDecoder();
    }
    this.#loaded = true;
    return zlibDecoder(coding);
  }

  encoder(coding: Coding): CodecStream {
    this.#loaded = true;
    return zlibEncoder(coding);
  }
}

/** Codecs of runtimes that have nothing but the web's. */
export class WebCodecs implements Codecs {
  #decodable: readonly Coding[] | undefined;
  #encodable: readonly Coding[] | undefined;

  get decodable(): readonly Coding[] {
    return this.#decodable ??= webCodings("decode", ALL);
  }

  get encodable(): readonly Coding[] {
    return this.#encodable ??= webCodings("encode", ALL);
  }

  decodeSync(): undefined {
    return undefined;
  }

  decoder(coding: RawCoding): CodecStream {
    return webDecoder(coding);
  }

  encoder(coding: Coding): CodecStream {
    return webEncoder(coding);
  }
}
