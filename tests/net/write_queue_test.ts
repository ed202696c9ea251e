import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { WriteQueue } from "../../src/net/write_queue.ts";
import { test } from "../support/suite.ts";

test("WriteQueue.take() joins small neighbours and leaves large ones as they are", () => {
  const queue = new WriteQueue();
  const large = new Uint8Array(16 * 1024);
  queue.push(Uint8Array.of(1));
  queue.push(Uint8Array.of(2, 3));
  queue.push(large);
  queue.push(Uint8Array.of(4));
  assertEquals(queue.length, large.length + 4);
  assertEquals([...queue.take()!], [1, 2, 3]);
  assertEquals(queue.take() === large, true);
  assertEquals([...queue.take()!], [4]);
  assertEquals([queue.take(), queue.length], [undefined, 0]);
});

test("WriteQueue.putBack() puts the rest in front", () => {
  const queue = new WriteQueue();
  queue.push(Uint8Array.of(1, 2, 3));
  const taken = queue.take()!;
  queue.push(Uint8Array.of(4));
  queue.putBack(taken.subarray(1));
  assertEquals([queue.length, [...queue.take()!]], [3, [2, 3, 4]]);
});

test("WriteQueue.clear() drops everything", () => {
  const queue = new WriteQueue();
  queue.push(Uint8Array.of(1));
  queue.clear();
  assertEquals([queue.length, queue.take()], [0, undefined]);
});

test("WriteQueue keeps the order, whatever is pushed, taken and put back", () => {
  const step = fc.record({
    push: fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 90 }),
    written: fc.nat(20_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const queue = new WriteQueue();
      let pushed = 0;
      let seen = 0;
      const check = (bytes: Uint8Array): void => {
        for (const byte of bytes) if (byte !== seen++ % 251) throw new Error(`byte ${seen - 1} is out of place`);
      };
      for (const { push, written } of steps) {
        for (const length of push) queue.push(Uint8Array.from({ length }, () => pushed++ % 251));
        const taken = queue.take();
        if (taken === undefined) continue;
        check(taken.subarray(0, written));
        if (written < taken.length) queue.putBack(taken.subarray(written));
      }
      for (let bytes = queue.take(); bytes !== undefined; bytes = queue.take()) check(bytes);
      assertEquals([seen, queue.length], [pushed, 0]);
    }),
    { numRuns: 60 },
  );
});
