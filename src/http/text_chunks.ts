/**
 * Owns the way from a body in parts to text in parts.
 * Must not know where the parts come from.
 * Invariant: however the bytes are split, the joined text is the text of the whole body.
 */

import { decoderOf, DEFAULT_ENCODING, sniffBom } from "./text.ts";

/** The longest byte order mark. */
const LONGEST_BOM = 3;

/** A decoder that is fed. */
export class TextChunks {
  readonly #charset: string;
  #decoder: TextDecoder | undefined;
  #start: Uint8Array | undefined;

  /** `charset` is what holds when there is no byte order mark. */
  constructor(charset: string = DEFAULT_ENCODING) {
    this.#charset = charset;
  }

  /** The text that `bytes` complete; may be empty. */
  push(bytes: Uint8Array): string {
    if (this.#decoder) return this.#decoder.decode(bytes, { stream: true });
    let start = bytes;
    if (this.#start) {
      start = new Uint8Array(this.#start.length + bytes.length);
      start.set(this.#start);
      start.set(bytes, this.#start.length);
    }
    if (start.length < LONGEST_BOM && couldBeBom(start)) {
      this.#start = start.slice();
      return "";
    }
    this.#start = undefined;
    const mark = sniffBom(start);
    // Deno's decoder would take a mark in the middle of the text for one at its start, if a part of it comes alone.
    this.#decoder = decoderOf(mark ?? this.#charset, true);
    const from = mark === undefined ? 0 : mark === DEFAULT_ENCODING ? LONGEST_BOM : 2;
    return this.#decoder.decode(start.subarray(from), { stream: true });
  }

  /** What is left at the end; a character cut short becomes U+FFFD. */
  end(): string {
    const start = this.#start;
    if (!start) return this.#decoder?.decode() ?? "";
    this.#start = undefined;
    return decoderOf(sniffBom(start) ?? this.#charset).decode(start);
  }
}

/** Whether more bytes could make a byte order mark of these one or two. */
function couldBeBom(start: Uint8Array): boolean {
  if (start.length === 0) return true;
  if (start[0] === 0xef) return start.length === 1 || start[1] === 0xbb;
  return start.length === 1 && (start[0] === 0xfe || start[0] === 0xff);
}
