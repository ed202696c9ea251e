import { assertEquals } from "@std/assert";
import { Ring } from "../../src/sync/ring.ts";
import { test } from "../support/suite.ts";

function ring(length: number, start = 0): Ring {
  const counters = new Int32Array(new SharedArrayBuffer(12));
  // Counters that are about to overflow must not matter.
  counters[0] = counters[1] = start;
  return new Ring(counters, 0, new Uint8Array(new SharedArrayBuffer(length)));
}

for (const start of [0, 0x7fff_fffd, -3]) {
  test(`Ring gives bytes back in order over its end, from ${start} on`, () => {
    const bytes = ring(8, start);
    let next = 0;
    let expected = 0;
    for (let turn = 0; turn < 200; turn++) {
      const sent = Uint8Array.from({ length: 1 + turn % 7 }, () => next++);
      const written = bytes.write(sent, 0);
      next -= sent.length - written;
      for (let piece = bytes.peek(3); piece.length > 0; piece = bytes.peek(3)) {
        for (const byte of piece) assertEquals(byte, expected++ & 0xff);
        bytes.consume(piece.length);
      }
    }
    assertEquals([expected, bytes.pending, bytes.free], [next, 0, 8]);
  });
}

test("Ring writes what has room and tells the writer, once, when half is free", () => {
  const bytes = ring(4);
  assertEquals([bytes.write(new Uint8Array(6), 0), bytes.free], [4, 0]);
  assertEquals(bytes.write(new Uint8Array(6), 4), 0);
  assertEquals([bytes.consume(1), bytes.consume(1), bytes.consume(0)], [false, true, false]);
  assertEquals([bytes.write(new Uint8Array(6), 4), bytes.free], [2, 0]);
  assertEquals(bytes.consume(4), false);
});
