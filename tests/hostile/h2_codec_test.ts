/** A server that means ill: each frame in each state of a stream, and floods of all that costs work. */

import { assert, assertEquals } from "@std/assert";
import { Flag, FrameType } from "../../src/protocol/h2/frames.ts";
import { CodecKit, OK } from "../protocol/h2/codec_kit.ts";
import { data, frame, goAway, join, reset, settings, SETTINGS_ACK, uint32, windowUpdate } from "../support/h2_peer.ts";
import { test } from "../support/suite.ts";

/** How to bring the stream 1 into each state. */
const STATES: { [state: string]: (kit: CodecKit) => void } = {
  idle: () => {},
  open: (kit) => void kit.open("a", false),
  "half-closed (local)": (kit) => void kit.open("a"),
  "half-closed (remote)": (kit) => {
    kit.open("a", false);
    kit.receive(kit.peer.head(1, OK, true));
  },
  closed: (kit) => {
    kit.open("a");
    kit.receive(kit.peer.head(1, OK, true));
  },
  "closed by its reset": (kit) => {
    kit.open("a");
    kit.receive(reset(1, 8));
  },
  "closed by ours": (kit) => kit.codec.reset(kit.open("a"), 8),
};

const FRAMES: { [type: string]: (kit: CodecKit) => Uint8Array } = {
  DATA: () => data(1, "x"),
  HEADERS: (kit) => kit.peer.head(1, OK),
  PRIORITY: () => frame(FrameType.PRIORITY, 0, 1, new Uint8Array(5)),
  RST_STREAM: () => reset(1, 2),
  SETTINGS: () => frame(FrameType.SETTINGS, 0, 1),
  PUSH_PROMISE: () => frame(FrameType.PUSH_PROMISE, Flag.END_HEADERS, 1, join(uint32(2), Uint8Array.of(0x82))),
  PING: () => frame(FrameType.PING, 0, 1, new Uint8Array(8)),
  GOAWAY: () => frame(FrameType.GOAWAY, 0, 1, new Uint8Array(8)),
  WINDOW_UPDATE: () => windowUpdate(1, 1),
  CONTINUATION: () => frame(FrameType.CONTINUATION, Flag.END_HEADERS, 1, Uint8Array.of(0x88)),
  unknown: () => frame(0x77, 0xff, 1, new Uint8Array(3)),
};

/** `-` nothing, `ok` an event, `S` the stream ends, else the code with which the connection ends. */
const EXPECTED: { [type: string]: string } = {
  //             idle            open  local remote          closed         reset          ours
  DATA: "          PROTOCOL_ERROR  S     S     S               STREAM_CLOSED  STREAM_CLOSED  -",
  HEADERS: "       PROTOCOL_ERROR  ok    ok    S               STREAM_CLOSED  STREAM_CLOSED  -",
  PRIORITY: "      -               -     -     -               -              -              -",
  RST_STREAM: "    PROTOCOL_ERROR  ok    ok    ok              -              -              -",
  SETTINGS:
    "      PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR",
  PUSH_PROMISE:
    "  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR",
  PING:
    "          PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR",
  GOAWAY:
    "        PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR",
  WINDOW_UPDATE: " PROTOCOL_ERROR  ok    ok    ok              -              -              -",
  CONTINUATION:
    "  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR  PROTOCOL_ERROR",
  unknown: "       -               -     -     -               -              -              -",
};

for (const [type, row] of Object.entries(EXPECTED)) {
  test(`H2Codec knows what ${type} means in each state of a stream`, () => {
    const found = Object.values(STATES).map((enter) => {
      const kit = CodecKit.greeted();
      enter(kit);
      kit.sent();
      const lines = kit.receive(FRAMES[type]!(kit));
      if (lines.length === 0) return "-";
      const last = lines.at(-1)!;
      const code = /^(?:!|broken a) H2_([A-Z_]+)/.exec(last)?.[1];
      if (!last.startsWith("!")) return code === undefined ? "ok" : "S";
      assert(kit.sent().at(-1)!.startsWith("GOAWAY 0"));
      return code;
    });
    assertEquals(found, row.trim().split(/\s+/));
  });
}

/** Bytes that end the connection, by the code with which they do. */
const FAULTS: { [what: string]: [code: string, bytes: (kit: CodecKit) => Uint8Array] } = {
  "a frame larger than allowed": ["FRAME_SIZE_ERROR", () => frame(FrameType.DATA, 0, 1, new Uint8Array(16_385))],
  "SETTINGS of five bytes": ["FRAME_SIZE_ERROR", () => frame(FrameType.SETTINGS, 0, 0, new Uint8Array(5))],
  "an acknowledgement with settings": ["FRAME_SIZE_ERROR", () => frame(FrameType.SETTINGS, 1, 0, new Uint8Array(6))],
  "push switched on": ["PROTOCOL_ERROR", () => settings([2, 1])],
  "an initial window that is too large": ["FLOW_CONTROL_ERROR", () => settings([4, 0x80000000])],
  "a frame size below the least": ["PROTOCOL_ERROR", () => settings([5, 1])],
  "extended CONNECT withdrawn": ["PROTOCOL_ERROR", () => join(settings([8, 1]), settings([8, 0]))],
  "a connection window that overflows": ["FLOW_CONTROL_ERROR", () => windowUpdate(0, 0x7fffffff)],
  "a window update of nothing": ["PROTOCOL_ERROR", () => windowUpdate(0, 0)],
  "an initial window that makes another overflow": [
    "FLOW_CONTROL_ERROR",
    () => join(windowUpdate(1, 0x7fff0000), settings([4, 0x7fffffff])),
  ],
  "PING of seven bytes": ["FRAME_SIZE_ERROR", () => frame(FrameType.PING, 0, 0, new Uint8Array(7))],
  "RST_STREAM of five bytes": ["FRAME_SIZE_ERROR", () => frame(FrameType.RST_STREAM, 0, 1, new Uint8Array(5))],
  "GOAWAY of seven bytes": ["FRAME_SIZE_ERROR", () => frame(FrameType.GOAWAY, 0, 0, new Uint8Array(7))],
  "more padding than DATA": ["PROTOCOL_ERROR", () => frame(FrameType.DATA, Flag.PADDED, 1, Uint8Array.of(9, 0))],
  "more padding than HEADERS": [
    "PROTOCOL_ERROR",
    () => frame(FrameType.HEADERS, Flag.PADDED | 4, 1, Uint8Array.of(9, 0)),
  ],
  "a stream that depends on itself": [
    "PROTOCOL_ERROR",
    () => frame(FrameType.HEADERS, Flag.PRIORITY | 4, 1, join(uint32(1), Uint8Array.of(0, 0x88))),
  ],
  "a head that another frame interrupts": [
    "PROTOCOL_ERROR",
    () => join(frame(FrameType.HEADERS, 0, 1, Uint8Array.of(0x88)), frame(FrameType.PING, 0, 0, new Uint8Array(8))),
  ],
  "a head that goes on elsewhere": [
    "PROTOCOL_ERROR",
    () => join(frame(FrameType.HEADERS, 0, 1, Uint8Array.of(0x88)), frame(FrameType.CONTINUATION, 4, 3)),
  ],
  "a head that cannot be decompressed": [
    "COMPRESSION_ERROR",
    () => frame(FrameType.HEADERS, 4, 1, Uint8Array.of(0x80)),
  ],
  "a stream of the server's own": ["PROTOCOL_ERROR", (kit) => kit.peer.head(2, OK)],
  "a flood of SETTINGS": ["ENHANCE_YOUR_CALM", () => repeat(settings([3, 1]), 1_100)],
  "a flood of acknowledgements": ["ENHANCE_YOUR_CALM", () => repeat(SETTINGS_ACK, 1_100)],
  "a flood of PING": ["ENHANCE_YOUR_CALM", () => repeat(frame(FrameType.PING, 0, 0, new Uint8Array(8)), 1_100)],
  "a flood of window updates": ["ENHANCE_YOUR_CALM", () => repeat(windowUpdate(1, 1), 1_100)],
  "a flood of PRIORITY": ["ENHANCE_YOUR_CALM", () => repeat(frame(FrameType.PRIORITY, 0, 1, new Uint8Array(5)), 1_100)],
  "a flood of resets": [
    "ENHANCE_YOUR_CALM",
    (kit) => join(reset(1, 8), repeat(reset(1, 8), 1_100), data(kit.codec.open, "")),
  ],
  "a flood of GOAWAY": ["ENHANCE_YOUR_CALM", () => repeat(goAway(1, 0), 1_100)],
  "a flood of unknown frames": ["ENHANCE_YOUR_CALM", () => repeat(frame(0x99, 0, 0), 1_100)],
  "a flood of empty DATA": ["ENHANCE_YOUR_CALM", (kit) => join(kit.peer.head(1, OK), repeat(data(1, ""), 1_100))],
  "a flood of CONTINUATION": [
    "ENHANCE_YOUR_CALM",
    () => join(frame(FrameType.HEADERS, 0, 1), repeat(frame(FrameType.CONTINUATION, 0, 1), 1_100)),
  ],
  "a head without end": [
    "ENHANCE_YOUR_CALM",
    () => join(frame(FrameType.HEADERS, 0, 1), repeat(frame(FrameType.CONTINUATION, 0, 1, new Uint8Array(16_000)), 40)),
  ],
};

function repeat(bytes: Uint8Array, times: number): Uint8Array {
  return join(...Array.from({ length: times }, () => bytes));
}

for (const [what, [code, bytes]] of Object.entries(FAULTS)) {
  test(`H2Codec ends the connection for ${what}`, () => {
    const kit = CodecKit.greeted();
    kit.open("a");
    kit.sent();
    const errors = kit.receive(bytes(kit)).filter((line) => line.startsWith("!"));
    assertEquals(errors.map((line) => /^! H2_([A-Z_]+): The server broke HTTP\/2: /.exec(line)?.[1]), [code]);
    assert(kit.sent().at(-1)!.startsWith("GOAWAY 0 0 8"));
  });
}

test("H2Codec takes no more DATA than it gave credit for", () => {
  const kit = CodecKit.greeted();
  kit.open("a");
  kit.receive(kit.peer.head(1, OK));
  const piece = data(1, new Uint8Array(16_384));
  for (let at = 0; at < 16; at++) assertEquals(kit.receive(piece), ["data a 16384"]);
  assertEquals(kit.receive(piece).map((line) => line.slice(0, 23)), ["! H2_FLOW_CONTROL_ERROR"]);
});

test("H2Codec lets a server ping for years on a quiet connection", () => {
  const kit = CodecKit.greeted();
  const ping = frame(FrameType.PING, 0, 0, new Uint8Array(8));
  for (let at = 0; at < 5_000; at++) assertEquals(kit.receive(ping, at * 10_000), []);
});

test("H2Codec refuses a server that answers in HTTP/1.1, or not with SETTINGS first", () => {
  const text = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n");
  assert(new CodecKit().receive(text)[0]!.includes("it answers in HTTP/1.1"));
  for (const bytes of [SETTINGS_ACK, windowUpdate(0, 1), goAway(0, 0)]) {
    assert(new CodecKit().receive(bytes)[0]!.includes("it does not begin with SETTINGS"));
  }
});
