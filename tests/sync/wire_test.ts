import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Message } from "../../src/sync/pack.ts";
import { encodeFrame, FrameReader } from "../../src/sync/wire.ts";
import { test } from "../support/suite.ts";

/** A message whose parts nobody else writes to. */
function copied({ codes, text, attached }: Message): Message {
  return { codes: codes.slice(), text, attached: attached.map((bytes) => bytes.slice()) };
}

/** The bytes of all frames, one after the other. */
function bytesOf(messages: readonly Message[]): Uint8Array {
  const parts = messages.flatMap((message) => encodeFrame(message).map((part) => part.slice()));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const message = fc.record({
  codes: fc.uint8Array({ maxLength: 300 }),
  text: fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 })).map((codes) => String.fromCharCode(...codes)),
  ),
  attached: fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 3 }),
});

test("FrameReader gives back the messages of encodeFrame(), however the bytes are cut", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), cuts, (messages, sizes) => {
      const bytes = bytesOf(messages);
      const read: Message[] = [];
      const reader = new FrameReader((one) => read.push(copied(one)));
      // The memory is reused by the writer, as in the ring.
      const shared = new Uint8Array(400);
      let turn = 0;
      for (let at = 0; at < bytes.length;) {
        const size = Math.min(sizes[turn++ % sizes.length]!, bytes.length - at);
        shared.set(bytes.subarray(at, at + size));
        reader.push(shared.subarray(0, size));
        shared.fill(0xff);
        at += size;
      }
      assertEquals(read, messages);
      assert(reader.isBetweenFrames);
    }),
    { numRuns: 300 },
  );
});

test("FrameReader is between frames only after the last byte of one", () => {
  const bytes = bytesOf([{ codes: Uint8Array.of(1), text: "ü", attached: [new Uint8Array(3)] }]);
  let read = 0;
  const reader = new FrameReader(() => read++);
  for (let at = 0; at < bytes.length; at++) {
    assertEquals([at, reader.isBetweenFrames, read], [at, at === 0, 0]);
    reader.push(bytes.subarray(at, at + 1));
  }
  assertEquals([reader.isBetweenFrames, read], [true, 1]);
});

test("encodeFrame() and FrameReader take texts and bytes that are larger than their room", () => {
  const large = {
    codes: new Uint8Array(400_000).fill(3),
    text: "ü".repeat(200_000),
    attached: [new Uint8Array(1_000_000)],
  };
  const small = { codes: Uint8Array.of(9), text: "x", attached: [] };
  const read: Message[] = [];
  const reader = new FrameReader((one) => read.push(copied(one)));
  const bytes = bytesOf([small, large, small]);
  for (let at = 0; at < bytes.length; at += 65_536) reader.push(bytes.subarray(at, at + 65_536));
  assertEquals(
    read.map(({ codes, text, attached }) => [codes.length, text.length, attached.map((one) => one.length)]),
    [
      [1, 1, []],
      [400_000, 200_000, [1_000_000]],
      [1, 1, []],
    ],
  );
});
