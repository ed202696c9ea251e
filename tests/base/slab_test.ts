import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ownBytes, Slab, SLAB_SIZE } from "../../src/base/slab.ts";
import { test } from "../support/suite.ts";

test("Slab.take() cuts regions from one array that never overlap", () => {
  const slab = new Slab();
  const regions = Array.from({ length: 100 }, (_, index) => slab.take(index + 1).fill(index));
  regions.forEach((region, index) => assertEquals([...new Set(region)], [index]));
  assertEquals(regions.map((region) => region.length), Array.from({ length: 100 }, (_, index) => index + 1));
  assertStrictEquals(regions[0]!.buffer, regions[1]!.buffer);
});

test("Slab.take() begins another array when one is used up", () => {
  const slab = new Slab();
  const first = slab.take(SLAB_SIZE / 4);
  for (let i = 0; i < 3; i++) assertStrictEquals(slab.take(SLAB_SIZE / 4).buffer, first.buffer);
  const next = slab.take(1);
  assert(next.buffer !== first.buffer);
  assertEquals(next.byteOffset, 0);
});

test("Slab.take() gives a large request an array of its own", () => {
  const slab = new Slab();
  const small = slab.take(8);
  const large = slab.take(SLAB_SIZE / 4 + 1);
  assert(large.buffer !== small.buffer);
  assertEquals(large.buffer.byteLength, large.length);
  assertStrictEquals(slab.take(8).buffer, small.buffer);
});

test("Slab cuts from arrays of the size that it was given", () => {
  const slab = new Slab(4096);
  assertEquals([slab.take(1024).buffer.byteLength, slab.take(1025).buffer.byteLength], [4096, 1025]);
});

test("Slab.take() gives no bytes for none", () => assertEquals(new Slab().take(0).length, 0));

test("Slab.copy() copies a part of a view into a region of its own", () => {
  const slab = new Slab();
  const view = Uint8Array.of(1, 2, 3, 4);
  const copies = [slab.copy(view, 1, 3), slab.copy(view, 0, 4)];
  view.fill(9);
  assertEquals(copies.map((copy) => [...copy]), [[2, 3], [1, 2, 3, 4]]);
  assertStrictEquals(copies[0]!.buffer, copies[1]!.buffer);
});

test("ownBytes() copies only what shares its memory", () => {
  const whole = Uint8Array.of(1, 2, 3);
  assertStrictEquals(ownBytes(whole), whole);
  const part = ownBytes(whole.subarray(1));
  assertEquals([...part], [2, 3]);
  assertEquals(part.buffer.byteLength, 2);
});
