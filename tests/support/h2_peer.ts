/**
 * Owns the server's side of HTTP/2 for tests: writes frames, also illegal ones, and reads what a client sent.
 * Must not know what is tested.
 */

import { FrameReader } from "../../src/protocol/h2/frame_reader.ts";
import { Flag, FrameType, PREFACE, writeFrameHead } from "../../src/protocol/h2/frames.ts";
import { HpackDecoder } from "../../src/protocol/h2/hpack_decoder.ts";
import { HpackEncoder } from "../../src/protocol/h2/hpack_encoder.ts";
import { OutputBuffer } from "../../src/protocol/h2/output_buffer.ts";

/** Fields as pairs. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** Joins bytes. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One frame, whatever it holds. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const out = new OutputBuffer();
  writeFrameHead(out, payload.length, type, flags, stream);
  out.copy(payload, 0, payload.length);
  return out.take();
}

/** Four bytes. */
export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** SETTINGS. */
export function settings(...entries: readonly (readonly [id: number, value: number])[]): Uint8Array {
  return frame(
    FrameType.SETTINGS,
    0,
    0,
    join(...entries.map(([id, value]) => join(Uint8Array.of(0, id), uint32(value)))),
  );
}

/** The acknowledgement of SETTINGS. */
export const SETTINGS_ACK: Uint8Array = frame(FrameType.SETTINGS, Flag.ACK, 0);

/** DATA. */
export function data(stream: number, payload: Uint8Array | string, last = false): Uint8Array {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  return frame(FrameType.DATA, last ? Flag.END_STREAM : 0, stream, bytes);
}

/** RST_STREAM. */
export function reset(stream: number, code: number): Uint8Array {
  return frame(FrameType.RST_STREAM, 0, stream, uint32(code));
}

/** GOAWAY. */
export function goAway(last: number, code: number): Uint8Array {
  return frame(FrameType.GOAWAY, 0, 0, join(uint32(last), uint32(code)));
}

/** WINDOW_UPDATE. */
export function windowUpdate(stream: number, increment: number): Uint8Array {
  return frame(FrameType.WINDOW_UPDATE, 0, stream, uint32(increment));
}

/** The server's side of one connection. */
export class H2Peer {
  readonly #encoder = new HpackEncoder();
  readonly #decoder = new HpackDecoder();
  readonly #reader = new FrameReader();
  #preface = 0;
  #lines: string[] = [];
  #type = "";

  /** HEADERS with these fields; in several frames if `most` says so. */
  head(stream: number, fields: Pairs, last = false, most: number = Infinity): Uint8Array {
    const out = new OutputBuffer();
    this.#encoder.encode(fields.map(([name, value]) => ({ name, value, indexing: "index" as const })), out);
    const block = out.take();
    const frames: Uint8Array[] = [];
    for (let from = 0; from < Math.max(1, block.length); from += most) {
      const to = Math.min(block.length, from + most);
      const flags = (from === 0 && last ? Flag.END_STREAM : 0) | (to === block.length ? Flag.END_HEADERS : 0);
      frames.push(
        frame(from === 0 ? FrameType.HEADERS : FrameType.CONTINUATION, flags, stream, block.subarray(from, to)),
      );
    }
    return join(...frames);
  }

  /** What the client sent, a line for each frame. */
  read(bytes: Uint8Array): string[] {
    this.#lines = [];
    const skip = Math.min(PREFACE.length - this.#preface, bytes.length);
    this.#preface += skip;
    this.#reader.read(bytes.subarray(skip), {
      frameHead: (type, flags, stream, length) => {
        const name = Object.entries(FrameType).find(([, value]) => value === type)![0];
        this.#type = `${name} ${stream} ${flags} ${length}`;
      },
      frame: (type, _flags, _stream, view, from, to) => {
        const fields = type === FrameType.HEADERS
          ? this.#decoder.decode(view, from, to, Infinity).fields.map(({ name, value }) => ` ${name}=${value}`).join("")
          : "";
        this.#lines.push(this.#type + fields);
      },
      dataBytes: () => {},
      dataEnd: () => this.#lines.push(this.#type),
    });
    return this.#lines;
  }
}
