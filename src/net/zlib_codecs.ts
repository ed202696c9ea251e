/**
 * Owns the content codings of `node:zlib`, with the same strictness on every runtime.
 * Must not know limits of bodies; it is told how much may come out of a step.
 * Invariant: data that is cut short, or that goes on after its end, is an error.
 *
 * Runtimes differ: Deno takes a cut brotli or zstd stream for a whole one, Bun a cut zstd
 * stream; all but gzip ignore what follows; only Bun reads several zstd frames. So the end
 * is proven by a probe: bytes that a decoder at its end leaves alone, and one that waits for
 * more would take.
 */

import type { CodecStream, Coding } from "../core/runtime.ts";
import { createDecoder, createEncoder, decodeOnce } from "./zlib_host.ts";
import type { RawCoding } from "./zlib_shape.ts";
import { joinBytes } from "./inbox.ts";
import { type StepResult, ZlibStep } from "./zlib_step.ts";

/** No frame of zstd, and no stream of brotli, begins with it. */
const PROBE: Uint8Array = new Uint8Array(4);

/**
 * A frame of zstd that is skipped and has no content (RFC 8878, section 3.1.2). Of the 16 that
 * there are, one that is no frame header: a reserved bit is set in its first byte.
 */
const EMPTY_FRAME: Uint8Array = Uint8Array.of(0x58, 0x2a, 0x4d, 0x18, 0, 0, 0, 0);

/** Bytes: what one-shot functions of all runtimes accept as a limit. */
const SYNC_LIMIT = 0x7fff_ffff;

/** Codings whose end has to be proven. */
function needsProbe(coding: RawCoding): boolean {
  return coding === "br" || coding === "zstd";
}

function cutShort(coding: RawCoding): Error {
  return new Error(`The ${coding} data is cut short`);
}

function goesOn(coding: RawCoding, beyond: number): Error {
  return new Error(`The ${coding} data has ended, and ${beyond} bytes follow`);
}

/** Undoes `coding` on a whole body; throws a `RangeError` beyond `maxOutput` bytes. */
export function decodeWhole(coding: RawCoding, bytes: Uint8Array, maxOutput: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let room = maxOutput;
  let rest = bytes;
  do {
    const probed = needsProbe(coding) ? joinBytes([rest, PROBE]) : rest;
    const limit = Math.min(Math.max(1, room), SYNC_LIMIT);
    const { buffer, engine } = decodeOnce(coding, probed, { maxOutputLength: limit, info: true });
    const used = engine.bytesWritten;
    if (used > rest.length) throw cutShort(coding);
    if (used < rest.length && (coding !== "zstd" || used === 0)) throw goesOn(coding, rest.length - used);
    room -= buffer.length;
    if (room < 0) throw new RangeError(`Too much came out: more than ${maxOutput} bytes`);
    parts.push(buffer);
    rest = rest.subarray(used);
  } while (rest.length > 0);
  return joinBytes(parts);
}

/** Undoes one coding chunk by chunk. */
class ZlibDecoder implements CodecStream {
  readonly #coding: RawCoding;
  #step: ZlibStep | undefined;
  #closed = false;

  constructor(coding: RawCoding) {
    this.#coding = coding;
    this.#step = new ZlibStep(createDecoder(coding));
  }

  async push(bytes: Uint8Array, maxOutput: number = Infinity): Promise<readonly Uint8Array[]> {
    const out: Uint8Array[] = [];
    let room = maxOutput;
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#closed) throw new Error("The codec was closed");
      const fresh = this.#step === undefined;
      if (fresh && this.#coding !== "zstd") throw goesOn(this.#coding, rest.length);
      this.#step ??= new ZlibStep(createDecoder(this.#coding));
      const { chunks, beyond } = await this.#step.push(rest, room);
      for (const chunk of chunks) {
        room -= chunk.length;
        out.push(chunk);
      }
      if (beyond === undefined) break;
      this.#step?.close();
      this.#step = undefined;
      // Only zstd data may be several frames in a row (RFC 8878, section 3).
      if (beyond > 0 && (this.#coding !== "zstd" || (fresh && beyond === rest.length))) {
        throw goesOn(this.#coding, beyond);
      }
      rest = rest.subarray(rest.length - beyond);
    }
    return out;
  }

  async finish(maxOutput: number = Infinity): Promise<readonly Uint8Array[]> {
    if (this.#closed) throw new Error("The codec was closed");
    const step = this.#step;
    if (!step) return [];
    if (!needsProbe(this.#coding)) return (await step.finish(maxOutput)).chunks;
    if (this.#coding === "zstd") {
      await this.#proveFrameEnd(step);
      return [];
    }
    const { chunks, beyond } = await step.push(PROBE, maxOutput).catch((error): StepResult => {
      throw error instanceof RangeError ? error : cutShort(this.#coding);
    });
    if (beyond !== PROBE.length) throw cutShort(this.#coding);
    return chunks;
  }

  /**
   * A decoder of zstd does not tell the end of a frame that ends with its input. At such an end,
   * and there alone, it takes an empty frame without a word and then refuses zeros as no frame.
   */
  async #proveFrameEnd(step: ZlibStep): Promise<void> {
    try {
      await step.push(EMPTY_FRAME, 0);
    } catch {
      throw cutShort(this.#coding);
    }
    const refused = await step.push(PROBE, 0).then(() => false, (error: Error) => /Unknown frame/.test(error.message));
    if (!refused) throw cutShort(this.#coding);
  }

  close(): void {
    this.#closed = true;
    this.#step?.close();
    this.#step = undefined;
  }
}

/** Applies one coding chunk by chunk. */
class ZlibEncoder implements CodecStream {
  readonly #step: ZlibStep;

  constructor(coding: Coding) {
    this.#step = new ZlibStep(createEncoder(coding));
  }

  async push(bytes: Uint8Array, maxOutput: number = Infinity): Promise<readonly Uint8Array[]> {
    return (await this.#step.push(bytes, maxOutput)).chunks;
  }

  async finish(maxOutput: number = Infinity): Promise<readonly Uint8Array[]> {
    return (await this.#step.finish(maxOutput)).chunks;
  }

  close(): void {
    this.#step.close();
  }
}

/** Undoes `coding` chunk by chunk. */
export function zlibDecoder(coding: RawCoding): CodecStream {
  return new ZlibDecoder(coding);
}

/** Applies `coding` chunk by chunk. */
export function zlibEncoder(coding: Coding): CodecStream {
  return new ZlibEncoder(coding);
}
