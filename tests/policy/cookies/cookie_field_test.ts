import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatCookieField,
  formatPair,
  MAX_COOKIE_FIELD,
  mergeCookieFields,
  type SentCookie,
} from "../../../src/policy/cookies/cookie_field.ts";
import { test } from "../../support/suite.ts";

test("formatPair() writes a nameless cookie as its value", () => {
  assertEquals(formatPair({ name: "a", value: "b" }), "a=b");
  assertEquals(formatPair({ name: "a", value: "" }), "a=");
  assertEquals(formatPair({ name: "", value: "b" }), "b");
});

test("formatCookieField() joins pairs in order", () => {
  assertEquals(formatCookieField([{ name: "a", value: "1" }, { name: "b", value: "2" }]), "a=1; b=2");
  assertEquals(formatCookieField([]), "");
});

test("formatCookieField() leaves out what does not fit, and tells what goes", () => {
  const big = (name: string): SentCookie => ({ name, value: "x".repeat(4095) });
  const sent: string[] = [];
  const cookies = [big("a"), big("b"), big("c"), big("d"), { name: "e", value: "1" }];
  const field = formatCookieField(cookies, ({ name }) => sent.push(name));
  assert(field.length <= MAX_COOKIE_FIELD);
  assertEquals(sent, ["a", "b", "c", "e"]);
});

const MERGES: readonly (readonly [name: string, sources: string[], expected: string])[] = [
  ["gives nothing of nothing", ["", "", ""], ""],
  ["gives one source as it is", ["", " a=1;b=2 ", ""], " a=1;b=2 "],
  ["joins sources in order", ["a=1", "b=2", "c=3"], "a=1; b=2; c=3"],
  ["takes a name from the first source that has it", ["a=1", "a=2; b=2", "b=3; a=3; c=3"], "a=1; b=2; c=3"],
  ["keeps a name twice within a source", ["", "", "a=1; a=2"], "a=1; a=2"],
  ["keeps a name twice within a later source", ["b=1", "", "a=1; a=2"], "b=1; a=1; a=2"],
  ["tells letter case apart", ["A=1", "a=2", ""], "A=1; a=2"],
  ["takes nameless ones as one name", ["x", "y", "a=1"], "x; a=1"],
  ["is not fooled by magic names", ["__proto__=1", "__proto__=2; constructor=3", ""], "__proto__=1; constructor=3"],
];

for (const [name, sources, expected] of MERGES) {
  test(`mergeCookieFields() ${name}`, () => assertEquals(mergeCookieFields(...sources), expected));
}

test("mergeCookieFields() keeps every name once over distinct sources, the first value winning", () => {
  const source = fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat(9)), {
    selector: ([name]) => name,
  });
  fc.assert(fc.property(fc.array(source, { maxLength: 4 }), (sources) => {
    const expected = new Map<string, number>();
    for (const [name, value] of sources.flat()) if (!expected.has(name)) expected.set(name, value);
    const fields = sources.map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("; "));
    assertEquals(mergeCookieFields(...fields), [...expected].map(([name, value]) => `${name}=${value}`).join("; "));
  }));
});
