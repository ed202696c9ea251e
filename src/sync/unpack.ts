/**
 * Owns the way of a message back into the value it was packed of.
 * Must not know what the forms are; a rule is given in that makes them.
 * Invariant: what `pack` packed comes out equal; a message that is cut or wrong is a `RangeError`
 * (both ends are ours: it can only be a fault of this library).
 */

import { type Message, TAG } from "./pack.ts";

/** Makes what crossed as a form. */
export type MakeForm = (kind: number, payload: unknown) => unknown;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** The value of a message. */
export function unpack(message: Message, make: MakeForm): unknown {
  return new Unpacker(message, make).take();
}

class Unpacker {
  readonly #codes: Uint8Array;
  readonly #text: string;
  readonly #attached: readonly Uint8Array[];
  readonly #make: MakeForm;
  #at = 0;
  #textAt = 0;
  #attachedAt = 0;

  constructor({ codes, text, attached }: Message, make: MakeForm) {
    this.#codes = codes;
    this.#text = text;
    this.#attached = attached;
    this.#make = make;
  }

  take(): unknown {
    switch (this.#byte()) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.integer: {
        const value = this.#count();
        return (value >>> 1) ^ -(value & 1);
      }
      case TAG.number:
        floatBytes.set(this.#slice(8));
        return float[0];
      case TAG.string:
        return this.#string();
      case TAG.bytes:
        return this.#slice(this.#count()).slice();
      case TAG.attached:
        return this.#attached[this.#attachedAt++] ?? this.#broken();
      case TAG.array:
        return this.#array();
      case TAG.object:
        return this.#object();
      case TAG.bigint:
        return this.#bigint();
      case TAG.form: {
        const kind = this.#count();
        return this.#make(kind, this.take());
      }
      default:
        return this.#broken();
    }
  }

  #bigint(): bigint {
    const text = this.#string();
    return /^-?\d+$/.test(text) ? BigInt(text) : this.#broken();
  }

  #array(): unknown[] {
    const length = this.#count();
    const array: unknown[] = [];
    for (let index = 0; index < length; index++) array.push(this.take());
    return array;
  }

  #object(): object {
    const object: Record<string, unknown> = {};
    for (let left = this.#count(); left > 0; left--) {
      const name = this.#string();
      const value = this.take();
      // A member of this name set in the usual way would become the prototype.
      if (name === "__proto__") {
        Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
      } else object[name] = value;
    }
    return object;
  }

  #string(): string {
    const from = this.#textAt;
    this.#textAt += this.#count();
    if (this.#textAt > this.#text.length) this.#broken();
    return this.#text.slice(from, this.#textAt);
  }

  #count(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  #byte(): number {
    return this.#codes[this.#at++] ?? this.#broken();
  }

  #slice(length: number): Uint8Array {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#codes.length) this.#broken();
    return this.#codes.subarray(from, this.#at);
  }

  #broken(): never {
    throw new RangeError("Cannot read a message of the other thread: it is cut short or malformed");
  }
}
