import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { resolveTimeout, Timeout } from "../../src/client/timeout.ts";
import { test } from "../support/suite.ts";

test("resolveTimeout() has the documented defaults", () => {
  const { source: _, ...limits } = resolveTimeout(undefined);
  assertEquals(limits, {
    total: Infinity,
    attempt: Infinity,
    pool: 10_000,
    connect: 10_000,
    write: 30_000,
    head: 60_000,
    read: 60_000,
    expect: 1_000,
  });
});

test("resolveTimeout() takes a bare number as the total and lifts head, read and write", () => {
  const { source, ...limits } = resolveTimeout(5_000);
  assertEquals(limits, {
    total: 5_000,
    attempt: Infinity,
    pool: 10_000,
    connect: 10_000,
    write: Infinity,
    head: Infinity,
    read: Infinity,
    expect: 1_000,
  });
  assertEquals(source.total, "timeout");
  assertEquals(source.pool, "timeout.pool (default)");
});

test("resolveTimeout() takes false as no limit at all", () => {
  const { source: _, ...limits } = resolveTimeout(false);
  assertEquals(new Set(Object.values(limits)), new Set([Infinity]));
});

test("resolveTimeout() keeps defaults beside the limits that are given", () => {
  const limits = resolveTimeout({ read: 5, head: false });
  assertEquals([limits.read, limits.head, limits.connect], [5, Infinity, 10_000]);
  assertEquals([limits.source.read, limits.source.connect], ["timeout.read", "timeout.connect (default)"]);
});

test("resolveTimeout() refuses what is no limit", () => {
  for (const bad of ["5s", null, [], true] as never[]) assertThrows(() => resolveTimeout(bad), TypeError);
  for (const bad of [0, -1, NaN]) assertThrows(() => resolveTimeout(bad), RangeError);
  const error = assertThrows(() => resolveTimeout({ reed: 5 } as never), TypeError) as TypeError;
  assertStringIncludes(error.message, 'did you mean "read"');
});

test("Timeout checks and freezes its limits and can stand where an object can", () => {
  const timeout = new Timeout({ read: 5, total: false });
  assertEquals(Object.isFrozen(timeout), true);
  const limits = resolveTimeout(timeout);
  assertEquals([limits.read, limits.total, limits.pool], [5, Infinity, 10_000]);
  assertThrows(() => new Timeout({ read: 0 }), RangeError);
  assertThrows(() => new Timeout({ pol: 1 } as never), TypeError);
});
