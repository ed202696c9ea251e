/**
 * Owns the reading of chunked bodies (RFC 9112 section 7.1).
 * Must not know heads or connections.
 * Invariants: each byte is looked at once, however the input is split; the size line is not
 * stored; a chunk is passed on as it comes, never collected to its announced size.
 */

import { IncompleteReadError, RemoteProtocolError } from "../../errors.ts";
import { CHARACTER, FIELD_VALUE, HEXDIG } from "../../http/field_grammar.ts";
import type { BodyReader } from "./body_readers.ts";
import { DataEvent, END, type EndEvent, NEED_DATA, type NeedDataEvent } from "./events.ts";
import { borrowParser, type HeadParser, returnParser } from "./head_parser.ts";
import { type H1Settings, MAX_SIZE_DIGITS } from "./limits.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";

const SIZE = 0;
const BEFORE_EXTENSION = 1;
const EXTENSION = 2;
const SIZE_LF = 3;
const CHUNK = 4;
const CHUNK_CR = 5;
const CHUNK_LF = 6;
const TRAILERS = 7;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const SEMICOLON = 0x3b;

/** Reads one chunked body at a time; used again for the next one. */
export class ChunkReader implements BodyReader {
  /** A chunk is followed by framing, so that no byte may bypass the codec. */
  readonly expected: number = 0;
  readonly #settings: H1Settings;
  #phase = SIZE;
  #size = 0;
  #digits = 0;
  #extensionBytes = 0;
  #received = 0;
  #parser: HeadParser | null = null;

  constructor(settings: H1Settings) {
    this.#settings = settings;
  }

  /** Begins a body. */
  begin(): void {
    this.#phase = SIZE;
    this.#size =
      this.#digits =
      this.#extensionBytes =
      this.#received =
        0;
    this.#parser = null;
  }

  read(input: ReceiveBuffer): DataEvent | EndEvent | NeedDataEvent {
    const { view, end } = input;
    let at = input.at;
    while (at < end) {
      const phase = this.#phase;
      if (phase === CHUNK) {
        const to = Math.min(end, at + this.#size);
        input.at = to;
        this.#size -= to - at;
        this.#received += to - at;
        if (this.#size === 0) this.#phase = CHUNK_CR;
        return new DataEvent(view, at, to);
      }
      if (phase === TRAILERS) {
        input.at = at;
        return this.#readTrailers(input);
      }
      if (phase === SIZE) at = this.#readSize(view, at, end);
      else if (phase === EXTENSION) at = this.#skipExtension(view, at, end);
      else this.#readDelimiter(view[at++]!);
    }
    input.at = at;
    return NEED_DATA;
  }

  consume(_length: number): void {}

  end(): EndEvent {
    throw new IncompleteReadError(
      `Cannot read the body: the connection ended after ${this.#received} bytes, before the last chunk`,
      { received: this.#received, expected: undefined },
    );
  }

  /** HEXDIG by HEXDIG; stops behind the byte that ends the size. */
  #readSize(view: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end) {
      const code = view[at++]!;
      if ((CHARACTER[code]! & HEXDIG) !== 0) {
        if (++this.#digits > MAX_SIZE_DIGITS) {
          reject("a chunk size of too many digits", `expected at most ${MAX_SIZE_DIGITS}`);
        }
        this.#size = this.#size * 16 + (code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57);
        continue;
      }
      if (this.#digits === 0) rejectByte(code, "where a chunk size begins", "expected a hexadecimal digit");
      if (code === CR) this.#phase = SIZE_LF;
      else if (code === SEMICOLON || code === SPACE || code === TAB) {
        this.#countExtension(1);
        this.#phase = code === SEMICOLON ? EXTENSION : BEFORE_EXTENSION;
      } else rejectByte(code, "after a chunk size", "expected CR LF or an extension");
      break;
    }
    return at;
  }

  #skipExtension(view: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && (CHARACTER[view[at]!]! & FIELD_VALUE) !== 0) at++;
    this.#countExtension(at - from);
    if (at === end) return at;
    if (view[at] !== CR) rejectByte(view[at]!, "in a chunk extension", "expected CR LF after it");
    this.#phase = SIZE_LF;
    return at + 1;
  }

  #countExtension(length: number): void {
    this.#extensionBytes += length;
    if (this.#extensionBytes <= this.#settings.extensionBytes) return;
    const limit = this.#settings.extensionBytes;
    throw new RemoteProtocolError(
      `Cannot read the chunked body: chunk extensions longer than ${limit} bytes, their limit per message`,
      { code: "LIMIT_EXCEEDED", phase: "read" },
    );
  }

  #readDelimiter(code: number): void {
    switch (this.#phase) {
      case BEFORE_EXTENSION:
        // White space is allowed before an extension only (BWS, RFC 9112 section 7.1.1).
        this.#countExtension(1);
        if (code === SEMICOLON) this.#phase = EXTENSION;
        else if (code !== SPACE && code !== TAB) {
          rejectByte(code, "after a chunk size", 'expected ";" after white space');
        }
        return;
      case SIZE_LF:
        if (code !== LF) rejectByte(code, "after the CR of a chunk size", "expected LF");
        this.#digits = 0;
        this.#phase = this.#size === 0 ? TRAILERS : CHUNK;
        return;
      case CHUNK_CR:
        if (code !== CR) rejectByte(code, "after the bytes of a chunk", "expected CR LF");
        this.#phase = CHUNK_LF;
        return;
      default:
        if (code !== LF) rejectByte(code, "after the bytes of a chunk", "expected CR LF");
        this.#phase = SIZE;
    }
  }

  #readTrailers(input: ReceiveBuffer): EndEvent | NeedDataEvent {
    if (this.#parser === null) {
      if (input.end - input.at >= 2 && input.view[input.at] === CR && input.view[input.at + 1] === LF) {
        input.at += 2;
        return END;
      }
      this.#parser = borrowParser("trailer section", this.#settings);
    }
    const section = input.readSection(this.#parser);
    if (section === null) return NEED_DATA;
    returnParser(this.#parser);
    this.#parser = null;
    return section.count === 0 ? END : { type: "end", trailers: section };
  }
}

function rejectByte(code: number, where: string, wanted: string): never {
  reject(`byte 0x${code.toString(16).padStart(2, "0")} ${where}`, wanted);
}

function reject(found: string, wanted: string): never {
  throw new RemoteProtocolError(
    `Cannot read the chunked body: ${found}, ${wanted} (RFC 9112 section 7.1)`,
    { phase: "read" },
  );
}
