/**
 * Owns the layout of frames (RFC 9113 sections 4.1 and 6): types, flags, and how each is written.
 * Must not know streams or connections.
 */

import type { OutputBuffer } from "./output_buffer.ts";

/** Frame types; `PRIORITY_UPDATE` is that of RFC 9218 section 7.1. */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
  PRIORITY_UPDATE: 0x10,
} as const;

/** Flags of frames. */
export const Flag = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** Bytes of a frame's head. */
export const FRAME_HEAD = 9;

/** What a frame may hold unless its receiver allows more. */
export const DEFAULT_FRAME_SIZE = 16_384;

/** What every connection begins with. */
export const PREFACE: Uint8Array = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Writes the head of a frame into `bytes` at `at`. */
export function putFrameHead(
  bytes: Uint8Array,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): void {
  bytes[at] = length >>> 16;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length;
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  bytes[at + 5] = stream >>> 24;
  bytes[at + 6] = stream >>> 16;
  bytes[at + 7] = stream >>> 8;
  bytes[at + 8] = stream;
}

/** Appends the head of a frame. */
export function writeFrameHead(out: OutputBuffer, length: number, type: number, flags: number, stream: number): void {
  const at = out.reserve(FRAME_HEAD);
  putFrameHead(out.bytes, at, length, type, flags, stream);
  out.advance(at + FRAME_HEAD);
}

/** Appends SETTINGS. */
export function writeSettings(out: OutputBuffer, settings: readonly (readonly [id: number, value: number])[]): void {
  writeFrameHead(out, settings.length * 6, FrameType.SETTINGS, 0, 0);
  for (const [id, value] of settings) {
    out.byte(id >>> 8);
    out.byte(id & 0xff);
    out.uint32(value);
  }
}

/** Appends the acknowledgement of SETTINGS. */
export function writeSettingsAck(out: OutputBuffer): void {
  writeFrameHead(out, 0, FrameType.SETTINGS, Flag.ACK, 0);
}

/** Appends PING, or the answer to one; `data` are its eight bytes. */
export function writePing(out: OutputBuffer, data: Uint8Array, ack: boolean): void {
  writeFrameHead(out, 8, FrameType.PING, ack ? Flag.ACK : 0, 0);
  out.copy(data, 0, 8);
}

/** Appends RST_STREAM. */
export function writeReset(out: OutputBuffer, stream: number, code: number): void {
  writeFrameHead(out, 4, FrameType.RST_STREAM, 0, stream);
  out.uint32(code);
}

/** Appends GOAWAY. */
export function writeGoAway(out: OutputBuffer, lastStream: number, code: number): void {
  writeFrameHead(out, 8, FrameType.GOAWAY, 0, 0);
  out.uint32(lastStream);
  out.uint32(code);
}

/** Appends WINDOW_UPDATE. */
export function writeWindowUpdate(out: OutputBuffer, stream: number, increment: number): void {
  writeFrameHead(out, 4, FrameType.WINDOW_UPDATE, 0, stream);
  out.uint32(increment);
}

/** Appends PRIORITY_UPDATE with the value of a Priority field (RFC 9218 section 7.1). */
export function writePriorityUpdate(out: OutputBuffer, stream: number, value: string): void {
  writeFrameHead(out, 4 + value.length, FrameType.PRIORITY_UPDATE, 0, 0);
  out.uint32(stream);
  for (let at = 0; at < value.length; at++) out.byte(value.charCodeAt(at));
}

/** Reads four bytes, most significant first. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
