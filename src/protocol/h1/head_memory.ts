/**
 * Owns the last head of a connection, or of several to one server, byte for byte, with the event that it became.
 * Must not know what a head means, beyond the fields whose values decide about framing.
 * Invariant: the event that is recalled is the one that reading the bytes anew would give; so all
 * who share a memory read by the same settings.
 *
 * A server on a warm connection mostly repeats itself, but for a date, a tag or an id of the same
 * length. Comparing a head costs a third of reading it, and tells whether all decisions still hold.
 */

import { CHARACTER, FIELD_VALUE } from "../../http/field_grammar.ts";
import type { HeadEvent } from "./events.ts";
import { FieldSection, OFFSETS_PER_FIELD } from "./field_section.ts";
import { decidesByValue } from "./head_parser.ts";

/** Bytes of the largest head that is remembered; bounds what is held for an idle connection. */
const MAX_REMEMBERED_BYTES = 1024;
/** Heads in a row that were new before only one in as many is still copied: then copying does not pay. */
const PATIENCE = 8;

const decoder = new TextDecoder();

/** Remembers one head. */
export class HeadMemory {
  #bytes: Uint8Array | null = null;
  #length = 0;
  #event: HeadEvent | null = null;
  #misses = 0;

  /** Number of bytes of the head that is remembered. */
  get length(): number {
    return this.#length;
  }

  /**
   * The event of the head at `from`, if it is the one that is remembered, but for values of the
   * same length in fields that decide nothing; `null` if it must be read.
   */
  recall(view: Uint8Array, from: number, end: number): HeadEvent | null {
    const bytes = this.#bytes;
    const event = this.#event;
    const length = this.#length;
    if (bytes === null || event === null || end - from < length) return null;
    let at = 0;
    while (at < length && bytes[at] === view[from + at]) at++;
    if (at === length) {
      this.#misses = 0;
      return event;
    }
    const { offsets } = event.section;
    let field = 0;
    while (at < length) {
      while (field < offsets.length && offsets[field + 3]! <= at) field += OFFSETS_PER_FIELD;
      if (field === offsets.length || at < offsets[field + 2]!) return null;
      if (decidesByValue(offsets[field + 1]! - offsets[field]!)) return null;
      const to = offsets[field + 3]!;
      if (!isValue(view, from + offsets[field + 2]!, from + to)) return null;
      at = to;
      while (at < length && bytes[at] === view[from + at]) at++;
    }
    const text = decoder.decode(view.subarray(from, from + length));
    const renewed = event.withSection(new FieldSection(text, offsets));
    this.remember(view, from, length, renewed);
    return renewed;
  }

  /** Remembers a head of ASCII, `length` bytes at `from` in place of the one before, if that is likely to pay. */
  remember(view: Uint8Array, from: number, length: number, event: HeadEvent): void {
    if (length > MAX_REMEMBERED_BYTES) return;
    this.#misses++;
    if (this.#misses > PATIENCE && this.#misses % PATIENCE !== 0) return;
    if (this.#bytes === null || this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    this.#bytes.set(view.subarray(from, from + length));
    this.#length = length;
    this.#event = event;
  }
}

/** Whether the bytes are one value of a field, of ASCII, with no white space at its ends to be trimmed. */
function isValue(view: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = view[at]!;
    if (code >= 0x80 || (CHARACTER[code]! & FIELD_VALUE) === 0) return false;
  }
  return view[from]! > 0x20 && view[to - 1]! > 0x20;
}
