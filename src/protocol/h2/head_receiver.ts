/**
 * Owns the gathering of a head over HEADERS and CONTINUATION, and its decompression.
 * Must not know streams beyond their numbers and limits.
 * Invariants: nothing may stand between the frames of one head (RFC 9113 section 6.10); a head is
 * decompressed whatever becomes of its stream, so that the table stays in step; what is gathered
 * is bounded.
 */

import { ConnectionFault, ErrorCode } from "./error_codes.ts";
import { Flag, FrameType, readUint32 } from "./frames.ts";
import type { StreamLimits } from "./h2_stream.ts";
import { type DecodedSection, HpackDecoder } from "./hpack_decoder.ts";
import { type CheckedHead, checkHead, checkTrailers, type H2Section } from "./response_fields.ts";

/** Compressed bytes of one head: many times what fields of the usual limits take. */
const MOST_BLOCK = 512 * 1024;

/** Frames of one head. */
const MOST_FRAMES = 64;

const EMPTY = new Uint8Array(0);

/** Receives the heads of one connection, one after the other. */
export class HeadReceiver {
  /** Number of the stream that the head belongs to. */
  stream = 0;
  /** Whether the head ends its stream. */
  last = false;
  readonly #decoder = new HpackDecoder();
  #inside = false;
  #frames = 0;
  #block: Uint8Array = EMPTY;
  #from = 0;
  #to = 0;
  #lastSection: DecodedSection | undefined;
  #lastHead: CheckedHead | undefined;

  /** Whether a frame may stand here. Throws `ConnectionFault`. */
  expects(type: number, id: number): void {
    if (this.#inside ? type === FrameType.CONTINUATION && id === this.stream : type !== FrameType.CONTINUATION) return;
    const what = this.#inside ? "a head was not continued" : "CONTINUATION without a head";
    throw new ConnectionFault(ErrorCode.PROTOCOL_ERROR, what);
  }

  /** HEADERS; `true` when the head is whole, and must be decoded before the bytes go. */
  begin(flags: number, id: number, bytes: Uint8Array, from: number, to: number): boolean {
    if ((flags & Flag.PADDED) !== 0) {
      const padding = to > from ? bytes[from++]! : to;
      to -= padding;
    }
    if ((flags & Flag.PRIORITY) !== 0) {
      if (to - from >= 5 && (readUint32(bytes, from) & 0x7fffffff) === id) {
        throw new ConnectionFault(ErrorCode.PROTOCOL_ERROR, "a stream depends on itself");
      }
      from += 5;
    }
    if (from > to) throw new ConnectionFault(ErrorCode.PROTOCOL_ERROR, "HEADERS with more padding than bytes");
    this.stream = id;
    this.last = (flags & Flag.END_STREAM) !== 0;
    this.#frames = 1;
    if ((flags & Flag.END_HEADERS) !== 0) {
      this.#block = bytes;
      this.#from = from;
      this.#to = to;
      return true;
    }
    this.#inside = true;
    this.#block = bytes.slice(from, to);
    this.#from = 0;
    this.#to = to - from;
    return false;
  }

  /** CONTINUATION; `true` when the head is whole. */
  go(flags: number, bytes: Uint8Array, from: number, to: number): boolean {
    const size = this.#to + to - from;
    if (++this.#frames > MOST_FRAMES || size > MOST_BLOCK) {
      throw new ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, `a head of ${this.#frames} frames and ${size} bytes`);
    }
    if (size > this.#block.length) {
      const block = new Uint8Array(2 * size);
      block.set(this.#block.subarray(0, this.#to));
      this.#block = block;
    }
    this.#block.set(bytes.subarray(from, to), this.#to);
    this.#to = size;
    if ((flags & Flag.END_HEADERS) === 0) return false;
    this.#inside = false;
    return true;
  }

  /** Decodes the head, of which no more than `limit` bytes are kept. Throws `ConnectionFault`. */
  decode(limit: number): DecodedSection {
    const block = this.#block;
    this.#block = EMPTY;
    return this.#decoder.decode(block, this.#from, this.#to, limit);
  }

  /** What a section is on its stream; a text says why it is malformed. */
  check(
    section: DecodedSection,
    { answered, bodyless }: { readonly answered: boolean; readonly bodyless: boolean },
    last: boolean,
  ): CheckedHead | H2Section | string {
    if (answered) {
      if (!last) return "a second head that does not end the stream";
      return bodyless ? "trailers where there is no body" : checkTrailers(section);
    }
    if (section === this.#lastSection && this.#lastHead !== undefined) return this.#lastHead;
    const head = checkHead(section);
    if (typeof head === "string") return head;
    if (head.status >= 200) {
      this.#lastSection = section;
      return this.#lastHead = head;
    }
    if (head.status === 101) return "the status 101, which HTTP/2 does not have";
    return last ? "an informational response that ends the stream" : head;
  }

  /** Why a section is too large, with the option that says so. */
  excess({ size, fields }: DecodedSection, trailers: boolean, limits: StreamLimits): string {
    if (trailers) return `trailers of ${size} bytes, expected at most ${limits.trailers} (limits.trailers)`;
    if (size > limits.head) return `a head of ${size} bytes, expected at most ${limits.head} (limits.head)`;
    return `a head of ${fields.length} fields, expected at most ${limits.fields} (limits.fields)`;
  }
}
