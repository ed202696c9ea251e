import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BodyTooLargeError } from "../../src/errors.ts";
import { LineSplitter, MAX_LINE } from "../../src/http/line_splitter.ts";
import { test } from "../support/suite.ts";

function split(parts: readonly string[], max?: number): string[] {
  const splitter = new LineSplitter(max);
  const lines: string[] = [];
  for (const part of parts) splitter.push(part, lines);
  const rest = splitter.end();
  if (rest !== undefined) lines.push(rest);
  return lines;
}

const ROWS: readonly [text: string, lines: string[]][] = [
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\r\n", ["a"]],
  ["a\nb", ["a", "b"]],
  ["a\r\nb\r\n", ["a", "b"]],
  ["\n", [""]],
  ["\r\n", [""]],
  ["\n\n", ["", ""]],
  ["\r\n\n\r\n", ["", "", ""]],
  ["a\rb\nc", ["a\rb", "c"]],
  ["a\r\r\nb", ["a\r", "b"]],
  ["a\r", ["a\r"]],
  ["a\u2028b\u0085c\vd\n", ["a\u2028b\u0085c\vd"]],
];

for (const [text, lines] of ROWS) {
  test(`LineSplitter splits ${JSON.stringify(text)} cut anywhere`, () => {
    assertEquals(split([text]), lines);
    assertEquals(split([...text]), lines);
    for (let at = 0; at <= text.length; at++) assertEquals(split([text.slice(0, at), text.slice(at)]), lines);
  });
}

test("LineSplitter gives the same lines however the text is cut", () => {
  const part = fc.string({ unit: fc.constantFrom("a", "\r", "\n", "é"), maxLength: 6 });
  fc.assert(fc.property(fc.array(part), (parts) => {
    const text = parts.join("");
    const wanted = text.split(/\r?\n/);
    if (wanted.at(-1) === "") wanted.pop();
    assertEquals(split(parts), wanted);
  }));
});

test("LineSplitter lets a line of just the limit pass, whatever ends it", () => {
  for (const end of ["\n", "\r\n", ""]) {
    for (const parts of [[`abc${end}`], [..."abc", ...end]]) assertEquals(split(parts, 3), ["abc"]);
  }
});

test("LineSplitter refuses a longer line as soon as it is one", () => {
  for (const parts of [["abcd\n"], [..."abcd"], ["ab", "cd"], ["abc\r", "x"], ["a\nabcd"]]) {
    const error = assertThrows(
      () => split(parts, 3),
      BodyTooLargeError,
      "longer than 3 characters (see the max option)",
    );
    assertEquals(error.limit, 3);
  }
  assertThrows(() => split(["x".repeat(MAX_LINE + 1)]), BodyTooLargeError);
  assertEquals(split(["x".repeat(MAX_LINE)])[0]!.length, MAX_LINE);
  assertEquals(split(["x".repeat(MAX_LINE + 1)], Infinity).length, 1);
});

test("LineSplitter refuses a limit that is none", () => {
  for (const max of [0, -1, 1.5, NaN]) assertThrows(() => new LineSplitter(max), RangeError, `max is ${max}`);
});
