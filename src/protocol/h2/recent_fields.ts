/**
 * Owns the literal fields that were decoded last, beside the bytes they came as: many servers send
 * the same literals with each response, and decoding them costs more than all else of a head.
 * Must not know the dynamic table, nor what fields mean.
 * Invariants: the same bytes behind the same name give the same field; memory is bounded by `SLOTS`
 * fields of `MOST_BYTES`; a field that must not be indexed is never kept.
 */

import type { HpackField } from "./hpack_field.ts";

/** Fields kept: those whose name has a static index, by that, and others by a hash of their bytes. */
const NAMED = 64;
const SLOTS = 2 * NAMED;

/** Bytes of a literal that is kept; larger ones seldom come twice. */
const MOST_BYTES = 256;

/** Bytes that a slot begins with. */
const FIRST_BYTES = 32;

interface Slot {
  bytes: Uint8Array;
  length: number;
  field: HpackField;
}

/** Literals of one direction of one connection. */
export class RecentFields {
  readonly #slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined);

  /** The slot of a literal whose name has the static index `index`, or none (0) and begins at `from`. */
  slotOf(index: number, bytes: Uint8Array, from: number): number {
    if (index > 0) return index;
    // Length and first letters of the name.
    return NAMED + ((bytes[from]! * 31 + bytes[from + 1]! * 7 + bytes[from + 3]!) & (NAMED - 1));
  }

  /** What `bytes` from `from` on, up to `to` at most, were last time, and where they end; `undefined` for news. */
  find(slot: number, bytes: Uint8Array, from: number, to: number): Slot | undefined {
    const kept = this.#slots[slot];
    if (kept === undefined || kept.length > to - from) return undefined;
    const known = kept.bytes;
    for (let at = kept.length - 1; at >= 0; at--) if (known[at] !== bytes[from + at]) return undefined;
    return kept;
  }

  /** Keeps a field with the bytes it came as. */
  keep(slot: number, bytes: Uint8Array, from: number, to: number, field: HpackField): void {
    const length = to - from;
    if (length > MOST_BYTES) return;
    let kept = this.#slots[slot];
    if (kept === undefined) {
      kept = { bytes: new Uint8Array(Math.max(FIRST_BYTES, length)), length, field };
      this.#slots[slot] = kept;
    } else if (kept.bytes.length < length) kept.bytes = new Uint8Array(MOST_BYTES);
    for (let at = 0; at < length; at++) kept.bytes[at] = bytes[from + at]!;
    kept.length = length;
    kept.field = field;
  }
}
