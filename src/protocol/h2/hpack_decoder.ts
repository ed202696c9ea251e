/**
 * Owns the decoding of field sections (RFC 7541): dynamic table, integers, strings.
 * Must not know frames, nor what fields mean.
 * Invariants: the table is kept in step whatever the caller thinks of a section; the cost of a
 * section is linear in its bytes, and no more than `limit` bytes of fields are kept of it.
 */

import { CHARACTER, FIELD_VALUE, TCHAR } from "../../http/field_grammar.ts";
import { ConnectionFault, ErrorCode } from "./error_codes.ts";
import { ENTRY_OVERHEAD, HpackField, STATIC_TABLE } from "./hpack_field.ts";
import { huffmanDecode } from "./huffman.ts";
import { RecentFields } from "./recent_fields.ts";

/** A decoded section. */
export interface DecodedSection {
  /** The fields in order; those beyond the limit are missing. */
  readonly fields: readonly HpackField[];
  /** Size of all its fields by RFC 7541 section 4.1, also of those beyond the limit. */
  readonly size: number;
}

const STATIC_SIZE = STATIC_TABLE.length;

/** An integer above this is none that a table or a length can have. */
const LARGEST_INTEGER = 0x0fffffff;

/** One direction of one connection. */
export class HpackDecoder {
  /** A ring: the newest stands before `#next`, the others before it. */
  readonly #entries: (HpackField | undefined)[];
  readonly #mask: number;
  #next = 0;
  #count = 0;
  #size = 0;
  #capacity: number;
  readonly #allowed: number;
  readonly #recent = new RecentFields();
  #last: DecodedSection = { fields: [], size: 0 };
  #scratch: Uint8Array = new Uint8Array(256);
  #at = 0;

  /** `allowed` is the SETTINGS_HEADER_TABLE_SIZE that the peer was told. */
  constructor(allowed = 4096) {
    this.#allowed = this.#capacity = allowed;
    // As many as fit without a byte of name or value.
    let places = 1;
    while (places < allowed / ENTRY_OVERHEAD) places *= 2;
    this.#entries = new Array(places).fill(undefined);
    this.#mask = places - 1;
  }

  /** Size of the dynamic table. */
  get tableSize(): number {
    return this.#size;
  }

  /** The dynamic table, newest first. */
  get table(): readonly HpackField[] {
    return Array.from({ length: this.#count }, (_, at) => this.#entry(at + 1)!);
  }

  /** Decodes a whole section: the same object again where all is as the last time. Throws `ConnectionFault`. */
  decode(bytes: Uint8Array, from: number, to: number, limit: number): DecodedSection {
    const last = this.#last;
    let fields: HpackField[] | undefined;
    let kept = 0;
    let size = 0;
    this.#at = from;
    while (this.#at < to) {
      const first = bytes[this.#at]!;
      let field: HpackField;
      if (first >= 0x80) field = this.#indexed(this.#integer(bytes, to, 7));
      else if (first >= 0x40) {
        field = this.#known(bytes, to, 6);
        this.#insert(field);
      } else if (first >= 0x20) {
        if (size > 0) throw broken("a table size update stands behind a field");
        this.#resize(this.#integer(bytes, to, 5));
        continue;
      } else if (first >= 0x10) field = this.#literal(bytes, to, this.#integer(bytes, to, 4));
      else field = this.#known(bytes, to, 4);
      size += field.size;
      if (size > limit) continue;
      if (fields === undefined && field !== last.fields[kept]) fields = last.fields.slice(0, kept);
      fields?.push(field);
      kept++;
    }
    if (fields === undefined && kept === last.fields.length && size === last.size) return last;
    return this.#last = { fields: fields ?? last.fields.slice(0, kept), size };
  }

  #indexed(index: number): HpackField {
    const field = index <= STATIC_SIZE ? STATIC_TABLE[index - 1] : this.#entry(index - STATIC_SIZE);
    if (field === undefined) throw broken(`there is no field of index ${index}`);
    return field;
  }

  /** The entry that came `age` insertions ago. */
  #entry(age: number): HpackField | undefined {
    return age > this.#count ? undefined : this.#entries[(this.#next - age) & this.#mask];
  }

  /** A literal that may have come before. */
  #known(bytes: Uint8Array, to: number, prefix: number): HpackField {
    const index = this.#integer(bytes, to, prefix);
    // What an index of the dynamic table means changes.
    if (index > STATIC_SIZE) return this.#literal(bytes, to, index);
    const recent = this.#recent;
    const from = this.#at;
    const slot = recent.slotOf(index, bytes, from);
    const kept = recent.find(slot, bytes, from, to);
    if (kept !== undefined) {
      this.#at = from + kept.length;
      return kept.field;
    }
    const field = this.#literal(bytes, to, index);
    recent.keep(slot, bytes, from, this.#at, field);
    return field;
  }

  #literal(bytes: Uint8Array, to: number, index: number): HpackField {
    let name: string;
    let flaw: string | undefined;
    if (index > 0) {
      const known = this.#indexed(index);
      name = known.name;
      // A flaw of the value of that field is none of this one's.
      if (known.flaw !== undefined) flaw = flawOfName(name);
    } else {
      name = this.#string(bytes, to);
      flaw = flawOfName(name);
    }
    const value = this.#string(bytes, to);
    return new HpackField(name, value, flaw ?? flawOfValue(value));
  }

  #insert(field: HpackField): void {
    const { size } = field;
    this.#evict(this.#capacity - size);
    if (size > this.#capacity) return;
    this.#entries[this.#next] = field;
    this.#next = (this.#next + 1) & this.#mask;
    this.#count++;
    this.#size += size;
  }

  #resize(capacity: number): void {
    if (capacity > this.#allowed) throw broken(`a table size of ${capacity} bytes, ${this.#allowed} are allowed`);
    this.#capacity = capacity;
    this.#evict(capacity);
  }

  #evict(room: number): void {
    while (this.#size > room && this.#count > 0) {
      const oldest = (this.#next - this.#count--) & this.#mask;
      this.#size -= this.#entries[oldest]!.size;
      this.#entries[oldest] = undefined;
    }
  }

  #integer(bytes: Uint8Array, to: number, prefix: number): number {
    const mask = (1 << prefix) - 1;
    let value = bytes[this.#at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 28; shift += 7) {
      if (this.#at >= to) throw broken("an integer is cut short");
      const byte = bytes[this.#at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (value > LARGEST_INTEGER) break;
      if (byte < 0x80) return value;
    }
    throw broken("an integer is too large");
  }

  #string(bytes: Uint8Array, to: number): string {
    if (this.#at >= to) throw broken("a string is missing");
    const coded = bytes[this.#at]! >= 0x80;
    const length = this.#integer(bytes, to, 7);
    const from = this.#at;
    const end = from + length;
    if (end > to) throw broken("a string is cut short");
    this.#at = end;
    if (!coded) return latin1(bytes, from, end);
    if (this.#scratch.length < 2 * length) this.#scratch = new Uint8Array(4 * length);
    const decoded = huffmanDecode(bytes, from, end, this.#scratch);
    if (decoded < 0) throw broken("a Huffman code is malformed");
    const text = latin1(this.#scratch, 0, decoded);
    if (this.#scratch.length > 64 * 1024) this.#scratch = new Uint8Array(256);
    return text;
  }
}

function broken(what: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.COMPRESSION_ERROR, `in a compressed head, ${what}`);
}

/** Characters that one call of `fromCharCode` takes. */
const PIECE = 4096;

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at += PIECE) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(at + PIECE, to)) as unknown as number[]);
  }
  return text;
}

function flawOfName(name: string): string | undefined {
  const from = name.charCodeAt(0) === 0x3a ? 1 : 0;
  if (name.length === from) return "a field has no name";
  for (let at = from; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if ((CHARACTER[code]! & TCHAR) === 0) return "a field name holds a character that is not allowed";
    if (code >= 0x41 && code <= 0x5a) return "a field name holds an upper-case letter";
  }
  return undefined;
}

function flawOfValue(value: string): string | undefined {
  for (let at = 0; at < value.length; at++) {
    if ((CHARACTER[value.charCodeAt(at)]! & FIELD_VALUE) === 0) {
      return "a field value holds a character that is not allowed";
    }
  }
  if (value.length > 0 && (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1)))) {
    return "a field value begins or ends with white space";
  }
  return undefined;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
