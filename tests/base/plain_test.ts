import { assertEquals } from "@std/assert";
import { isPlain } from "../../src/base/plain.ts";
import { test } from "../support/suite.ts";

/** What the prototype of another realm's objects looks like from here. */
const foreign = Object.create(null);
Object.defineProperty(foreign, "constructor", { value: { name: "Object" } });

const VALUES: readonly (readonly [value: object, plain: boolean])[] = [
  [{}, true],
  [Object.create(null), true],
  [Object.create(foreign), true],
  [new (class Own {})(), false],
  [new Date(), false],
  [[], false],
];

test("isPlain() tells objects of members alone, of any realm, from instances", () => {
  assertEquals(VALUES.map(([value]) => isPlain(value)), VALUES.map(([, plain]) => plain));
});
