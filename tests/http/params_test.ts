import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ParamList, type Params } from "../../src/http/params.ts";
import { test } from "../support/suite.ts";

const GIVES: readonly [name: string, input: Params, query: string][] = [
  ["an object", { a: "1", b: 2, c: true, d: 10n }, "a=1&b=2&c=true&d=10"],
  ["a date", { at: new Date(0) }, "at=1970-01-01T00%3A00%3A00.000Z"],
  ["arrays", { a: [1, "x", undefined, false] }, "a=1&a=x&a=false"],
  ["an empty array", { a: [] }, ""],
  ["undefined and null", { a: undefined, b: null, c: "" }, "c="],
  ["pairs", [["a", "1"], ["b", undefined], ["a", 2]], "a=1&a=2"],
  ["a map", new Map([["a", 1], ["b", 2]]), "a=1&b=2"],
  ["URLSearchParams", new URLSearchParams("a=1+2&b=%2B&a=3"), "a=1%202&b=%2B&a=3"],
  ["a query as it is", "?a=1+2&b=%2f&c&d=x=y&&", "a=1+2&b=%2f&c&d=x=y"],
  ["a query that nobody can decode", "%ff=%zz&a", "%ff=%zz&a"],
  ["a query with a fragment mark", "a=#1", "a=%231"],
  ["characters that mean something", { "a&b=": "c&d=e#f?g/h+i%" }, "a%26b%3D=c%26d%3De%23f%3Fg%2Fh%2Bi%25"],
  ["text beyond ASCII", { "é": "😀" }, "%C3%A9=%F0%9F%98%80"],
  ["a magic key", JSON.parse('{"__proto__":"1","constructor":"2"}'), "__proto__=1&constructor=2"],
];

for (const [name, input, query] of GIVES) {
  test(`ParamList.from() encodes ${name}`, () => assertEquals(String(ParamList.from(input)), query));
}

const THROWS: readonly [input: unknown, message: string][] = [
  [1, "got a number"],
  [{ a: NaN }, "its value is NaN"],
  [{ a: Infinity }, "its value is Infinity"],
  [{ a: {} }, "of type object"],
  [{ a: () => 1 }, "of type function"],
  [{ a: Symbol("x") }, "of type symbol"],
  [{ a: new Date(NaN) }, "invalid Date"],
  [{ a: [null] }, "its list holds null"],
  [{ a: [[1]] }, "its value is an array"],
  [{ a: "\udc00" }, "surrogate"],
  [[["a"]], "expected pairs"],
  [[["a", 1, 2]], "expected pairs"],
  [["ab"], "expected pairs"],
  [[[1, 2]], "expected pairs"],
];

for (const [input, message] of THROWS) {
  test(`ParamList.from() refuses what has no text: ${message}, ${typeof input}`, () => {
    assertThrows(() => ParamList.from(input as Params), TypeError, message);
  });
}

test("merge() appends, removes by null and keeps raw bytes", () => {
  const client = ParamList.from("key=%2f&a=1&%61=2");
  assertEquals(String(client.merge({ b: 3 })), "key=%2f&a=1&%61=2&b=3");
  assertEquals(String(client.merge({ a: null, key: [4] })), "key=%2f&key=4");
  assertEquals(String(client.merge([["a", null], ["a", 5]])), "key=%2f&a=5");
  assertEquals(String(client.merge(null)), "");
  assertEquals(client.merge(undefined), client);
  assertEquals(String(client), "key=%2f&a=1&%61=2");
  assertEquals([ParamList.empty.size, client.size], [0, 3]);
});

test("ParamList reads what it writes", () => {
  const pairs = fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })));
  fc.assert(fc.property(pairs, (pairs) => {
    const query = String(ParamList.from(pairs));
    assertEquals([...new URLSearchParams(query)], pairs);
    assertEquals(String(ParamList.from(query)), query);
  }));
});
