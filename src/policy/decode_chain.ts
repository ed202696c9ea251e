/**
 * Owns the undoing of content codings on top of one another, step by step.
 * Must not know where bytes come from, nor who takes them.
 * Invariants: no step puts out more than the ratio, the caller's room and a fixed bound allow;
 * each limit holds before memory for more is taken; whatever the host throws leaves as `DecodeError`.
 */

import type { Codecs, CodecStream, Coding } from "../core/runtime.ts";
import type { DecodeSettings } from "../core/settings.ts";
import { BodyTooLargeError, DecodeError } from "../errors.ts";
import { ByteList } from "./byte_list.ts";

/** Bytes that go into a codec at a time: small enough that what comes out of a bomb is seen early. */
export const SLICE: number = 16 * 1024;

/**
 * Output per byte of input within one step. Twice what gzip can do at its best; what the codings
 * with longer windows do beyond it, honest bodies do not.
 */
const STEP_RATIO = 2048;

/** The coding that `bytes` really are in: many servers send raw deflate where zlib's format is meant (RFC 9110 §8.4.1.2). */
export function actualCoding(coding: Coding, bytes: Uint8Array): Coding | "deflate-raw" {
  if (coding !== "deflate") return coding;
  const first = bytes[0] ?? 0;
  const second = bytes[1] ?? 0;
  // A header of zlib (RFC 1950 §2.2). One for a window of 256 bytes does not occur, and looks like raw deflate.
  const isZlib = (first & 0x0f) === 8 && first !== 0x08 && first <= 0x78 && ((first << 8) | second) % 31 === 0;
  return isZlib ? "deflate" : "deflate-raw";
}

/** The same bytes without what a host adds to them: its own kind of array would reach the caller. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** One coding being undone; its codec is made when there is something to undo. */
class Stage {
  readonly coding: Coding;
  /** Bytes put out so far. */
  output = 0;
  readonly #codecs: Codecs;
  readonly #head: ByteList = new ByteList();
  #stream: CodecStream | undefined;

  constructor(coding: Coding, codecs: Codecs) {
    this.coding = coding;
    this.#codecs = codecs;
  }

  push(bytes: Uint8Array, maxOutput: number): Promise<readonly Uint8Array[]> | readonly Uint8Array[] {
    if (this.#stream !== undefined) return this.#stream.push(bytes, maxOutput);
    this.#head.push(bytes);
    // Two bytes tell the formats apart.
    return this.#head.length < 2 ? [] : this.#start().push(this.#head.join(), maxOutput);
  }

  async finish(maxOutput: number): Promise<readonly Uint8Array[]> {
    if (this.#stream !== undefined) return this.#stream.finish(maxOutput);
    // An empty body is in no coding, whatever the head says.
    if (this.#head.length === 0) return [];
    const stream = this.#start();
    const early = await stream.push(this.#head.join(), maxOutput);
    return [...early, ...await stream.finish(maxOutput)];
  }

  close(): void {
    this.#stream?.close();
  }

  #start(): CodecStream {
    return this.#stream = this.#codecs.decoder(actualCoding(this.coding, this.#head.join()));
  }
}

/** A chain of decoders, the coding applied last in front. */
export class DecodeChain {
  readonly #stages: readonly Stage[];
  readonly #settings: DecodeSettings;
  #input = 0;
  #busy = false;
  #closed = false;

  constructor(codings: readonly Coding[], codecs: Codecs, settings: DecodeSettings) {
    this.#stages = codings.map((coding) => new Stage(coding, codecs));
    this.#settings = settings;
  }

  /**
   * Feeds at most `SLICE` bytes; returns what came out. Rejects with `BodyTooLargeError` beyond
   * `room` bytes of output, with `DecodeError` for everything else.
   */
  push(slice: Uint8Array, room: number): Promise<Uint8Array[]> {
    this.#input += slice.length;
    return this.#step([slice], false, room);
  }

  /** Ends the input; returns the rest. Rejects as `push` does, and when the input was cut short. */
  finish(room: number): Promise<Uint8Array[]> {
    return this.#step([], true, room);
  }

  /** Frees the codecs; idempotent. A step under way ends first. */
  close(): void {
    this.#closed = true;
    if (!this.#busy) { for (const stage of this.#stages) stage.close(); }
  }

  async #step(input: readonly Uint8Array[], last: boolean, room: number): Promise<Uint8Array[]> {
    this.#busy = true;
    try {
      let chunks = input;
      for (const stage of this.#stages) {
        const innermost = stage === this.#stages[this.#stages.length - 1];
        chunks = await this.#runStage(stage, chunks, last, innermost ? room : Infinity);
      }
      return chunks as Uint8Array[];
    } finally {
      this.#busy = false;
      if (this.#closed) this.close();
    }
  }

  async #runStage(
    stage: Stage,
    input: readonly Uint8Array[],
    last: boolean,
    room: number,
  ): Promise<readonly Uint8Array[]> {
    const output: Uint8Array[] = [];
    const before = stage.output;
    const bound = this.#bound(stage);
    const left = (): number => Math.min(bound, room) - (stage.output - before);
    const take = (chunks: readonly Uint8Array[]): void => {
      for (const chunk of chunks) {
        if (chunk.length === 0) continue;
        stage.output += chunk.length;
        output.push(plainBytes(chunk));
      }
      // A codec that could not stop in time is stopped here.
      if (left() < 0) throw new RangeError("Too much came out");
    };
    try {
      for (const chunk of input) {
        for (let at = 0; at < chunk.length; at += SLICE) take(await stage.push(chunk.subarray(at, at + SLICE), left()));
      }
      if (last) take(await stage.finish(left()));
      return output;
    } catch (cause) {
      throw this.#failure(stage, cause, last, room < bound ? room : undefined);
    }
  }

  /** Bytes that a stage may put out in one step. */
  #bound(stage: Stage): number {
    const { maxRatio, ratioFloor } = this.#settings;
    const byRatio = Math.max(ratioFloor, maxRatio * this.#input) - stage.output;
    return Math.min(byRatio, SLICE * Math.max(STEP_RATIO, maxRatio));
  }

  #failure(stage: Stage, cause: unknown, last: boolean, room: number | undefined): Error {
    if (!(cause instanceof RangeError)) {
      const what = last ? "ends early or is broken" : "is broken";
      return new DecodeError(
        `Cannot undo the content coding ${stage.coding}: the body ${what} (${this.#input} bytes received)`,
        { cause },
      );
    }
    if (room !== undefined) {
      return new BodyTooLargeError(`Cannot hold the body in memory: it has more bytes than the limit (limits.body)`, {
        limit: stage.output + room,
      });
    }
    return new DecodeError(
      `Cannot undo the content coding ${stage.coding}: the body grows more than ${this.#settings.maxRatio} times ` +
        `(${this.#input} bytes received, decompress.maxRatio)`,
    );
  }
}
