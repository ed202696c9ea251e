import { assertEquals } from "@std/assert";
import { own } from "../../src/base/own.ts";
import { test } from "../support/suite.ts";

test("own() reads own members only", () => {
  const object = Object.assign(Object.create({ inherited: 1 }) as { inherited?: number; a?: number; b?: number }, {
    a: 2,
  });
  assertEquals([own(object, "a"), own(object, "b"), own(object, "inherited")], [2, undefined, undefined]);
  assertEquals([own(undefined as { a: number } | undefined, "a"), own({ toString: 1 }, "toString")], [undefined, 1]);
  assertEquals(own(Object.assign(Object.create(null) as { a?: number }, { a: 3 }), "a"), 3);
});
