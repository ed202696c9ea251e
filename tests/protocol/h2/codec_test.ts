/** The codec as a whole: what it tells for what it gets, and what it sends. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Flag, FrameType } from "../../../src/protocol/h2/frames.ts";
import { data, frame, goAway, join, reset, settings, SETTINGS_ACK, windowUpdate } from "../../support/h2_peer.ts";
import { test } from "../../support/suite.ts";
import { CodecKit, LIMITS, OK } from "./codec_kit.ts";

test("H2Codec begins with preface, SETTINGS and its window, and answers SETTINGS", () => {
  const kit = new CodecKit();
  assertEquals(kit.sent(), ["SETTINGS 0 0 24", "WINDOW_UPDATE 0 0 4"]);
  assertEquals(kit.receive(settings([3, 7])), ["settings 7"]);
  assertEquals(kit.sent(), ["SETTINGS 0 1 0"]);
  assertEquals(kit.receive(SETTINGS_ACK), []);
});

test("H2Codec carries a request and its response", () => {
  const kit = CodecKit.greeted();
  kit.open("a");
  assertEquals(kit.sent(), ["HEADERS 1 5 9 :method=GET :scheme=https :authority=a.test :path=/"]);
  const answer = join(
    kit.peer.head(1, [[":status", "103"], ["link", "x"]]),
    kit.peer.head(1, [...OK, ["content-length", "5"]]),
    data(1, "hel"),
    data(1, "lo"),
    kit.peer.head(1, [["x-sum", "1"]], true),
  );
  assertEquals(kit.receive(answer), [
    "informational a 103 link=x",
    "head a 200 content-length=5",
    "data a hel",
    "data a lo",
    "end a x-sum=1",
  ]);
  assertEquals(kit.codec.open, 0);
});

test("H2Codec reads heads in CONTINUATION, and writes them", () => {
  const kit = CodecKit.greeted();
  kit.open("a");
  kit.sent();
  const big = "y".repeat(2_000);
  assertEquals(kit.receive(kit.peer.head(1, [...OK, ["x", big]], true, 100)), [`head a 200 last x=${big}`, "end a"]);
  kit.codec.request("b", [{ name: "x", value: "\u00ff".repeat(20_000), indexing: "plain" }], true, LIMITS, false);
  const bytes = kit.codec.takeOutput();
  assertEquals([bytes[3], bytes[4], bytes[9 + 16_384 + 3], bytes[9 + 16_384 + 4]], [1, 1, 9, 4]);
});

test("H2Codec sends no more than both windows allow", () => {
  const kit = CodecKit.greeted([4, 10]);
  const [a, b] = [kit.open("a", false), kit.open("b", false)];
  assertEquals(kit.codec.sendData(a, new Uint8Array(30), 0, true), 10);
  assertEquals(kit.receive(windowUpdate(1, 100)), ["writable a"]);
  assertEquals(kit.codec.sendData(a, new Uint8Array(30), 10, true), 30);
  assertEquals(kit.receive(settings([4, 200_000])), ["settings Infinity", "writable all"]);
  assertEquals(kit.codec.sendData(b, new Uint8Array(100_000), 0, true), 65_535 - 30);
  assertEquals(kit.receive(windowUpdate(0, 1_000_000)), ["writable all"]);
  assertEquals(kit.codec.sendData(b, new Uint8Array(100_000), 65_505, true), 100_000);
  assertEquals([a.state, b.state], ["half-closed-local", "half-closed-local"]);
});

test("H2Codec keeps to the window when the server makes it smaller than what is under way", () => {
  const kit = CodecKit.greeted();
  const a = kit.open("a", false);
  kit.codec.sendData(a, new Uint8Array(1_000), 0, false);
  kit.receive(settings([4, 500]));
  assertEquals([a.sendWindow, kit.codec.sendable(a)], [-500, 0]);
});

test("H2Codec gives credit for what was consumed, and more of it to who is fast", () => {
  const kit = CodecKit.greeted();
  const a = kit.open("a");
  kit.sent();
  kit.receive(kit.peer.head(1, OK));
  const piece = data(1, new Uint8Array(16_384));
  for (let at = 0; at < 16; at++) kit.receive(piece, 1);
  assertEquals(kit.sent(), []);
  kit.codec.consumed(a, 16 * 16_384, 1);
  assertEquals(kit.sent(), ["WINDOW_UPDATE 1 0 4"]);
  assertEquals(a.window.available, 256 * 1024);
  for (let at = 0; at < 16; at++) kit.receive(piece, 1);
  kit.codec.consumed(a, 16 * 16_384, 1);
  assertEquals(a.window.size, 512 * 1024);
});

test("H2Codec counts padding against the windows, and hands out none of it", () => {
  const kit = CodecKit.greeted();
  const a = kit.open("a");
  kit.receive(kit.peer.head(1, OK));
  const padded = frame(FrameType.DATA, Flag.PADDED, 1, Uint8Array.of(3, 104, 105, 0, 0, 0));
  for (const cut of [1, 5, 9, 10, 11, 12, 13]) {
    assertEquals(
      [...kit.receive(padded.subarray(0, cut)), ...kit.receive(padded.subarray(cut))].join(),
      cut === 11 ? "data a h,data a i" : "data a hi",
    );
  }
  assertEquals(a.window.available, 256 * 1024 - 7 * 6);
});

test("H2Codec says which streams the server left alone when it goes away", () => {
  const kit = CodecKit.greeted();
  for (const name of ["a", "b", "c"]) kit.open(name);
  assertEquals(kit.receive(goAway(3, 0)), ["go-away 0", "unprocessed c"]);
  assertEquals(kit.receive(kit.peer.head(3, OK, true)), ["head b 200 last", "end b"]);
  assertEquals(kit.receive(goAway(0, 2)), ["go-away 2", "unprocessed a"]);
});

test("H2Codec ends one stream by RST_STREAM and leaves the others whole", () => {
  const kit = CodecKit.greeted();
  const [a] = [kit.open("a"), kit.open("b")];
  kit.sent();
  const late = join(kit.peer.head(1, [...OK, ["x-late", "1"]]), data(1, "late", true));
  kit.codec.reset(a, 8);
  assertEquals(kit.sent(), ["RST_STREAM 1 0 4"]);
  assertEquals(kit.receive(late), []);
  // The table of compressed fields was kept in step by the head that nobody wanted.
  assertEquals(kit.receive(kit.peer.head(3, [...OK, ["x-late", "1"]], true)), ["head b 200 last x-late=1", "end b"]);
  kit.open("c");
  assertEquals(kit.receive(reset(5, 7)), ["reset c 7"]);
});

test("H2Codec survives to be told of a reset from inside of DATA", () => {
  const kit = CodecKit.greeted();
  kit.open("a");
  kit.onData = (stream) => kit.codec.reset(stream, 8);
  const answer = join(kit.peer.head(1, OK), data(1, "one"), data(1, "two", true));
  assertEquals(kit.receive(answer), ["head a 200", "data a one"]);
});

test("H2Codec answers PING and tells a priority", () => {
  const kit = CodecKit.greeted();
  kit.receive(frame(FrameType.PING, 0, 0, new Uint8Array(8)));
  kit.codec.prioritise(kit.open("a"), "u=1");
  assertEquals(kit.sent().map((line) => line.slice(0, 24)), [
    "PING 0 1 8",
    "HEADERS 1 5 9 :method=GE",
    "PRIORITY_UPDATE 0 0 7",
  ]);
});

const MALFORMED: { [what: string]: (kit: CodecKit) => Uint8Array } = {
  "no :status": (kit) => kit.peer.head(1, [["x", "1"]], true),
  "a :status that is none": (kit) => kit.peer.head(1, [[":status", "2000"]], true),
  "two of them": (kit) => kit.peer.head(1, [...OK, ...OK], true),
  "another pseudo-header field": (kit) => kit.peer.head(1, [...OK, [":path", "/"]], true),
  "an upper-case name": (kit) => kit.peer.head(1, [...OK, ["X-A", "1"]], true),
  "a name with a space": (kit) => kit.peer.head(1, [...OK, ["x a", "1"]], true),
  "a value with a line end": (kit) => kit.peer.head(1, [...OK, ["x", "a\r\nb"]], true),
  "a value with a space before it": (kit) => kit.peer.head(1, [...OK, ["x", " a"]], true),
  "a field of one connection": (kit) => kit.peer.head(1, [...OK, ["connection", "close"]], true),
  "transfer-encoding": (kit) => kit.peer.head(1, [...OK, ["transfer-encoding", "chunked"]], true),
  "two lengths": (kit) => kit.peer.head(1, [...OK, ["content-length", "1"], ["content-length", "2"]]),
  "a length that is none": (kit) => kit.peer.head(1, [...OK, ["content-length", "+1"]]),
  "a length of what does not come": (kit) => kit.peer.head(1, [...OK, ["content-length", "1"]], true),
  "the status 101": (kit) => kit.peer.head(1, [[":status", "101"]]),
  "a last informational response": (kit) => kit.peer.head(1, [[":status", "100"]], true),
  "DATA before a head": () => data(1, "x"),
  "too few bytes": (kit) => join(kit.peer.head(1, [...OK, ["content-length", "2"]]), data(1, "x", true)),
  "a body with 204": (kit) => join(kit.peer.head(1, [[":status", "204"]]), data(1, "x", true)),
  "a second head": (kit) => join(kit.peer.head(1, OK), kit.peer.head(1, OK)),
  "a pseudo-header field in trailers": (kit) => join(kit.peer.head(1, OK), kit.peer.head(1, OK, true)),
  "a window update of nothing": () => windowUpdate(1, 0),
};

for (const [what, bytes] of Object.entries(MALFORMED)) {
  test(`H2Codec ends the stream alone for ${what}`, () => {
    const kit = CodecKit.greeted();
    kit.open("a");
    kit.open("b");
    kit.sent();
    const last = kit.receive(bytes(kit)).at(-1)!;
    assert(last.startsWith("broken a H2_PROTOCOL_ERROR: The server broke HTTP/2: "), last);
    assertEquals(kit.sent(), ["RST_STREAM 1 0 4"]);
    assertEquals(kit.receive(kit.peer.head(3, OK, true)), ["head b 200 last", "end b"]);
  });
}

test("H2Codec keeps the limits of each request", () => {
  const kit = CodecKit.greeted();
  for (const name of ["a", "b", "c", "d"]) kit.open(name, true, { ...LIMITS, head: 200, fields: 3 });
  const many = Array.from({ length: 4 }, (_, at) => [`x${at}`, ""] as const);
  const hint = (): Uint8Array => kit.peer.head(5, [[":status", "103"]]);
  const lines = [
    ...kit.receive(kit.peer.head(1, [...OK, ["x", "y".repeat(200)]], true)),
    ...kit.receive(kit.peer.head(3, [...OK, ...many], true)),
    ...kit.receive(join(hint(), hint(), hint())),
    ...kit.receive(join(kit.peer.head(7, OK), kit.peer.head(7, [["x", "y".repeat(300)]], true))),
  ].filter((line) => line.startsWith("broken"));
  assertEquals(lines.map((line) => /\((limits\.\w+)\)/.exec(line)![1]), [
    "limits.head",
    "limits.fields",
    "limits.informational",
    "limits.trailers",
  ]);
});

test("H2Codec tells the same, however the bytes are cut", () => {
  const play = (cut: (bytes: Uint8Array) => Uint8Array[]): string[] => {
    const kit = new CodecKit();
    kit.open("a");
    kit.open("b");
    const bytes = join(
      settings([3, 100]),
      kit.peer.head(1, [...OK, ["x", "z".repeat(300)]], false, 50),
      data(1, "0123456789"),
      frame(FrameType.DATA, Flag.PADDED, 1, Uint8Array.of(2, 65, 66, 0, 0)),
      kit.peer.head(3, [[":status", "404"]], true),
      frame(FrameType.PING, 0, 0, new Uint8Array(8)),
      kit.peer.head(1, [["t", "1"]], true),
      goAway(3, 0),
    );
    const lines = cut(bytes).flatMap((piece) => kit.receive(piece));
    const body = lines.filter((line) => line.startsWith("data a")).map((line) => line.slice(7)).join("");
    return [...lines.filter((line) => !line.startsWith("data")), body, ...kit.sent()];
  };
  const whole = play((bytes) => [bytes]);
  assertEquals(play((bytes) => Array.from(bytes, (byte) => Uint8Array.of(byte))), whole);
  fc.assert(fc.property(fc.array(fc.nat()), (seeds) => {
    const cut = (bytes: Uint8Array): Uint8Array[] => {
      const at = [0, ...seeds.map((seed) => seed % bytes.length).sort((a, b) => a - b), bytes.length];
      return at.slice(1).map((end, index) => bytes.subarray(at[index]!, end));
    };
    assertEquals(play(cut), whole);
  }));
});

test("H2Codec ends any bytes in events, in waiting, or in one error", () => {
  const anyFrame = fc.tuple(fc.nat(17), fc.nat(255), fc.nat(6), fc.uint8Array({ maxLength: 40 }))
    .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(anyFrame, { maxLength: 20 }).map((all) => join(...all)),
  );
  fc.assert(
    fc.property(bytes, (received) => {
      const kit = CodecKit.greeted();
      kit.open("a");
      kit.open("b", false);
      kit.sent();
      const lines = kit.receive(received);
      const errors = lines.filter((line) => line.startsWith("!"));
      assert(errors.length <= 1, lines.join());
      for (const line of errors) assert(/^! H2_[A-Z_]+: The server broke HTTP\/2: /.test(line), line);
      if (errors.length === 0) return;
      assert(kit.sent().some((line) => line.startsWith("GOAWAY")));
      assertEquals(kit.receive(data(1, "x")), []);
    }),
    { numRuns: 500 },
  );
});

test("H2Codec knows an answer in HTTP/1.1, in whatever pieces it comes", () => {
  const bytes = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n");
  for (const size of [1, 2, bytes.length]) {
    const kit = new CodecKit();
    const lines: string[] = [];
    for (let at = 0; at < bytes.length && lines.length === 0; at += size) {
      lines.push(...kit.receive(bytes.subarray(at, at + size)));
    }
    assertEquals(lines, [
      "! H2_PROTOCOL_ERROR: The server broke HTTP/2: it answers in HTTP/1.1 (PROTOCOL_ERROR)",
    ]);
  }
});
