/**
 * Owns the stand-ins for option values that the caller's thread works out by itself.
 * Must not know how they cross.
 * Invariant: JSON is written here, by the caller's own functions, and sent as it is.
 */

import { crossing, type LargeBytes } from "./handover.ts";

/** A value that was made JSON already. */
export class JsonText {
  /** The JSON, as text or in UTF-8. */
  readonly text: string | Uint8Array;

  /** Takes the JSON. */
  constructor(text: string | Uint8Array) {
    this.text = text;
  }
}

/** The `jsonCodec` for such a value: it is written already; reading is the caller's. */
export class JsonTextCodec {
  /** The caller's own. */
  readonly parse: ((text: string) => unknown) | undefined;

  /** Takes what reads. */
  constructor(parse: ((text: string) => unknown) | undefined) {
    this.parse = parse;
  }
}

/** Bytes that are sent piece by piece from where they are. */
export class HeldBytes {
  readonly #bytes: Uint8Array;
  /** The type that they are sent with, unless the caller names one. */
  readonly contentType: string | null;
  /** What they were, for errors. */
  readonly kind: string;

  /** Takes the bytes and what is known of them. */
  constructor(bytes: Uint8Array, contentType: string | null = null, kind: string = "bytes") {
    this.#bytes = bytes;
    this.contentType = contentType;
    this.kind = kind;
  }

  /** How many there are. */
  get length(): number {
    return this.#bytes.length;
  }

  /** The piece from `at` on. */
  readonly read = (at: number, length: number): Uint8Array | LargeBytes =>
    crossing(this.#bytes.subarray(at, at + length), true);
}
