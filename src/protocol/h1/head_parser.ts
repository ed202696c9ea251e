/**
 * Owns the reading of a status line and of field lines, byte by byte (RFC 9112 sections 4 and 5).
 * Must not know what a field means; it only notes where those are that decide about framing.
 * Invariants: each byte is looked at once, however the input is split; nothing is skipped
 * unchecked; every offset is relative to the first byte of the section, so the bytes may
 * move between two calls.
 */

import { RemoteProtocolError } from "../../errors.ts";
import { CHARACTER, DIGIT, FIELD_VALUE, TCHAR } from "../../http/field_grammar.ts";
import { EMPTY_SECTION, FieldSection, OFFSETS_PER_FIELD } from "./field_section.ts";
import type { H1Settings, Leniency } from "./limits.ts";

const STATUS_LINE = 0;
const REASON = 1;
const NAME = 2;
const BEFORE_VALUE = 3;
const VALUE = 4;
const LINE_FEED = 5;
const LAST_LINE_FEED = 6;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const ZERO = 0x30;
const COLON = 0x3a;
/** `HTTP/1.`, then the minor version, a space and three digits. */
const VERSION_PREFIX = codesOf("HTTP/1.");
/** Bytes of a status line before its reason: `HTTP/1.1 200`. */
const STATUS_BYTES = 12;

/** Fields that the parser notes while it passes them. */
const CONNECTION = codesOf("connection");
const KEEP_ALIVE = codesOf("keep-alive");
const CONTENT_LENGTH = codesOf("content-length");
const CONTENT_ENCODING = codesOf("content-encoding");
const TRANSFER_ENCODING = codesOf("transfer-encoding");

/** Whether a field whose name has this length may decide about framing or persistence by its value. */
export function decidesByValue(nameLength: number): boolean {
  return nameLength === CONNECTION.length || nameLength === KEEP_ALIVE.length ||
    nameLength === CONTENT_LENGTH.length || nameLength === TRANSFER_ENCODING.length;
}

const decoder = new TextDecoder();

function codesOf(text: string): readonly number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

/** What a section is called in errors. */
export type SectionKind = "response head" | "trailer section";

/** Reads one section at a time; used again for the next one. */
export class HeadParser {
  /** Bytes of the section, set when it is complete. */
  length = 0;
  /** Status code, 100 to 999. */
  status = 0;
  /** Minor version: 0 or 1. */
  minor = 1;
  /** Where the reason phrase begins. */
  reasonFrom = 0;
  /** Where the reason phrase ends. */
  reasonTo = 0;
  /** Index of the first Content-Length, or -1. */
  contentLength = -1;
  /** Index of the first Transfer-Encoding, or -1. */
  transferEncoding = -1;
  /** Index of the first Connection, or -1. */
  connection = -1;
  /** Index of the first Keep-Alive, or -1. */
  keepAlive = -1;
  /** Whether there is a Content-Encoding. */
  contentEncoded = false;

  #kind: SectionKind = "response head";
  #phase = STATUS_LINE;
  #at = 0;
  #nameFrom = 0;
  #seen = 0;
  #count = 0;
  #maxBytes = 0;
  #maxFields = 0;
  #bareLf = false;
  readonly #offsets: number[] = [];

  /** Begins a new section. */
  begin(kind: SectionKind, settings: H1Settings): void {
    const head = kind === "response head";
    this.#kind = kind;
    this.#phase = head ? STATUS_LINE : NAME;
    this.#maxBytes = head ? settings.headBytes : settings.trailerBytes;
    this.#maxFields = settings.fields;
    this.#bareLf = head && settings.bareLf;
    this.#at =
      this.#nameFrom =
      this.#seen =
      this.#count =
        0;
    this.contentLength =
      this.transferEncoding =
      this.connection =
      this.keepAlive =
        -1;
    this.contentEncoded = false;
  }

  /**
   * Goes on reading. The section starts at `start`; what was looked at in earlier calls stands
   * there again. `true` when the section is complete, `false` when it needs more bytes.
   * Throws `RemoteProtocolError`.
   */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    const stop = Math.min(end, start + this.#maxBytes);
    let at = start + this.#at;
    let phase = this.#phase;
    let seen = 0;
    let code = 0;
    if (phase === STATUS_LINE) {
      this.#readStatus(bytes, start, stop - start);
      if (stop - start >= STATUS_BYTES) {
        at = start + STATUS_BYTES;
        phase = REASON;
      }
    }
    while (at < stop && phase !== STATUS_LINE) {
      if (phase === NAME) {
        if (at - start === this.#nameFrom) at = this.#takeLines(bytes, start, at, stop);
        while (at < stop && (CHARACTER[code = bytes[at]!]! & TCHAR) !== 0) at++;
        if (at === stop) break;
        const length = at - start - this.#nameFrom;
        if (code === COLON && length > 0) {
          this.#beginField(bytes, start, at, length);
          phase = BEFORE_VALUE;
        } else if (length === 0 && code === CR) phase = LAST_LINE_FEED;
        else if (length === 0 && code === LF && this.#bareLf) return this.#complete(at + 1 - start, seen);
        else this.#rejectName(code, length, at - start);
        at++;
      } else if (phase === BEFORE_VALUE) {
        while (at < stop && ((code = bytes[at]!) === SPACE || code === TAB)) at++;
        if (at === stop) break;
        this.#offsets[this.#count * OFFSETS_PER_FIELD + 2] = at - start;
        phase = VALUE;
      } else if (phase === LINE_FEED || phase === LAST_LINE_FEED) {
        if (bytes[at] !== LF) this.#rejectBareCr(at - 1 - start);
        at++;
        if (phase === LAST_LINE_FEED) return this.#complete(at - start, seen);
        this.#nameFrom = at - start;
        phase = NAME;
      } else {
        while (at < stop && (CHARACTER[code = bytes[at]!]! & FIELD_VALUE) !== 0) {
          seen |= code;
          at++;
        }
        if (at === stop) break;
        if (phase === VALUE) this.#endField(bytes, start, at);
        else this.#endReason(bytes, start, at);
        at++;
        if (code === CR) phase = LINE_FEED;
        else if (code === LF && this.#bareLf) {
          this.#nameFrom = at - start;
          phase = NAME;
        } else this.#rejectByte(code, at - 1 - start, phase === VALUE ? "a field value" : "the reason phrase");
      }
    }
    this.#at = at - start;
    this.#phase = phase;
    this.#seen |= seen;
    if (end - start >= this.#maxBytes) this.#reject(`longer than ${this.#maxBytes} bytes`, "its limit");
    return false;
  }

  /** Whether the section holds ASCII alone. */
  get ascii(): boolean {
    return this.#seen < 0x80;
  }

  /** The complete section; `bytes` and `start` as in the call of `scan` that said so. */
  section(bytes: Uint8Array, start: number): FieldSection {
    if (this.length <= 2) return EMPTY_SECTION;
    const head = bytes.subarray(start, start + this.length);
    const text = this.ascii ? decoder.decode(head) : decodeLatin1(head);
    return new FieldSection(text, this.#offsets.slice(0, this.#count * OFFSETS_PER_FIELD));
  }

  /**
   * Takes complete, flawless lines at one go, which is what nearly all are; the first that is not
   * is left to `scan`, which looks at it byte by byte and judges it. Returns where that one begins.
   */
  #takeLines(bytes: Uint8Array, start: number, from: number, stop: number): number {
    const offsets = this.#offsets;
    const last = this.#maxFields * OFFSETS_PER_FIELD;
    let offset = this.#count * OFFSETS_PER_FIELD;
    let line = from;
    let seen = 0;
    let code = 0;
    while (offset < last) {
      let at = line;
      while (at < stop && (CHARACTER[code = bytes[at]!]! & TCHAR) !== 0) at++;
      const nameTo = at;
      if (code !== COLON || at >= stop || at === line) break;
      at++;
      while (at < stop && ((code = bytes[at]!) === SPACE || code === TAB)) at++;
      const valueFrom = at;
      while (at < stop && (CHARACTER[code = bytes[at]!]! & FIELD_VALUE) !== 0) {
        seen |= code;
        at++;
      }
      if (code !== CR || at + 1 >= stop || bytes[at + 1] !== LF) break;
      const next = at + 2;
      while (at > valueFrom && ((code = bytes[at - 1]!) === SPACE || code === TAB)) at--;
      const length = nameTo - line;
      if (length >= 10 && length <= 17) this.#note(bytes, line, length, offset / OFFSETS_PER_FIELD);
      offsets[offset] = line - start;
      offsets[offset + 1] = nameTo - start;
      offsets[offset + 2] = valueFrom - start;
      offsets[offset + 3] = at - start;
      offset += OFFSETS_PER_FIELD;
      line = next;
    }
    this.#count = offset / OFFSETS_PER_FIELD;
    this.#seen |= seen;
    this.#nameFrom = line - start;
    return line;
  }

  #complete(length: number, seen: number): true {
    this.length = length;
    this.#seen |= seen;
    return true;
  }

  /** Checks what there is of `HTTP/1.1 200`; seen again at most eleven times. */
  #readStatus(bytes: Uint8Array, start: number, available: number): void {
    const prefix = Math.min(available, VERSION_PREFIX.length);
    for (let at = 0; at < prefix; at++) {
      if (bytes[start + at] !== VERSION_PREFIX[at]) this.#rejectStatus(at, "expected HTTP/1.0 or HTTP/1.1", "2.3");
    }
    for (let at = VERSION_PREFIX.length; at < available && at < STATUS_BYTES; at++) {
      const code = bytes[start + at]!;
      if (at === 7) {
        if (code !== ZERO && code !== ZERO + 1) this.#rejectStatus(at, "expected HTTP/1.0 or HTTP/1.1", "2.3");
        this.minor = code - ZERO;
      } else if (at === 8) {
        if (code !== SPACE) this.#rejectStatus(at, "expected a space after the version", "4");
        this.status = 0;
      } else {
        if ((CHARACTER[code]! & DIGIT) === 0 || (at === 9 && code === ZERO)) {
          this.#rejectStatus(at, "expected a status code of three digits", "4");
        }
        this.status = this.status * 10 + code - ZERO;
      }
    }
  }

  /** The status code ends with a space; the space may be missing when there is no reason either. */
  #endReason(bytes: Uint8Array, start: number, at: number): void {
    const from = start + STATUS_BYTES;
    if (at > from && bytes[from] !== SPACE) this.#rejectStatus(STATUS_BYTES, "expected a space after the status", "4");
    this.reasonFrom = Math.min(from + 1, at) - start;
    this.reasonTo = at - start;
  }

  #beginField(bytes: Uint8Array, start: number, at: number, length: number): void {
    if (this.#count >= this.#maxFields) this.#reject(`more than ${this.#maxFields} fields`, "its limit");
    if (length >= 10 && length <= 17) this.#note(bytes, at - length, length, this.#count);
    const offset = this.#count * OFFSETS_PER_FIELD;
    this.#offsets[offset] = this.#nameFrom;
    this.#offsets[offset + 1] = at - start;
  }

  #endField(bytes: Uint8Array, start: number, at: number): void {
    const offset = this.#count * OFFSETS_PER_FIELD;
    const from = start + this.#offsets[offset + 2]!;
    let to = at;
    while (to > from && (bytes[to - 1] === SPACE || bytes[to - 1] === TAB)) to--;
    this.#offsets[offset + 3] = to - start;
    this.#count++;
  }

  /** Notes a field that decides about framing or persistence; told apart by length first. */
  #note(bytes: Uint8Array, from: number, length: number, index: number): void {
    if (length === 14) {
      if (this.contentLength < 0 && matches(bytes, from, CONTENT_LENGTH)) this.contentLength = index;
    } else if (length === 10) {
      if (this.connection < 0 && matches(bytes, from, CONNECTION)) this.connection = index;
      else if (this.keepAlive < 0 && matches(bytes, from, KEEP_ALIVE)) this.keepAlive = index;
    } else if (length === 17) {
      if (this.transferEncoding < 0 && matches(bytes, from, TRANSFER_ENCODING)) this.transferEncoding = index;
    } else if (length === 16) {
      if (matches(bytes, from, CONTENT_ENCODING)) this.contentEncoded = true;
    }
  }

  #rejectStatus(at: number, wanted: string, section: string): never {
    this.#reject(`a malformed status line at byte ${at}`, wanted, section);
  }

  #rejectName(code: number, length: number, at: number): never {
    if (code === SPACE || code === TAB) {
      if (length > 0) this.#reject(`white space before the colon at byte ${at}`, "expected none", "5.1");
      this.#reject(`a folded line (obs-fold) at byte ${at}`, "expected one line per field", "5.2");
    }
    if (code === LF && length === 0) this.#rejectBareLf(at);
    if (code === COLON) this.#reject(`an empty field name at byte ${at}`, "expected a token", "5");
    this.#rejectByte(code, at, "a field name");
  }

  #rejectByte(code: number, at: number, where: string): never {
    if (code === LF) this.#rejectBareLf(at);
    this.#reject(`byte 0x${code.toString(16).padStart(2, "0")} at ${at} in ${where}`, "which RFC 9110 forbids", "5");
  }

  #rejectBareCr(at: number): never {
    this.#reject(`a bare CR at byte ${at}`, "expected CR LF", "2.2");
  }

  #rejectBareLf(at: number): never {
    this.#reject(`a bare LF at byte ${at}`, "expected CR LF", "2.2", "bare-lf");
  }

  #reject(found: string, wanted: string, rfc9112?: string, lenient?: Leniency): never {
    const rule = rfc9112 === undefined
      ? ""
      : ` (RFC 9112 section ${rfc9112}${lenient ? `; leniency "${lenient}"` : ""})`;
    const message = `Cannot read the ${this.#kind}: ${found}, ${wanted}${rule}`;
    const code = rfc9112 === undefined ? "LIMIT_EXCEEDED" : "PROTOCOL_REMOTE";
    throw new RemoteProtocolError(message, lenient === undefined ? { code } : { code, lenient });
  }
}

/** Whether `bytes` have the lower-case letters and hyphens of `lower` at `from`, in any case. */
function matches(bytes: Uint8Array, from: number, lower: readonly number[]): boolean {
  // A name holds only tchar, of which no other becomes a letter or hyphen by this bit.
  for (let at = 0; at < lower.length; at++) {
    if ((bytes[from + at]! | 0x20) !== lower[at]) return false;
  }
  return true;
}

/** Bytes per call of `String.fromCharCode`: well below any engine's limit of arguments. */
const LATIN1_PIECE = 4096;

/** One character per byte; the decoder called "latin1" is windows-1252 and is not that. */
function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += LATIN1_PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + LATIN1_PIECE));
  }
  return text;
}

let spare: HeadParser | null = null;

/** Gets a parser that has begun a section. Idle connections hold none, so that they stay small. */
export function borrowParser(kind: SectionKind, settings: H1Settings): HeadParser {
  const parser = spare ?? new HeadParser();
  spare = null;
  parser.begin(kind, settings);
  return parser;
}

/** Gives back a parser whose section is complete. */
export function returnParser(parser: HeadParser): void {
  spare = parser;
}
