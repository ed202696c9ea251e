import { assertEquals, assertThrows } from "@std/assert";
import { FORM_TYPE, formBody, type FormInput, formPairs } from "../../../src/http/bodies/form_body.ts";
import { decode } from "../../support/bodies.ts";
import { test } from "../../support/suite.ts";

const GIVES: readonly [name: string, input: FormInput, text: string][] = [
  [
    "an object",
    { a: "1 2", b: 3, c: false, d: 4n, e: new Date(0) },
    "a=1+2&b=3&c=false&d=4&e=1970-01-01T00%3A00%3A00.000Z",
  ],
  ["arrays", { a: [1, 2], b: [] }, "a=1&a=2"],
  ["null and undefined", { a: null, b: undefined, c: "" }, "c="],
  ["pairs", [["a", 1], ["a", 2], ["b", null]], "a=1&a=2"],
  ["a map", new Map([["é", "&="]]), "%C3%A9=%26%3D"],
  ["URLSearchParams", new URLSearchParams([["a", "1"], ["a", "+"]]), "a=1&a=%2B"],
  ["a magic key", JSON.parse('{"__proto__":"1"}'), "__proto__=1"],
];

for (const [name, input, text] of GIVES) {
  test(`formBody() encodes ${name}`, () => {
    const body = formBody(input);
    assertEquals([decode([body.bytes!]), body.contentType, body.replayable], [text, FORM_TYPE, true]);
  });
}

test("formBody() refuses what has no text and names the field", () => {
  const rows: [unknown, string][] = [
    [{ a: {} }, 'the field "a" is an Object, expected text (files go out by multipart)'],
    [{ f: new Blob([]) }, 'the field "f" is a Blob'],
    [{ a: NaN }, "its value is NaN"],
    [{ a: [[1]] }, "its value is an array"],
    [{ a: () => 1 }, "of type function"],
    [1, "it is a number"],
    ["a=1", "it is a string"],
    [null, "it is null"],
    [[1], "expected pairs"],
    [[["a"]], "expected pairs"],
  ];
  for (const [input, message] of rows) assertThrows(() => formBody(input as FormInput), TypeError, message);
});

test("formPairs() spreads arrays of objects, not of pairs", () => {
  assertEquals([...formPairs({ a: [1, 2], b: 3 })], [["a", 1], ["a", 2], ["b", 3]]);
});
