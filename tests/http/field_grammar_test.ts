import { assertEquals, assertThrows } from "@std/assert";
import {
  assertFieldName,
  assertFieldValue,
  CHARACTER,
  DIGIT,
  HEXDIG,
  isFieldValue,
  isTarget,
  isToken,
  quote,
  TCHAR,
  VISIBLE,
} from "../../src/http/field_grammar.ts";
import { test } from "../support/suite.ts";

const every = (from: number, to: number): string =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, at) => from + at));
const LETTERS = every(0x41, 0x5a) + every(0x61, 0x7a);
const TOKEN = `!#$%&'*+-.^_\`|~0123456789${LETTERS}`;

test("every byte has the classes that RFC 9110 gives it", () => {
  for (let byte = 0; byte < 256; byte++) {
    const character = String.fromCharCode(byte);
    assertEquals(isToken(character), TOKEN.includes(character), `token ${byte}`);
    assertEquals((CHARACTER[byte]! & TCHAR) !== 0, TOKEN.includes(character));
    assertEquals((CHARACTER[byte]! & DIGIT) !== 0, byte >= 0x30 && byte <= 0x39);
    assertEquals((CHARACTER[byte]! & HEXDIG) !== 0, /[0-9a-f]/i.test(character));
    assertEquals((CHARACTER[byte]! & VISIBLE) !== 0, byte >= 0x21 && byte <= 0x7e);
    assertEquals(isTarget(character), byte >= 0x21 && byte <= 0x7e, `target ${byte}`);
    assertEquals(isFieldValue(character), byte >= 0x21 && byte !== 0x7f, `value ${byte}`);
    assertEquals(isFieldValue(`a${character}b`), byte === 0x09 || (byte >= 0x20 && byte !== 0x7f), `in value ${byte}`);
  }
});

test("nothing above U+00FF passes, whatever its low byte is", () => {
  for (const character of ["\u010a", "\u010d", "\u0120", "\u0141", "\u0161", "\u2028", "\uff21", "😀"]) {
    assertEquals([isToken(character), isTarget(character), isFieldValue(character)], [false, false, false]);
  }
});

test("empty text is a value, no token and no target", () => {
  assertEquals([isToken(""), isTarget(""), isFieldValue("")], [false, false, true]);
});

test("assertFieldName() names the character", () => {
  assertFieldName("X-A");
  const rows: [unknown, string][] = [
    ["", "its name is empty"],
    ["a:", "it holds U+003A at position 1"],
    ["a\r\nb", 'the header field "a\\r\\nb": it holds U+000D at position 1'],
    ["\u0130", "U+0130 at position 0"],
    [1, "it is a number"],
  ];
  for (const [name, message] of rows) assertThrows(() => assertFieldName(name as string), TypeError, message);
});

test("assertFieldValue() trims, and names the character but never the value", () => {
  assertEquals([assertFieldValue("a", " \tx y\t "), assertFieldValue("a", " "), assertFieldValue("a", "")], [
    "x y",
    "",
    "",
  ]);
  const error = assertThrows(() => assertFieldValue("A", "hunter2\n"), TypeError, "it") as TypeError;
  assertEquals(
    error.message,
    'Cannot set the header field "A": its value holds U+000A at position 7, expected visible characters, spaces and tabs below U+0100',
  );
  assertThrows(() => assertFieldValue("A", 1 as unknown as string), TypeError, "its value is a number");
});

test("quote() makes text safe to print, and short", () => {
  assertEquals(quote('a"\r\n\u0000\u007f\u0085\u2028'), '"a\\"\\r\\n\\u0000\\u007f\\u0085\\u2028"');
  assertEquals(quote("x".repeat(100)), `"${"x".repeat(64)}…"`);
  assertEquals([quote(1), quote(null), quote(undefined)], ["1", "null", "undefined"]);
});
