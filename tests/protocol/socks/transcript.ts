/**
 * Owns one way to run a dialogue of a codec: what it writes and tells for the bytes of a proxy.
 * Must not know which version it is.
 */

import { JetstreamError } from "../../../src/errors.ts";
import type { SocksCodec } from "../../../src/protocol/socks/events.ts";

/** What a dialogue came to: lines such as `> 05 01 00`, `connected`, `refused connect 5`, `RemoteProtocolError`. */
export type Transcript = readonly string[];

/** Hexadecimal text of bytes. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Bytes of hexadecimal text; spaces may stand between them, `"name"` stands for its characters. */
export function unhex(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const part of text.match(/"[^"]*"|[0-9a-f]{2}/g) ?? []) {
    if (part.startsWith('"')) bytes.push(...new TextEncoder().encode(part.slice(1, -1)));
    else bytes.push(Number.parseInt(part, 16));
  }
  return Uint8Array.from(bytes);
}

/**
 * Gives the codec the replies of a proxy, each only after what it answers was asked for, cut into
 * pieces by `cut`; then ends the input. What is left after `connected` is told as `left …`.
 */
export function converse(
  codec: SocksCodec,
  replies: readonly string[],
  cut: (bytes: Uint8Array) => Uint8Array[],
): Transcript {
  const told = [`> ${hex(codec.start())}`];
  const left: Uint8Array[] = [];
  const replyPieces = replies.map((reply) => cut(unhex(reply)));
  try {
    for (const pieces of replyPieces) {
      for (const piece of pieces) {
        if (told.includes("connected")) {
          left.push(piece);
          continue;
        }
        // The codec must have copied what it was given.
        const view = piece.slice();
        codec.receive(view);
        if (step(codec, told)) return told;
        view.fill(0xee);
        if (told.includes("connected")) left.push(codec.takeLeftover());
      }
    }
    if (told.includes("connected")) {
      const rest = left.map(hex).filter((text) => text !== "").join(" ");
      if (rest !== "") told.push(`left ${rest}`);
    } else {
      codec.receiveEof();
      step(codec, told);
    }
  } catch (error) {
    if (!(error instanceof JetstreamError)) throw error;
    told.push(error.name);
  }
  return told;
}

/** Tells events until there is nothing to tell; whether the dialogue is over by a refusal. */
function step(codec: SocksCodec, told: string[]): boolean {
  for (;;) {
    const event = codec.nextEvent();
    switch (event.type) {
      case "need-data":
        return false;
      case "send":
        told.push(`> ${hex(event.bytes)}`);
        break;
      case "connected":
        told.push("connected");
        return false;
      case "refused":
        told.push(`refused ${event.step} ${event.code}`);
        return true;
    }
  }
}

/** All bytes at once. */
export function whole(bytes: Uint8Array): Uint8Array[] {
  return [bytes];
}

/** Byte by byte. */
export function singly(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** Cut in two before byte `at`. */
export function splitAt(at: number): (bytes: Uint8Array) => Uint8Array[] {
  return (bytes) => [bytes.subarray(0, at), bytes.subarray(at)].filter((part) => part.length > 0);
}
