import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { ByteQueue } from "../../src/engine/byte_queue.ts";
import { test } from "../support/suite.ts";

test("ByteQueue gives back what it was given, whatever is copied, given, taken", () => {
  const piece = fc.record({ how: fc.constantFrom("give", "copy", "shift"), bytes: fc.uint8Array({ maxLength: 40 }) });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.constantFrom("join", "shift", "drain"), (pieces, end) => {
      const queue = new ByteQueue();
      const given: number[] = [];
      const got: number[] = [];
      for (const { how, bytes } of pieces) {
        if (how === "shift") got.push(...queue.shift() ?? []);
        else {
          given.push(...bytes);
          const view = Uint8Array.from([1, ...bytes, 2]);
          if (how === "give") queue.give(view.subarray(1, view.length - 1));
          else {
            queue.copy(view, 1, view.length - 1);
            view.fill(99);
          }
        }
        assertEquals(queue.length, given.length - got.length);
      }
      if (end === "join") got.push(...queue.join());
      else if (end === "drain") {
        const target = new Uint8Array(queue.length + 3);
        assertEquals(queue.drainInto(target, 3), target.length);
        got.push(...target.subarray(3));
      } else for (let chunk = queue.shift(); chunk; chunk = queue.shift()) got.push(...chunk);
      assertEquals(got, given);
      assertEquals([queue.length, queue.shift(), queue.join().length], [0, undefined, 0]);
    }),
    { numRuns: 500 },
  );
});

test("ByteQueue hands a first piece out without room to spare, and never writes into it again", () => {
  const queue = new ByteQueue();
  queue.copy(Uint8Array.of(1, 2, 3), 0, 3);
  const chunk = queue.shift()!;
  assertEquals([chunk.length, chunk.buffer.byteLength], [3, 3]);
  queue.copy(Uint8Array.of(4), 0, 1);
  queue.copy(Uint8Array.of(5), 0, 1);
  const first = queue.shift()!;
  queue.copy(Uint8Array.of(6), 0, 1);
  assertEquals([[...chunk], [...first], [...queue.join()]], [[1, 2, 3], [4], [5, 6]]);
});

test("ByteQueue takes memory by the byte, not by the piece", () => {
  const queue = new ByteQueue();
  for (let at = 0; at < 200_000; at++) queue.copy(Uint8Array.of(at & 255), 0, 1);
  let chunks = 0;
  while (queue.shift()) chunks++;
  assert(chunks < 20, `${chunks} chunks`);
});

test("ByteQueue.clear() forgets everything", () => {
  const queue = new ByteQueue();
  queue.give(Uint8Array.of(1));
  queue.copy(Uint8Array.of(2), 0, 1);
  queue.clear();
  assertEquals([queue.length, queue.shift()], [0, undefined]);
});
