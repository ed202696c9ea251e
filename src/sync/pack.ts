/**
 * Owns the way of a value into a message: plain values by tag, everything else by a form.
 * Must not know what the forms are; a rule is given in that names a kind and a plain payload.
 * Invariants: numbers stand in `codes`, all strings one after the other in `text` (they are
 * encoded and decoded once per message, which is what makes a message cheap), long byte arrays
 * beside both, uncopied.
 */

/** The tags of values. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  integer: 4,
  number: 5,
  string: 6,
  bytes: 7,
  attached: 8,
  array: 9,
  object: 10,
  bigint: 11,
  form: 12,
} as const;

/** What an object crosses as when it is no plain value. */
export interface Form {
  /** Which rule makes it again. */
  readonly kind: number;
  /** A value of which it is made again. */
  readonly payload: unknown;
}

/** Gives the form of a function, a symbol, or an object; `undefined` for a plain one. */
export type FormOf = (value: object | symbol) => Form | undefined;

/** A message as parts. */
export interface Message {
  readonly codes: Uint8Array;
  readonly text: string;
  readonly attached: readonly Uint8Array[];
}

/** Byte arrays up to this length are copied into the codes: cheaper than a part of their own. */
const INLINE_BYTES = 512;

/** A value nested deeper than this refers to itself, or means harm. */
const MAX_DEPTH = 200;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** The room of the last message, for the next one. */
let spare: Uint8Array | undefined;

/** Packs one value. */
export class Packer {
  readonly #formOf: FormOf;
  #codes: Uint8Array = spare ?? new Uint8Array(4096);
  #at = 0;
  #text = "";
  #depth = 0;
  readonly #attached: Uint8Array[] = [];

  /** Takes the rule for what is not plain. */
  constructor(formOf: FormOf) {
    this.#formOf = formOf;
    spare = undefined;
  }

  /** The message for what was put in. Its codes are valid until the next packer is made. */
  finish(): Message {
    const codes = this.#codes.subarray(0, this.#at);
    if (this.#codes.length <= 64 * 1024) spare = this.#codes;
    return { codes, text: this.#text, attached: this.#attached };
  }

  /** Adds a value. Throws `TypeError` for one that refers to itself. */
  put(value: unknown): void {
    switch (typeof value) {
      case "undefined":
        return this.#byte(TAG.undefined);
      case "boolean":
        return this.#byte(value ? TAG.true : TAG.false);
      case "number":
        return this.#number(value);
      case "string":
        this.#byte(TAG.string);
        return this.#string(value);
      case "bigint":
        this.#byte(TAG.bigint);
        return this.#string(String(value));
      case "object":
        if (value === null) return this.#byte(TAG.null);
        return this.#object(value);
      default:
        return this.#form(this.#formOf(value as unknown as symbol)!);
    }
  }

  #object(value: object): void {
    if (++this.#depth > MAX_DEPTH) {
      throw new TypeError(`Cannot pass a value to the other thread: it is nested deeper than ${MAX_DEPTH} levels`);
    }
    if (value instanceof Uint8Array) this.#bytes(value);
    else if (Array.isArray(value)) {
      this.#byte(TAG.array);
      this.#count(value.length);
      for (let index = 0; index < value.length; index++) this.put(value[index]);
    } else {
      const form = this.#formOf(value);
      if (form === undefined) this.#plain(value as Record<string, unknown>);
      else this.#form(form);
    }
    this.#depth--;
  }

  #plain(value: Record<string, unknown>): void {
    const names = Object.keys(value);
    this.#byte(TAG.object);
    this.#count(names.length);
    for (const name of names) {
      this.#string(name);
      this.put(value[name]);
    }
  }

  #form({ kind, payload }: Form): void {
    this.#byte(TAG.form);
    this.#count(kind);
    this.put(payload);
  }

  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.#byte(TAG.integer);
      // Small numbers of either sign become small ones without a sign.
      return this.#count(((value << 1) ^ (value >> 31)) >>> 0);
    }
    this.#byte(TAG.number);
    float[0] = value;
    this.#copy(floatBytes);
  }

  #bytes(value: Uint8Array): void {
    if (value.length > INLINE_BYTES) {
      this.#byte(TAG.attached);
      this.#attached.push(value);
    } else {
      this.#byte(TAG.bytes);
      this.#count(value.length);
      this.#copy(value);
    }
  }

  #string(value: string): void {
    this.#count(value.length);
    this.#text += value;
  }

  /** A whole number from 0 to 2³² - 1, seven bits at a time. */
  #count(value: number): void {
    this.#room(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#codes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#codes[this.#at++] = rest;
  }

  #byte(value: number): void {
    this.#room(1);
    this.#codes[this.#at++] = value;
  }

  #copy(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#codes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #room(length: number): void {
    if (this.#at + length <= this.#codes.length) return;
    const larger = new Uint8Array(Math.max(this.#codes.length * 2, this.#at + length));
    larger.set(this.#codes.subarray(0, this.#at));
    this.#codes = larger;
  }
}

/** The message for one value. */
export function pack(value: unknown, formOf: FormOf): Message {
  const packer = new Packer(formOf);
  packer.put(value);
  return packer.finish();
}
