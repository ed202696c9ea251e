import { assertEquals, assertStrictEquals } from "@std/assert";
import { ByteList } from "../../src/policy/byte_list.ts";
import { test } from "../support/suite.ts";

test("ByteList joins chunks in order, empty ones left out", () => {
  const list = new ByteList();
  assertEquals([list.length, list.join()], [0, new Uint8Array(0)]);
  for (const chunk of [[1, 2], [], [3], [4, 5, 6]]) list.push(Uint8Array.from(chunk));
  assertEquals([list.length, list.join()], [6, Uint8Array.of(1, 2, 3, 4, 5, 6)]);
});

test("ByteList does not copy a single chunk, and goes on after a join", () => {
  const list = new ByteList();
  const chunk = Uint8Array.of(1, 2);
  list.push(chunk);
  assertStrictEquals(list.join(), chunk);
  list.push(Uint8Array.of(3));
  const whole = list.join();
  assertEquals(whole, Uint8Array.of(1, 2, 3));
  assertStrictEquals(list.join(), whole);
});
