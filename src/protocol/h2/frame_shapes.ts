/**
 * Owns where each frame may stand and how long it must be (RFC 9113 section 6), as a table.
 * Must not know streams' states.
 */

import { ConnectionFault, ErrorCode } from "./error_codes.ts";
import { Flag, FrameType } from "./frames.ts";

interface Shape {
  readonly name: string;
  /** On a stream, on the connection (stream 0), or on both. */
  readonly place: "stream" | "connection" | "both";
  /** Whether a payload of so many bytes is one. */
  readonly fits: (length: number, ack: boolean) => boolean;
}

const any = (): boolean => true;

const SHAPES: { readonly [type: number]: Shape } = {
  [FrameType.DATA]: { name: "DATA", place: "stream", fits: any },
  [FrameType.HEADERS]: { name: "HEADERS", place: "stream", fits: any },
  [FrameType.PRIORITY]: { name: "PRIORITY", place: "stream", fits: (length) => length === 5 },
  [FrameType.RST_STREAM]: { name: "RST_STREAM", place: "stream", fits: (length) => length === 4 },
  [FrameType.SETTINGS]: {
    name: "SETTINGS",
    place: "connection",
    fits: (length, ack) => ack ? length === 0 : length % 6 === 0,
  },
  [FrameType.PUSH_PROMISE]: { name: "PUSH_PROMISE", place: "stream", fits: any },
  [FrameType.PING]: { name: "PING", place: "connection", fits: (length) => length === 8 },
  [FrameType.GOAWAY]: { name: "GOAWAY", place: "connection", fits: (length) => length >= 8 },
  [FrameType.WINDOW_UPDATE]: { name: "WINDOW_UPDATE", place: "both", fits: (length) => length === 4 },
  [FrameType.CONTINUATION]: { name: "CONTINUATION", place: "stream", fits: any },
};

/** Checks the head of a frame. Throws `ConnectionFault`. */
export function checkShape(type: number, flags: number, stream: number, length: number): void {
  const shape = SHAPES[type];
  if (shape === undefined) return;
  const { name, place } = shape;
  if (place !== "both" && (stream === 0) !== (place === "connection")) {
    throw new ConnectionFault(ErrorCode.PROTOCOL_ERROR, `${name} on stream ${stream}`);
  }
  if (!shape.fits(length, (flags & Flag.ACK) !== 0)) {
    throw new ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, `${name} of ${length} bytes`);
  }
}
