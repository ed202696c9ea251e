/**
 * Owns the settings of both sides (RFC 9113 section 6.5.2) and the check of what the server says.
 * Must not know streams.
 * Invariant: a value outside its range never gets in.
 */

import { ConnectionFault, ErrorCode } from "./error_codes.ts";
import { DEFAULT_FRAME_SIZE, readUint32 } from "./frames.ts";

/** Identifiers; the last two are those of RFC 8441 and RFC 9218. */
export const Setting = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
  ENABLE_CONNECT_PROTOCOL: 0x8,
  NO_RFC7540_PRIORITIES: 0x9,
} as const;

/** The window that each stream and each connection begins with. */
export const DEFAULT_WINDOW = 65_535;

/** The largest window (section 6.9.1). */
export const MAX_WINDOW = 0x7fffffff;

const MAX_FRAME_SIZE = 0xffffff;

/** What the server has said; until then what RFC 9113 says. */
export class PeerSettings {
  headerTableSize = 4096;
  maxConcurrentStreams: number = Infinity;
  initialWindow: number = DEFAULT_WINDOW;
  maxFrameSize: number = DEFAULT_FRAME_SIZE;
  maxHeaderListSize: number = Infinity;
  /** Whether it knows extended CONNECT (RFC 8441). */
  connectProtocol = false;

  /** Takes the entries of one SETTINGS frame. Throws `ConnectionFault`. */
  apply(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at += 6) this.#set((bytes[at]! << 8) | bytes[at + 1]!, readUint32(bytes, at + 2));
  }

  #set(id: number, value: number): void {
    switch (id) {
      case Setting.HEADER_TABLE_SIZE:
        this.headerTableSize = value;
        break;
      case Setting.ENABLE_PUSH:
        if (value !== 0) throw wrong("ENABLE_PUSH", value, "0");
        break;
      case Setting.MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        break;
      case Setting.INITIAL_WINDOW_SIZE:
        if (value > MAX_WINDOW) {
          throw new ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, `its INITIAL_WINDOW_SIZE is ${value}`);
        }
        this.initialWindow = value;
        break;
      case Setting.MAX_FRAME_SIZE:
        if (value < DEFAULT_FRAME_SIZE || value > MAX_FRAME_SIZE) throw wrong("MAX_FRAME_SIZE", value, "16384 or more");
        this.maxFrameSize = value;
        break;
      case Setting.MAX_HEADER_LIST_SIZE:
        this.maxHeaderListSize = value;
        break;
      case Setting.ENABLE_CONNECT_PROTOCOL:
        if (value > 1 || (this.connectProtocol && value === 0)) throw wrong("ENABLE_CONNECT_PROTOCOL", value, "1");
        this.connectProtocol = value === 1;
        break;
    }
  }
}

function wrong(name: string, value: number, expected: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.PROTOCOL_ERROR, `its ${name} is ${value}, expected ${expected}`);
}
