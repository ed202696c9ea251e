/**
 * Owns coded bodies for tests, and a codec that is watched.
 * Must not know what is tested with them.
 */

import type { Codecs, CodecStream, Coding } from "../../src/core/runtime.ts";
import { NodeCodecs, WebCodecs } from "../../src/net/codecs.ts";
import { join } from "./live_body.ts";
import { detectRuntime } from "../../src/net/detect.ts";

const zlib = new NodeCodecs();

/** The codecs that this runtime uses, and those that it could. */
export const CODECS: readonly (readonly [name: string, codecs: Codecs])[] = [
  ["runtime", detectRuntime().codecs],
  ["zlib", zlib],
  ["web", new WebCodecs()],
];

/** The codings that zlib has here. */
export function codings(): readonly Coding[] {
  return zlib.encodable;
}

/** `bytes` in each coding, one after the other. */
export async function coded(bytes: Uint8Array, ...applied: readonly Coding[]): Promise<Uint8Array> {
  let result = bytes;
  for (const coding of applied) {
    const stream = zlib.encoder(coding);
    const parts: Uint8Array[] = [...await stream.push(result), ...await stream.finish()];
    stream.close();
    result = join(parts);
  }
  return result;
}

/** What was coded, given back. */
export function undone(bytes: Uint8Array, coding: Coding): Uint8Array {
  return new Uint8Array(zlib.decodeSync(coding, bytes, 2 ** 24)!);
}

/** Raw deflate, without the format of zlib around it. */
export async function rawDeflated(bytes: Uint8Array): Promise<Uint8Array> {
  const whole = await coded(bytes, "deflate");
  return whole.subarray(2, whole.length - 4);
}

/** Bytes that do not compress, the same for the same `seed`. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Text that compresses as text does. */
export function prose(length: number): Uint8Array {
  const words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"];
  const source = noise(length, 7);
  let text = "";
  for (let at = 0; text.length < length; at++) {
    text += `${words[source[at % length]! % words.length]}${source[at % length]} `;
  }
  return new TextEncoder().encode(text.slice(0, length));
}

/** Codecs that remember what was asked of them. */
export class WatchedCodecs implements Codecs {
  readonly decodable: readonly Coding[];
  readonly encodable: readonly Coding[];
  /** `decodeSync gzip`, `decoder gzip`, `close gzip`, in order. */
  readonly log: string[] = [];
  /** Codecs made and not closed. */
  open = 0;
  /** Bytes: the largest output of one step. */
  largest = 0;
  readonly #codecs: Codecs;

  constructor(codecs: Codecs = zlib) {
    this.#codecs = codecs;
    this.decodable = codecs.decodable;
    this.encodable = codecs.encodable;
  }

  decodeSync(coding: Coding | "deflate-raw", bytes: Uint8Array, maxOutput: number): Uint8Array | undefined {
    this.log.push(`decodeSync ${coding}`);
    return this.#codecs.decodeSync(coding, bytes, maxOutput);
  }

  decoder(coding: Coding | "deflate-raw"): CodecStream {
    this.log.push(`decoder ${coding}`);
    return this.#watch(this.#codecs.decoder(coding), coding);
  }

  encoder(coding: Coding): CodecStream {
    this.log.push(`encoder ${coding}`);
    return this.#watch(this.#codecs.encoder(coding), coding);
  }

  #watch(stream: CodecStream, coding: string): CodecStream {
    let closed = false;
    this.open++;
    const measure = (chunks: readonly Uint8Array[]): readonly Uint8Array[] => {
      this.largest = Math.max(this.largest, chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      return chunks;
    };
    return {
      push: async (bytes, maxOutput) => measure(await stream.push(bytes, maxOutput)),
      finish: async (maxOutput) => measure(await stream.finish(maxOutput)),
      close: () => {
        if (!closed) {
          this.open--;
          this.log.push(`close ${coding}`);
        }
        closed = true;
        stream.close();
      },
    };
  }
}
