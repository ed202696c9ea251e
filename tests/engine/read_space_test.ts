import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { LARGE_READ, MEDIUM_READ, ReadBuffers, SMALL_READ } from "../../src/engine/read_buffers.ts";
import { ReadSpace } from "../../src/engine/read_space.ts";
import { test } from "../support/suite.ts";

const BORROWED = { ownedViews: false };

test("ReadBuffers reuses a few buffers", () => {
  const buffers = new ReadBuffers();
  const taken = Array.from({ length: 10 }, () => buffers.take());
  assertEquals(taken[0]!.length, LARGE_READ);
  for (const buffer of taken) buffers.give(buffer);
  const again = Array.from({ length: 10 }, () => buffers.take());
  assertEquals(again.filter((buffer) => taken.includes(buffer)).length, 4);
  buffers.give(again[0]!);
  buffers.clear();
  assertNotStrictEquals(buffers.take(), again[0]);
});

test("ReadSpace waits with a small buffer and reads bodies with a large one", () => {
  const buffers = new ReadBuffers();
  const space = new ReadSpace(buffers, BORROWED);
  const small = space.waiting();
  assertEquals([small.length, space.waiting() === small], [SMALL_READ, true]);
  const large = space.forBody(undefined);
  assertEquals([large.length, space.forBody(undefined) === large], [LARGE_READ, true]);
  assertEquals(space.received(large.subarray(0, 10)), false);
  space.rest();
  assertStrictEquals(buffers.take(), large);
});

test("ReadSpace knows what has landed in place", () => {
  const space = new ReadSpace(new ReadBuffers(), BORROWED);
  const target = new Uint8Array(100);
  assertStrictEquals(space.forBody(target), target);
  assertEquals(space.received(target.subarray(0, 5)), true);
  space.forBody(target);
  assertEquals(space.received(new Uint8Array(5)), false);
  assertEquals(space.received(target.subarray(0, 5)), false);
});

test("ReadSpace waits with a larger buffer once a response did not fit", () => {
  const space = new ReadSpace(new ReadBuffers(), BORROWED);
  space.received(space.waiting());
  space.rest();
  assertEquals(space.waiting().length, SMALL_READ);
  space.received(space.waiting());
  space.received(space.forBody(undefined).subarray(0, 100));
  space.rest();
  assertEquals(space.waiting().length, MEDIUM_READ);
  space.received(space.waiting());
  space.received(space.forBody(undefined).subarray(0, 100_000));
  space.rest();
  assertEquals(space.waiting().length, MEDIUM_READ);
});

test("ReadSpace takes no buffer where the runtime brings its own", () => {
  const space = new ReadSpace(new ReadBuffers(), { ownedViews: true });
  assert(space.owned);
});

test("ReadSpace gives away a raw buffer that was filled, and reads into another", () => {
  const buffers = new ReadBuffers();
  const space = new ReadSpace(buffers, { ownedViews: false, rawBuffer: (length) => new Uint8Array(length) });
  const first = space.forBody(undefined);
  assertEquals([space.received(first), space.owned], [false, true]);
  const second = space.forBody(undefined);
  assertNotStrictEquals(second, first);
  // What a buffer holds besides is nobody's to see: then it is copied, and read into again.
  assertEquals([space.received(second.subarray(0, LARGE_READ - 1)), space.owned], [false, false]);
  assertStrictEquals(space.forBody(undefined), second);
  space.rest();
  assertStrictEquals(buffers.take(), second);
});
