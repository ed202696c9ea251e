/**
 * Owns the machines that make chunks, text, lines and values of the bytes of a body.
 * Must not know promises nor where bytes come from.
 * Invariant: however the bytes are split, the same items come out (chunks as they arrive excepted).
 */

import type { BodyMachine } from "./body_iterator.ts";
import { isBlank, type JsonReading, parseJsonLine } from "./json.ts";
import { LineSplitter } from "./line_splitter.ts";
import { TextChunks } from "./text_chunks.ts";

/** Chunks as they arrive. */
export class AnyChunks implements BodyMachine<Uint8Array> {
  push(bytes: Uint8Array, items: Uint8Array[]): void {
    if (bytes.length > 0) items.push(bytes);
  }

  end(): void {}
}

/** Chunks of one size, the last one excepted. */
export class EqualChunks implements BodyMachine<Uint8Array> {
  readonly #size: number;
  #chunk: Uint8Array | undefined;
  #filled = 0;

  /** Throws `RangeError` unless `size` is a positive integer. */
  constructor(size: number) {
    if (!Number.isInteger(size) || size <= 0) {
      throw new RangeError(`Cannot iterate the body: size is ${size}, expected a positive integer`);
    }
    this.#size = size;
  }

  push(bytes: Uint8Array, items: Uint8Array[]): void {
    for (let at = 0; at < bytes.length;) {
      this.#chunk ??= new Uint8Array(this.#size);
      const taken = Math.min(this.#size - this.#filled, bytes.length - at);
      this.#chunk.set(bytes.subarray(at, at + taken), this.#filled);
      at += taken;
      this.#filled += taken;
      if (this.#filled === this.#size) {
        items.push(this.#chunk);
        this.#chunk = undefined;
        this.#filled = 0;
      }
    }
  }

  end(items: Uint8Array[]): void {
    if (this.#filled > 0) items.push(this.#chunk!.slice(0, this.#filled));
  }
}

/** Text as it arrives, characters whole. */
export class Texts implements BodyMachine<string> {
  readonly #chunks: TextChunks;

  constructor(charset: string) {
    this.#chunks = new TextChunks(charset);
  }

  push(bytes: Uint8Array, items: string[]): void {
    const text = this.#chunks.push(bytes);
    if (text !== "") items.push(text);
  }

  end(items: string[]): void {
    const text = this.#chunks.end();
    if (text !== "") items.push(text);
  }
}

/** Lines without their ends. */
export class Lines implements BodyMachine<string> {
  readonly #chunks: TextChunks;
  readonly #splitter: LineSplitter;

  constructor(charset: string, max?: number) {
    this.#chunks = new TextChunks(charset);
    this.#splitter = new LineSplitter(max);
  }

  push(bytes: Uint8Array, items: string[]): void {
    this.#splitter.push(this.#chunks.push(bytes), items);
  }

  end(items: string[]): void {
    this.#splitter.push(this.#chunks.end(), items);
    const rest = this.#splitter.end();
    if (rest !== undefined) items.push(rest);
  }
}

/** One JSON value per line (NDJSON); blank lines are skipped. */
export class JsonLines implements BodyMachine<unknown> {
  readonly #lines: Lines;
  readonly #read: JsonReading["parse"];
  #number = 0;

  constructor(charset: string, max?: number, read?: JsonReading["parse"]) {
    this.#lines = new Lines(charset, max);
    this.#read = read;
  }

  push(bytes: Uint8Array, items: unknown[]): void {
    const lines: string[] = [];
    this.#lines.push(bytes, lines);
    this.#parse(lines, items);
  }

  end(items: unknown[]): void {
    const lines: string[] = [];
    this.#lines.end(lines);
    this.#parse(lines, items);
  }

  #parse(lines: readonly string[], items: unknown[]): void {
    for (const line of lines) {
      this.#number++;
      if (!isBlank(line)) items.push(parseJsonLine(line, this.#number, this.#read));
    }
  }
}
