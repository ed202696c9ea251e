import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { HeaderList } from "../../src/http/header_list.ts";
import {
  assertMediaType,
  formatMediaType,
  isJsonType,
  isTextType,
  mediaTypeOf,
  parseMediaType,
  quoted,
  readQuoted,
} from "../../src/http/media_type.ts";
import { test } from "../support/suite.ts";

const ROWS: readonly [text: string, read: string | undefined][] = [
  ["text/html", "text/html"],
  ["TEXT/HTML;CHARSET=UTF-8", "text/html;charset=UTF-8"],
  ["  text/html ; charset = utf-8", "text/html;charset=utf-8"],
  ["text/html; charset=utf-8", "text/html;charset=utf-8"],
  ["text/html;charset= utf-8 ", "text/html;charset=utf-8"],
  ['text/html;charset="utf-8"', "text/html;charset=utf-8"],
  ['text/html;charset="a b\\"c\\\\"', 'text/html;charset="a b\\"c\\\\"'],
  ['text/html;charset="open', "text/html;charset=open"],
  ['text/html;charset="x"junk;a=b', "text/html;charset=x;a=b"],
  ["text/html;;;a=b;", "text/html;a=b"],
  ["text/html;a;b=;c=1", "text/html;c=1"],
  ['text/html;a=""', 'text/html;a=""'],
  ["text/html;a=1;A=2", "text/html;a=1"],
  ["text/html;a b=1;c=2", "text/html;c=2"],
  ["text/html;a=\u00e9", 'text/html;a="\u00e9"'],
  ["text/html;a=\u0100;b=1", "text/html;b=1"],
  ["application/vnd.api+json", "application/vnd.api+json"],
  ["", undefined],
  ["text", undefined],
  ["text/", undefined],
  ["/html", undefined],
  ["te xt/html", undefined],
  ["text/html/x", undefined],
  ["text/html, text/plain", undefined],
];

for (const [text, read] of ROWS) {
  test(`parseMediaType() reads ${JSON.stringify(text)}`, () => {
    const type = parseMediaType(text);
    assertEquals(type && formatMediaType(type), read);
  });
}

test("parseMediaType() undoes formatMediaType()", () => {
  const letters = fc.string({ unit: fc.constantFrom(..."abcxyz019!#$&-^_.+"), minLength: 1 });
  const value = fc.string({ unit: fc.constantFrom(...'aB0\t "\\;=,/é'), maxLength: 12 });
  const type = fc.record({ type: letters, subtype: letters, parameters: fc.array(fc.tuple(letters, value)) });
  fc.assert(fc.property(type, ({ type, subtype, parameters }) => {
    const essence = `${type}/${subtype}`;
    const map = new Map(parameters.filter(([, value]) => value.trim() === value));
    const read = parseMediaType(formatMediaType({ essence, parameters: map }))!;
    assertEquals([read.essence, [...read.parameters]], [essence, [...map]]);
  }));
});

test("readQuoted() stops behind the closing quote", () => {
  assertEquals(readQuoted('x"a\\"b"y', 1), ['a"b', 7]);
  assertEquals(readQuoted('"a\\', 0), ["a\\", 3]);
  assertEquals(readQuoted('""', 0), ["", 2]);
});

test("quoted() quotes what is no token", () => {
  assertEquals([quoted("abc"), quoted(""), quoted('a"b\\')], ["abc", '""', '"a\\"b\\\\"']);
});

test("mediaTypeOf() takes the last valid field", () => {
  const of = (...values: string[]) => mediaTypeOf(HeaderList.from({ "Content-Type": values }))?.essence;
  assertEquals([of("a/b", "c/d"), of("a/b", "junk"), of("junk"), of()], ["c/d", "a/b", undefined, undefined]);
});

test("assertMediaType() refuses what could not be written as it is", () => {
  assertMediaType('text/plain; charset="utf-8"');
  for (const text of ["", "text", "a/b\r\nX: 1", "a/b;c=\u00e9", "a/b\u0000", "\u0100/b"]) {
    assertThrows(() => assertMediaType(text), TypeError, "Cannot use the media type");
  }
});

test("isJsonType() and isTextType() know suffixes", () => {
  assertEquals(["application/json", "text/json", "application/problem+json", "application/jsonx"].map(isJsonType), [
    true,
    true,
    true,
    false,
  ]);
  assertEquals(
    ["text/x", "image/svg+xml", "application/x-ndjson", "image/png", "application/octet-stream"].map(isTextType),
    [
      true,
      true,
      true,
      false,
      false,
    ],
  );
});
