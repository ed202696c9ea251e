import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import {
  duration,
  flag,
  listOf,
  nearestName,
  numberWithin,
  oneOf,
  record,
  text,
  wholeNumber,
} from "../../src/client/validate.ts";
import { test } from "../support/suite.ts";

const REFUSED: readonly [name: string, run: () => unknown, type: ErrorConstructor, message: string][] = [
  [
    "a duration of 0",
    () => duration("timeout.read", 0),
    RangeError,
    '"timeout.read": it is 0, expected a number of milliseconds above 0',
  ],
  ["a negative duration", () => duration("timeout.read", -1), RangeError, "it is -1"],
  ["a duration that is not a number", () => duration("timeout.read", NaN), RangeError, "it is NaN"],
  [
    "a duration as text",
    () => duration("timeout.read", "5s"),
    TypeError,
    'it is "5s", expected a number of milliseconds',
  ],
  ["a broken count", () => wholeNumber("pool.max", 1.5, 1), RangeError, "it is 1.5, expected a whole number from 1 on"],
  ["a count too small", () => wholeNumber("pool.max", 0, 1, 9), RangeError, "expected a whole number from 1 to 9"],
  [
    "an endless count where there is an end",
    () => wholeNumber("retry.max", Infinity, 0, 9),
    RangeError,
    "it is Infinity",
  ],
  ["a count as bigint", () => wholeNumber("pool.max", 3n, 1), TypeError, "it is 3n"],
  [
    "a number out of range",
    () => numberWithin("retry.budget.ratio", 2, 0, 1),
    RangeError,
    "expected a number from 0 to 1",
  ],
  ["a flag as text", () => flag("tls.verify", "no"), TypeError, 'it is "no", expected true or false'],
  ["an empty text", () => text("unix", ""), RangeError, "expected a string that is not empty"],
  ["a text that is a symbol", () => text("unix", Symbol("x")), TypeError, "it is a symbol"],
  [
    "a word that is none of these",
    () => oneOf("order", "up", ["a", "b"]),
    RangeError,
    'it is "up", expected one of "a", "b"',
  ],
  ["a list that is a string", () => listOf("retry.methods", "GET", text), TypeError, "expected an array"],
  ["a bad member of a list", () => listOf("retry.methods", ["GET", 5], text), TypeError, '"retry.methods[1]": it is 5'],
  ["an object that is an array", () => record("retry", [], ["max"]), TypeError, "it is an array, expected an object"],
  ["an object that is null", () => record("retry", null, ["max"]), TypeError, "it is null"],
];

for (const [name, run, type, message] of REFUSED) {
  test(`option checks refuse ${name}`, () => {
    const error = assertThrows(run);
    assertInstanceOf(error, type);
    assertStringIncludes((error as Error).message, message);
  });
}

test("option checks never print a value whose name marks a secret", () => {
  const error = assertThrows(() => oneOf("proxy.password", "hunter2", ["a"])) as Error;
  assertEquals(error.message.includes("hunter2"), false);
  assertStringIncludes(error.message, "***");
});

test("record() names the nearest known option", () => {
  const known = ["timeout", "retry", "headers", "baseUrl"];
  for (
    const [given, wanted] of [["timeouts", "timeout"], ["baseURL", "baseUrl"], ["base_url", "baseUrl"], [
      "header",
      "headers",
    ]]
  ) {
    const error = assertThrows(() => record("", { [given!]: 1 }, known), TypeError) as TypeError;
    assertStringIncludes(error.message, `did you mean "${wanted}"`);
  }
  const far = assertThrows(() => record("", { zzz: 1 }, known), TypeError) as TypeError;
  assertStringIncludes(far.message, 'expected one of "timeout", "retry", "headers", "baseUrl"');
});

test("record() reads each getter once and keeps no prototype", () => {
  let reads = 0;
  const given = {
    get max(): number {
      return ++reads;
    },
  };
  const copy = record<{ max: number }>("retry", given, ["max"]);
  assertEquals([copy.max, copy.max, reads], [1, 1, 1]);
  assertEquals(Object.getPrototypeOf(copy), null);
});

test("nearestName() gives nothing for what is far from all", () => {
  assertEquals(nearestName("completely", ["timeout", "retry"]), undefined);
  assertEquals(nearestName("RETRY", ["timeout", "retry"]), "retry");
});
