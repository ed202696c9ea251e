/**
 * Owns the cutting of received bytes into frames (RFC 9113 section 4.1).
 * Must not know what a frame means.
 * Invariants: DATA is handed on as it arrives, without its padding, and never copied; any other
 * frame is handed on whole; a frame larger than allowed is refused by its head.
 */

import { ConnectionFault, ErrorCode } from "./error_codes.ts";
import { DEFAULT_FRAME_SIZE, Flag, FRAME_HEAD, FrameType, readUint32 } from "./frames.ts";

/** Who is told of frames. All views are valid during the call only. */
export interface FrameSink {
  /** A frame begins. */
  frameHead(type: number, flags: number, stream: number, length: number): void;
  /** A whole frame that is not DATA. */
  frame(type: number, flags: number, stream: number, bytes: Uint8Array, from: number, to: number): void;
  /** Bytes of DATA. */
  dataBytes(bytes: Uint8Array, from: number, to: number): void;
  /** DATA is complete; `padding` bytes of it were none of the body. */
  dataEnd(flags: number, padding: number): void;
}

/** The length of a frame that an answer in HTTP/1.1 looks like: its first three letters. */
const HTT = 0x485454;

const EMPTY = new Uint8Array(0);

/** Cuts what one connection receives. */
export class FrameReader {
  readonly #head: Uint8Array = new Uint8Array(FRAME_HEAD);
  #headFilled = 0;
  #inside = false;
  #length = 0;
  #type = 0;
  #flags = 0;
  #stream = 0;
  /** Bytes of the payload that are still to come. */
  #left = 0;
  /** Bytes of padding at the end of DATA; -1 while its length is to come. */
  #padding = 0;
  /** Bytes of DATA that were handed on. */
  #handed = 0;
  #payload: Uint8Array = EMPTY;
  #stopped = false;

  /** Nothing more is told, not even of the bytes under way. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes bytes. Throws what `sink` throws, and `ConnectionFault`. */
  read(view: Uint8Array, sink: FrameSink): void {
    for (let at = 0; !this.#stopped && at < view.length;) {
      if (!this.#inside) at = this.#begin(view, at, sink);
      else if (this.#type === FrameType.DATA) at = this.#data(view, at, sink);
      else at = this.#gather(view, at, sink);
    }
  }

  #begin(view: Uint8Array, at: number, sink: FrameSink): number {
    let bytes = view;
    let from = at;
    if (this.#headFilled > 0 || view.length - at < FRAME_HEAD) {
      const step = Math.min(FRAME_HEAD - this.#headFilled, view.length - at);
      this.#head.set(view.subarray(at, at + step), this.#headFilled);
      this.#headFilled += step;
      if (this.#headFilled < FRAME_HEAD) return view.length;
      this.#headFilled = 0;
      bytes = this.#head;
      from = 0;
      at += step;
    } else at += FRAME_HEAD;
    this.#length = this.#left = (bytes[from]! << 16) | (bytes[from + 1]! << 8) | bytes[from + 2]!;
    this.#type = bytes[from + 3]!;
    this.#flags = bytes[from + 4]!;
    this.#stream = readUint32(bytes, from + 5) & 0x7fffffff;
    if (this.#length > DEFAULT_FRAME_SIZE) {
      if (this.#length === HTT) throw new ConnectionFault(ErrorCode.PROTOCOL_ERROR, "it answers in HTTP/1.1");
      throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, `a frame of ${this.#length} bytes`);
    }
    sink.frameHead(this.#type, this.#flags, this.#stream, this.#length);
    this.#inside = true;
    if (this.#type === FrameType.DATA) {
      this.#handed = 0;
      this.#padding = (this.#flags & Flag.PADDED) !== 0 ? -1 : 0;
      if (this.#padding < 0 && this.#length === 0) {
        throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "padded DATA without a length of its padding");
      }
      if (this.#left === 0) this.#finishData(sink);
    } else if (this.#left === 0) this.#finish(EMPTY, 0, 0, sink);
    return at;
  }

  #data(view: Uint8Array, at: number, sink: FrameSink): number {
    if (this.#padding < 0) {
      this.#padding = view[at++]!;
      this.#left--;
      if (this.#padding > this.#left) {
        throw new ConnectionFault(ErrorCode.PROTOCOL_ERROR, "DATA with more padding than bytes");
      }
    }
    const step = Math.min(this.#left - this.#padding, view.length - at);
    if (step > 0) {
      this.#left -= step;
      this.#handed += step;
      sink.dataBytes(view, at, at + step);
      at += step;
    }
    if (this.#left <= this.#padding) {
      const skipped = Math.min(this.#left, view.length - at);
      this.#padding -= skipped;
      this.#left -= skipped;
      at += skipped;
      if (this.#left === 0 && !this.#stopped) this.#finishData(sink);
    }
    return at;
  }

  #gather(view: Uint8Array, at: number, sink: FrameSink): number {
    if (this.#left === this.#length && view.length - at >= this.#length) {
      const to = at + this.#length;
      this.#finish(view, at, to, sink);
      return to;
    }
    if (this.#left === this.#length) this.#payload = new Uint8Array(this.#length);
    const step = Math.min(this.#left, view.length - at);
    this.#payload.set(view.subarray(at, at + step), this.#length - this.#left);
    this.#left -= step;
    if (this.#left === 0) {
      const payload = this.#payload;
      this.#payload = EMPTY;
      this.#finish(payload, 0, payload.length, sink);
    }
    return at + step;
  }

  #finish(bytes: Uint8Array, from: number, to: number, sink: FrameSink): void {
    this.#inside = false;
    sink.frame(this.#type, this.#flags, this.#stream, bytes, from, to);
  }

  #finishData(sink: FrameSink): void {
    this.#inside = false;
    sink.dataEnd(this.#flags, this.#length - this.#handed);
  }
}
