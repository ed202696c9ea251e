/**
 * Owns the frames between the threads: messages to bytes and back, however the bytes are split.
 * Must not know shared memory, threads, nor what a message says.
 * Invariant: a frame is its lengths, then codes, text, and what is attached; an attached array
 * is copied once on each side, a text is encoded once.
 *
 * ```text
 * u32 codes  u32 text (top bit: as UTF-16)  u32 count  u32 length × count  codes  text  attached…
 * ```
 */

import type { Message } from "./pack.ts";

const FIXED = 12;
const UTF16 = 0x8000_0000;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The parts of a frame in order; they are valid until the next frame is made. */
export function encodeFrame({ codes, text, attached }: Message): Uint8Array[] {
  const headLength = FIXED + 4 * attached.length;
  const wide = !text.isWellFormed();
  // Three bytes per code unit is the most that UTF-8 takes.
  const scratch = roomFor(headLength + codes.length + text.length * 3);
  const textAt = headLength + codes.length;
  const written = wide ? putUtf16(text, scratch, textAt) : putUtf8(text, scratch, textAt);
  const head = new DataView(scratch.buffer);
  head.setUint32(0, codes.length);
  head.setUint32(4, wide ? (written | UTF16) >>> 0 : written);
  head.setUint32(8, attached.length);
  attached.forEach((bytes, index) => head.setUint32(FIXED + 4 * index, bytes.length));
  scratch.set(codes, headLength);
  return [scratch.subarray(0, textAt + written), ...attached];
}

let room: Uint8Array = new Uint8Array(16 * 1024);

/** What a large text needed is not kept. */
function roomFor(length: number): Uint8Array {
  if (length <= room.length) return room;
  return length <= 256 * 1024 ? room = new Uint8Array(length) : new Uint8Array(length);
}

function putUtf8(text: string, into: Uint8Array, at: number): number {
  return text === "" ? 0 : encoder.encodeInto(text, into.subarray(at)).written;
}

/** Half of a surrogate pair has no form in UTF-8. */
function putUtf16(text: string, into: Uint8Array, at: number): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    into[at + 2 * index] = code & 0xff;
    into[at + 2 * index + 1] = code >> 8;
  }
  return text.length * 2;
}

function getUtf16(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) text += String.fromCharCode(bytes[at]! | (bytes[at + 1]! << 8));
  return text;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
}

/** Reads frames from bytes. */
export class FrameReader {
  readonly #onMessage: (message: Message) => void;
  /** Head, codes and text of the frame under way. */
  #body: Uint8Array = new Uint8Array(4096);
  #filled = 0;
  #wanted = FIXED;
  #step: "fixed" | "lengths" | "body" | "attached" = "fixed";
  #codes = 0;
  #text = 0;
  #lengths: number[] = [];
  #attached: Uint8Array[] = [];
  #attachedAt = 0;

  /** Tells each message once it is whole; its codes are valid during the call only. */
  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  /** Whether the bytes so far ended with a whole frame. */
  get isBetweenFrames(): boolean {
    return this.#step === "fixed" && this.#filled === 0;
  }

  /** Takes the next bytes; they may be overwritten afterwards. */
  push(bytes: Uint8Array): void {
    let at = this.#filled === 0 && this.#step === "fixed" ? this.#takeShort(bytes) : 0;
    if (at === bytes.length) return;
    for (;;) {
      if (this.#step === "attached") at = this.#attach(bytes, at);
      else {
        const taken = Math.min(this.#wanted - this.#filled, bytes.length - at);
        this.#body.set(taken === bytes.length ? bytes : bytes.subarray(at, at + taken), this.#filled);
        this.#filled += taken;
        at += taken;
        if (this.#filled === this.#wanted) this.#advance();
        else return;
      }
      if (at === bytes.length && !this.#isDue()) return;
    }
  }

  /** Takes a frame that is there as a whole and has nothing attached, as most are; how many bytes that was. */
  #takeShort(bytes: Uint8Array): number {
    if (bytes.length < FIXED) return 0;
    const codes = wordAt(bytes, 0);
    const text = wordAt(bytes, 4);
    const length = FIXED + codes + (text & ~UTF16);
    if (wordAt(bytes, 8) !== 0 || length > bytes.length || length > this.#body.length) return 0;
    this.#codes = codes;
    this.#text = text;
    this.#lengths = [];
    this.#body.set(length === bytes.length ? bytes : bytes.subarray(0, length));
    this.#finishIfWhole(0);
    return length;
  }

  /** Whether the next step needs no further byte. */
  #isDue(): boolean {
    return this.#step === "attached" ? false : this.#filled === this.#wanted;
  }

  #advance(): void {
    const head = new DataView(this.#body.buffer, 0, this.#filled);
    switch (this.#step) {
      case "fixed":
        this.#codes = head.getUint32(0);
        this.#text = head.getUint32(4);
        return this.#expect("lengths", 4 * head.getUint32(8));
      case "lengths": {
        this.#lengths = [];
        for (let at = FIXED; at < this.#filled; at += 4) this.#lengths.push(head.getUint32(at));
        return this.#expect("body", this.#codes + (this.#text & ~UTF16));
      }
      default:
        this.#attached = this.#lengths.map((length) => new Uint8Array(length));
        this.#attachedAt = 0;
        this.#step = "attached";
        return this.#finishIfWhole(0);
    }
  }

  #expect(step: "lengths" | "body", more: number): void {
    this.#step = step;
    this.#wanted = this.#filled + more;
    if (this.#wanted > this.#body.length) {
      const larger = new Uint8Array(this.#wanted);
      larger.set(this.#body.subarray(0, this.#filled));
      this.#body = larger;
    }
  }

  #attach(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      const target = this.#attached[this.#attachedAt];
      if (target === undefined) break;
      const taken = Math.min(target.length - this.#filled, bytes.length - at);
      target.set(bytes.subarray(at, at + taken), this.#filled);
      at += taken;
      this.#finishIfWhole(this.#filled + taken);
      if (this.#step !== "attached") break;
    }
    return at;
  }

  /** Goes on to the next attached array once one is full, and hands the message out after the last. */
  #finishIfWhole(filled: number): void {
    this.#filled = filled;
    while (this.#attached[this.#attachedAt]?.length === this.#filled) {
      this.#attachedAt++;
      this.#filled = 0;
    }
    if (this.#attachedAt < this.#attached.length) return;
    const codesAt = FIXED + 4 * this.#lengths.length;
    const textAt = codesAt + this.#codes;
    const text = this.#body.subarray(textAt, textAt + (this.#text & ~UTF16));
    const message = {
      codes: this.#body.subarray(codesAt, textAt),
      text: text.length === 0 ? "" : this.#text & UTF16 ? getUtf16(text) : decoder.decode(text),
      attached: this.#attached,
    };
    // The message may be answered, and another frame read, before the callback returns.
    if (this.#body.length > 256 * 1024) this.#body = new Uint8Array(4096);
    this.#attached = [];
    this.#step = "fixed";
    this.#filled = 0;
    this.#wanted = FIXED;
    this.#onMessage(message);
  }
}
