/**
 * Owns the encoding of field sections (RFC 7541): dynamic table, choice of representation.
 * Must not know frames, nor which fields are secret (it is told).
 * Invariants: a secret is never indexed, here or by anyone on the way (section 7.1.3); a change of
 * the table's size stands before the first field that relies on it.
 */

import { ENTRY_OVERHEAD, STATIC_TABLE } from "./hpack_field.ts";
import { huffmanEncode, huffmanLength } from "./huffman.ts";
import type { OutputBuffer } from "./output_buffer.ts";

/**
 * How a field may be written: `index` for what is likely to come again, `plain` for what is not,
 * `secret` for what nobody may keep in a table.
 */
export type Indexing = "index" | "plain" | "secret";

/** One field to send: name in lower case. */
export interface OutgoingField {
  readonly name: string;
  readonly value: string;
  readonly indexing: Indexing;
}

/** Bytes of the table that are used at most, however many the peer allows. */
const MOST_TABLE = 4096;

/** What is known under one name. */
interface Known {
  /** Index in the static table; 0 for none. */
  readonly index: number;
  /** Number of the newest entry of the dynamic table; 0 for none. */
  newest: number;
  /** Static indexes by value. */
  readonly fixed: ReadonlyMap<string, number> | undefined;
  /** Numbers of dynamic entries by value. */
  values: Map<string, number> | undefined;
}

const STATIC_INDEX: ReadonlyMap<string, Map<string, number>> = staticIndex();

function staticIndex(): Map<string, Map<string, number>> {
  const names = new Map<string, Map<string, number>>();
  STATIC_TABLE.forEach(({ name, value }, at) => {
    let values = names.get(name);
    if (values === undefined) names.set(name, values = new Map());
    values.set(value, at + 1);
  });
  return names;
}

/** One direction of one connection. */
export class HpackEncoder {
  readonly #names = new Map<string, Known>();
  /** Entries of the dynamic table by number, oldest first. */
  readonly #entries = new Map<number, OutgoingField>();
  /** Number of the newest entry. */
  #count = 0;
  #oldest = 1;
  #size = 0;
  #capacity = MOST_TABLE;
  /** The smallest size that was in force since the last section, to be told; `undefined` for no change. */
  #told: number | undefined;

  /** Size of the dynamic table. */
  get tableSize(): number {
    return this.#size;
  }

  /** The peer keeps a table of so many bytes at most. */
  allow(bytes: number): void {
    const capacity = Math.min(bytes, MOST_TABLE);
    if (capacity === this.#capacity && this.#told === undefined) return;
    this.#told = Math.min(this.#told ?? capacity, capacity);
    this.#capacity = capacity;
    this.#evict(capacity);
  }

  /** Appends the encoded fields to `out`. */
  encode(fields: readonly OutgoingField[], out: OutputBuffer): void {
    if (this.#told !== undefined) {
      if (this.#told < this.#capacity) writeInteger(out, 0x20, 5, this.#told);
      writeInteger(out, 0x20, 5, this.#capacity);
      this.#told = undefined;
    }
    for (let at = 0; at < fields.length; at++) this.#write(fields[at]!, out);
  }

  #write(field: OutgoingField, out: OutputBuffer): void {
    const { name, value, indexing } = field;
    const known = this.#known(name);
    if (indexing !== "secret") {
      const fixed = known.fixed?.get(value);
      if (fixed !== undefined) return writeInteger(out, 0x80, 7, fixed);
      const number = known.values?.get(value);
      if (number !== undefined) return writeInteger(out, 0x80, 7, this.#indexOf(number));
    }
    const index = known.index > 0 ? known.index : known.newest >= this.#oldest ? this.#indexOf(known.newest) : 0;
    const size = name.length + value.length + ENTRY_OVERHEAD;
    // A field that would push most of the others out is not worth its place.
    const add = indexing === "index" && size <= this.#capacity / 2;
    if (add) writeInteger(out, 0x40, 6, index);
    else writeInteger(out, indexing === "secret" ? 0x10 : 0x00, 4, index);
    if (index === 0) writeString(out, name);
    writeString(out, value);
    if (add) this.#insert(field, known, size);
  }

  #known(name: string): Known {
    let known = this.#names.get(name);
    if (known === undefined) {
      const fixed = STATIC_INDEX.get(name);
      const index = fixed === undefined ? 0 : fixed.values().next().value!;
      known = { index, newest: 0, fixed: index === 0 ? undefined : fixed, values: undefined };
      if (this.#names.size >= 256) this.#forget();
      this.#names.set(name, known);
    }
    return known;
  }

  /** Names that have nothing in the table are found again by another look. */
  #forget(): void {
    for (const [name, { newest }] of this.#names) if (newest < this.#oldest) this.#names.delete(name);
  }

  #indexOf(number: number): number {
    return STATIC_TABLE.length + 1 + this.#count - number;
  }

  #insert(field: OutgoingField, known: Known, size: number): void {
    this.#evict(this.#capacity - size);
    const number = ++this.#count;
    this.#entries.set(number, field);
    this.#size += size;
    known.newest = number;
    (known.values ??= new Map()).set(field.value, number);
    // Eviction may have dropped the name.
    this.#names.set(field.name, known);
  }

  #evict(room: number): void {
    while (this.#size > room) {
      const number = this.#oldest++;
      const { name, value } = this.#entries.get(number)!;
      this.#entries.delete(number);
      this.#size -= name.length + value.length + ENTRY_OVERHEAD;
      const known = this.#names.get(name);
      if (known?.values?.get(value) === number) known.values.delete(value);
    }
  }
}

/** Writes an integer behind the pattern of its first byte (RFC 7541 section 5.1). */
export function writeInteger(out: OutputBuffer, pattern: number, prefix: number, value: number): void {
  const mask = (1 << prefix) - 1;
  if (value < mask) return out.byte(pattern | value);
  out.byte(pattern | mask);
  value -= mask;
  while (value >= 0x80) {
    out.byte((value & 0x7f) | 0x80);
    value = Math.floor(value / 0x80);
  }
  out.byte(value);
}

function writeString(out: OutputBuffer, text: string): void {
  const coded = huffmanLength(text);
  if (coded < text.length) {
    writeInteger(out, 0x80, 7, coded);
    const at = out.reserve(coded);
    return out.advance(huffmanEncode(text, out.bytes, at));
  }
  writeInteger(out, 0x00, 7, text.length);
  const at = out.reserve(text.length);
  const { bytes } = out;
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
  out.advance(at + text.length);
}
