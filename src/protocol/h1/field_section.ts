/**
 * Owns a received section of fields: one string and the offsets of its parts.
 * Must not know bytes, nor which fields mean what.
 * Invariants: the text is as it came, one character per byte; nothing is sliced before it is
 * asked for; a section never changes, so it may be kept and shared.
 * Structurally a `FieldSource` of `http/header_list.ts`.
 */

/** Offsets per field: name from, name to, value from, value to. */
export const OFFSETS_PER_FIELD = 4;

/** Field names and values that are still one string. */
export class FieldSection {
  /** The whole section as it came; offsets point into it. */
  readonly text: string;
  /** {@linkcode OFFSETS_PER_FIELD} numbers per field. */
  readonly offsets: readonly number[];
  /** Number of fields. */
  readonly count: number;

  constructor(text: string, offsets: readonly number[]) {
    this.text = text;
    this.offsets = offsets;
    this.count = offsets.length / OFFSETS_PER_FIELD;
  }

  /** Name of field `index`, as sent. */
  name(index: number): string {
    const at = index * OFFSETS_PER_FIELD;
    return this.text.slice(this.offsets[at], this.offsets[at + 1]);
  }

  /** Value of field `index`, without white space around it. */
  value(index: number): string {
    const at = index * OFFSETS_PER_FIELD;
    return this.text.slice(this.offsets[at + 2], this.offsets[at + 3]);
  }

  /** Index of the first field at or after `from` whose name is `lowerName`, ignoring case; -1 if none. */
  find(lowerName: string, from: number): number {
    const { offsets, count } = this;
    for (let index = from; index < count; index++) {
      const start = offsets[index * OFFSETS_PER_FIELD]!;
      if (offsets[index * OFFSETS_PER_FIELD + 1]! - start !== lowerName.length) continue;
      if (equalsIgnoringCase(this.text, start, lowerName)) return index;
    }
    return -1;
  }
}

/** Whether `text` has `lower` (lower case, ASCII) at `from`, in any case. */
export function equalsIgnoringCase(text: string, from: number, lower: string): boolean {
  for (let at = 0; at < lower.length; at++) {
    let code = text.charCodeAt(from + at);
    if (code >= 0x41 && code <= 0x5a) code |= 0x20;
    if (code !== lower.charCodeAt(at)) return false;
  }
  return true;
}

/** The section without fields. */
export const EMPTY_SECTION: FieldSection = new FieldSection("", []);
