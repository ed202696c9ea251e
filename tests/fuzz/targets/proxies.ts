/** What a SOCKS proxy answers. */

import { JetstreamError } from "../../../src/errors.ts";
import type { SocksCodec } from "../../../src/protocol/socks/events.ts";
import { Socks4Codec } from "../../../src/protocol/socks/socks4.ts";
import { Socks5Codec } from "../../../src/protocol/socks/socks5.ts";
import { hex } from "../../protocol/socks/transcript.ts";
import { bytesOf, type Cut, type FuzzTarget, promise } from "../target.ts";

function converse(codec: SocksCodec, input: string, cut: Cut): string {
  const told: string[] = [hex(codec.start())];
  const bytes = bytesOf(input);
  let connected = false;
  for (const piece of cut(bytes)) {
    if (connected) break;
    const view = piece.slice();
    codec.receive(view);
    for (let steps = 0;; steps++) {
      promise(steps < 8, "it goes on without bytes");
      const event = codec.nextEvent();
      if (event.type === "need-data") break;
      if (event.type === "send") told.push(hex(event.bytes));
      else {
        told.push(event.type === "refused" ? `refused ${event.step} ${event.code}` : event.type);
        if (event.type === "refused") return told.join(" | ");
        connected = true;
        break;
      }
    }
    view.fill(0xee);
  }
  if (connected) return told.join(" | ");
  codec.receiveEof();
  codec.nextEvent();
  return told.join(" | ");
}

const ours = (error: unknown): boolean => error instanceof JetstreamError;
const TOKENS = [
  "\x05\x00",
  "\x05\x02",
  "\x05\xff",
  "\x01\x00",
  "\x01\x01",
  "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00",
  "\x05\x00\x00\x03\x01a\x00\x50",
  "\x05\x00\x00\x03\xff",
  "\x05\x00\x00\x04",
  "\x05\x05",
  "\0",
  "\x04",
  "\xff",
];

/** SOCKS 5, with a login. */
export const socks5: FuzzTarget = {
  name: "socks5",
  seeds: [
    "\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00",
    "\x05\x02\x01\x00\x05\x00\x00\x03\x02ab\x00\x50",
    "\x05\x00\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00",
    "\x05\x00\x05\x00\x00\x04" + "\0".repeat(18),
    "\x05\xff",
    "HTTP/1.1 400 Bad Request\r\n\r\n",
  ],
  tokens: TOKENS,
  cuts: true,
  proper: ours,
  run: (input, cut) => {
    const dialogue = (cut: Cut): string =>
      converse(new Socks5Codec({ host: "a.test", port: 80, user: "u", password: "p" }), input, cut);
    try {
      // Bytes before they were asked for are seen as such only if they come together with what was.
      dialogue((bytes) => [bytes]);
    } catch (error) {
      if (ours(error) && (error as Error).message.includes("before it was asked")) return "early";
      throw error;
    }
    return dialogue(cut);
  },
};

/** SOCKS 4. */
export const socks4: FuzzTarget = {
  name: "socks4",
  seeds: ["\0\x5a\0\0\0\0\0\0", "\0\x5b\0\0\0\0\0\0", "\0\x5d\0\x50\x7f\0\0\x01", "\x04\x5a"],
  tokens: ["\0\x5a", "\0\x5b", "\0\x5c", "\0\x5d", "\0\0\0\0", "\x04", "\x5a", "\xff"],
  cuts: true,
  proper: ours,
  run: (input, cut) => converse(new Socks4Codec({ host: "10.0.0.1", port: 80, user: "u", names: false }), input, cut),
};
