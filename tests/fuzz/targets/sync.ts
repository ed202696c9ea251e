/** What passes between the threads of the blocking client: values, messages, frames. */

import { type Form, type Message, Packer } from "../../../src/sync/pack.ts";
import { unpack } from "../../../src/sync/unpack.ts";
import { encodeFrame, FrameReader } from "../../../src/sync/wire.ts";
import { join } from "../../support/h2_peer.ts";
import { bytesOf, type Cut, type FuzzTarget, promise, wordsOf } from "../target.ts";

/** What a form of the tests is made of. */
class Boxed {
  readonly kind: number;
  readonly content: unknown;

  constructor(kind: number, content: unknown) {
    this.kind = kind;
    this.content = content;
  }
}

const formOf = (value: object | symbol): Form | undefined =>
  value instanceof Boxed ? { kind: value.kind, payload: value.content } : undefined;

const make = (kind: number, payload: unknown): Boxed => new Boxed(kind, payload);

/** Values from characters: each begins one. */
class Maker {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get over(): boolean {
    return this.#at >= this.#text.length;
  }

  #next(): number {
    return this.over ? 0 : this.#text.charCodeAt(this.#at++);
  }

  #string(): string {
    const length = this.#next() % 40;
    const from = this.#at;
    this.#at = Math.min(this.#text.length, from + length);
    return this.#text.slice(from, this.#at);
  }

  /** The next value; a deep one ends in `null`. */
  value(depth = 0): unknown {
    switch (this.#next() % 14) {
      case 0:
        return undefined;
      case 1:
        return this.#next() % 2 === 0;
      case 2:
        return this.#next() - 128;
      case 3:
        return this.#next() * 0x1000000 - 0x80000000;
      case 4:
        return [NaN, -0, Infinity, 0.1, Number.MAX_VALUE, 2 ** 31, -(2 ** 31), 2 ** 53][this.#next() % 8];
      case 5:
        return this.#string();
      case 6:
        return `${this.#string()}\ud800${this.#string()}`;
      case 7:
        return bytesOf(this.#string());
      case 8:
        return bytesOf("x".repeat(500 + this.#next() % 30));
      case 9:
        return BigInt(this.#next()) ** 9n;
      case 10:
      case 11:
        return depth > 20 ? null : Array.from({ length: this.#next() % 5 }, () => this.value(depth + 1));
      case 12: {
        if (depth > 20) return null;
        const entries = Array.from({ length: this.#next() % 4 }, () => [this.#string(), this.value(depth + 1)]);
        return Object.fromEntries([...entries, ...(this.#next() % 9 === 0 ? [["__proto__", this.#next()]] : [])]);
      }
      default:
        return depth > 20 ? null : new Boxed(this.#next(), this.value(depth + 1));
    }
  }
}

/** A value in words. */
function told(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${value.length} ${wordsOf(String.fromCharCode(...value))}`;
  if (value instanceof Boxed) return `box ${value.kind} (${told(value.content)})`;
  if (Array.isArray(value)) return `[${value.map(told).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${told(each)}`).join(", ")}}`;
  }
  if (typeof value === "string") return wordsOf(value);
  return Object.is(value, -0) ? "-0" : `${typeof value === "bigint" ? "big " : ""}${value}`;
}

function packed(value: unknown): Message {
  const packer = new Packer(formOf);
  packer.put(value);
  return packer.finish();
}

/** Values of any kind as frames, in any pieces, and back. */
export const syncWire: FuzzTarget = {
  name: "sync_wire",
  seeds: [
    "\x05\x03abc\x02\x90\x04\x01",
    "\x0c\x02\x01a\x05\x02bc\x01b\x0a\x03\x01\x01\x02\x02\x00\x09",
    "\x08\x14\x07\x04abcd\x08\x01\x06\x01x\x01y\x09\x05\x0d\x07\x05\x02hi",
    "\x0a\x04\x04\x00\x04\x01\x04\x02\x04\x06\x03\xff\x03\x00",
  ],
  tokens: [
    "\x0a\x04",
    "\x0c\x03\x01a",
    "\x05\x08",
    "\x06\x01a\x01b",
    "\x08\x0c",
    "\x08\x0d",
    "\x0d\x01",
    "\x04",
    "\u20ac",
  ],
  cuts: true,
  longest: 4_096,
  run(input: string, cut: Cut) {
    const maker = new Maker(input);
    const words: string[] = [];
    const frames: Uint8Array[] = [];
    while (!maker.over) {
      const value = maker.value();
      words.push(told(value));
      frames.push(join(...encodeFrame(packed(value))));
    }
    const read: string[] = [];
    const reader = new FrameReader((message) => read.push(told(unpack(message, make))));
    for (const piece of cut(join(...frames))) reader.push(piece);
    promise(reader.isBetweenFrames, "a frame is not whole");
    promise(read.length === words.length, `${words.length} values became ${read.length}`);
    read.forEach((each, index) => promise(each === words[index], `${words[index]} became ${each}`));
    return read.join("; ");
  },
};

/** A message that is wrong: codes, a mark, text. */
export const syncMessage: FuzzTarget = {
  name: "sync_message",
  seeds: [
    [1, "abc", { a: null, b: [true, 0.5] }, 12n, new Boxed(3, "x"), new Uint8Array(3)],
    { a: [-1, 70_000, undefined], "": "y" },
    "text",
  ].map((value) => {
    const { codes, text } = packed(value);
    return `${String.fromCharCode(...codes)}\xfe\xfe${text}`;
  }),
  tokens: [
    "\x00",
    "\x04\x02",
    "\x06\x03",
    "\x07\x02ab",
    "\x08",
    "\x09\x02",
    "\x0a\x01\x01",
    "\x0b\x02",
    "\x0c\x01",
    "\xff\xff\xff\xff\x0f",
    "\xfe\xfe",
  ],
  // A message that is wrong is a RangeError; so is one that is nested without end.
  proper: (error) => error instanceof RangeError,
  run(input) {
    const mark = input.indexOf("\xfe\xfe");
    const codes = bytesOf(mark < 0 ? input : input.slice(0, mark));
    const text = mark < 0 ? "" : input.slice(mark + 2);
    return told(unpack({ codes, text, attached: [new Uint8Array(600)] }, make));
  },
};
