import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { findJsonError } from "../../src/http/json_error.ts";
import { test } from "../support/suite.ts";

const ROWS: readonly [text: string, at: number][] = [
  ["", 0],
  ["  ", 2],
  ["x", 0],
  ["<!DOCTYPE html>", 0],
  ["{", 1],
  ["[", 1],
  ["]", 0],
  ["}", 0],
  ["{]", 1],
  ["[}", 1],
  ["[1", 2],
  ["[1 2]", 3],
  ["[1,]", 3],
  ["[,1]", 1],
  ["[1],", 3],
  ["1 2", 2],
  ['{"a"}', 4],
  ['{"a":}', 5],
  ['{"a":1,}', 7],
  ['{"a":1 "b":2}', 7],
  ["{a:1}", 1],
  ["{'a':1}", 1],
  ['{"a":1', 6],
  ['"abc', 4],
  ['"a\nb"', 2],
  ['"\\x"', 2],
  ['"\\u12g4"', 5],
  ['"\\u12', 5],
  ['"\\', 2],
  ["tru", 3],
  ["trUe", 2],
  ["nul]", 3],
  ["truex", 4],
  ["-", 1],
  ["-x", 1],
  ["01", 1],
  ["1.", 2],
  ["1.e1", 2],
  ["1e", 2],
  ["1e+", 3],
  [".5", 0],
  ["+1", 0],
  ["NaN", 0],
  ["1\u00a02", 1],
  ["\ufeff1", 0],
  ["[[[[", 4],
];

for (const [text, at] of ROWS) {
  test(`findJsonError() finds position ${at} of ${JSON.stringify(text)}`, () => assertEquals(findJsonError(text), at));
}

test("findJsonError() agrees with JSON.parse on what is JSON", () => {
  const agree = (text: string): void => {
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    assertEquals(findJsonError(text) === undefined, valid, JSON.stringify(text));
  };
  const pieces = fc.constantFrom(
    ...'{}[],:"\\0129.-+eEtfn \n\t',
    "true",
    "false",
    "null",
    '"a"',
    "\\u00e9",
    '"k":',
    "é",
  );
  fc.assert(fc.property(fc.array(pieces, { maxLength: 9 }), (pieces) => agree(pieces.join(""))), { numRuns: 5000 });
  fc.assert(fc.property(fc.json(), (text) => assertEquals(findJsonError(text), undefined)));
  fc.assert(fc.property(fc.json(), fc.nat(), (text, at) => agree(text.slice(0, at % (text.length + 1)))));
});

test("findJsonError() walks deep nesting without a stack", () => {
  const depth = 200_000;
  assertEquals(findJsonError("[".repeat(depth)), depth);
  assertEquals(findJsonError("[".repeat(depth) + "]".repeat(depth)), undefined);
  assertEquals(findJsonError('{"a":'.repeat(depth)), depth * 5);
});
