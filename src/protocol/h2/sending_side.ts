/**
 * Owns what leaves a connection: heads, bodies within the windows, and the bytes that wait.
 * Must not know what the server sends, nor when a stream is over.
 * Invariant: no byte of a body goes out beyond the window of its stream and that of the connection.
 */

import { Flag, FRAME_HEAD, FrameType, PREFACE, putFrameHead, writeFrameHead, writeSettings } from "./frames.ts";
import type { H2Stream } from "./h2_stream.ts";
import { HpackEncoder, type OutgoingField } from "./hpack_encoder.ts";
import { OutputBuffer } from "./output_buffer.ts";
import { DEFAULT_WINDOW, type PeerSettings, Setting } from "./settings.ts";

/** The sending side of one connection. */
export class SendingSide {
  /** What waits to be written. */
  readonly out: OutputBuffer = new OutputBuffer();
  /** Bytes of bodies that the connection may send. */
  window: number = DEFAULT_WINDOW;
  readonly #encoder = new HpackEncoder();
  readonly #peer: PeerSettings;

  constructor(peer: PeerSettings) {
    this.#peer = peer;
  }

  /** Appends what every connection begins with, with our settings. */
  preface(streamWindow: number, headBytes: number): void {
    this.out.copy(PREFACE, 0, PREFACE.length);
    writeSettings(this.out, [
      [Setting.ENABLE_PUSH, 0],
      [Setting.INITIAL_WINDOW_SIZE, streamWindow],
      [Setting.MAX_HEADER_LIST_SIZE, headBytes],
      [Setting.NO_RFC7540_PRIORITIES, 1],
    ]);
  }

  /** The server keeps a table of so many bytes for heads. */
  allowTable(bytes: number): void {
    this.#encoder.allow(bytes);
  }

  /** Appends a head, in as many frames as it takes. */
  head(id: number, fields: readonly OutgoingField[], last: boolean): void {
    const { out } = this;
    const before = out.length;
    out.advance(out.reserve(FRAME_HEAD) + FRAME_HEAD);
    this.#encoder.encode(fields, out);
    const size = out.length - before - FRAME_HEAD;
    const at = out.end - size - FRAME_HEAD;
    const end = last ? Flag.END_STREAM : 0;
    const most = this.#peer.maxFrameSize;
    if (size <= most) return putFrameHead(out.bytes, at, size, FrameType.HEADERS, end | Flag.END_HEADERS, id);
    const block = out.bytes.slice(at + FRAME_HEAD, out.end);
    out.advance(at);
    for (let from = 0; from < size; from += most) {
      const to = Math.min(from + most, size);
      const type = from === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
      writeFrameHead(out, to - from, type, (from === 0 ? end : 0) | (to === size ? Flag.END_HEADERS : 0), id);
      out.copy(block, from, to);
    }
  }

  /** Bytes that may be sent on a stream now. */
  sendable(stream: H2Stream<unknown>): number {
    return Math.max(0, Math.min(this.window, stream.sendWindow));
  }

  /** Appends what the windows allow of `bytes` from `from` on; returns where it stopped. */
  data(stream: H2Stream<unknown>, bytes: Uint8Array, from: number, last: boolean): number {
    if (bytes.length === 0 && last) writeFrameHead(this.out, 0, FrameType.DATA, Flag.END_STREAM, stream.id);
    while (from < bytes.length) {
      const size = Math.min(bytes.length - from, this.sendable(stream), this.#peer.maxFrameSize);
      if (size === 0) return from;
      const end = last && from + size === bytes.length;
      writeFrameHead(this.out, size, FrameType.DATA, end ? Flag.END_STREAM : 0, stream.id);
      this.out.copy(bytes, from, from + size);
      this.window -= size;
      stream.sendWindow -= size;
      from += size;
    }
    return from;
  }
}
