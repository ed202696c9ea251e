import { assert, assertEquals, assertNotMatch, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type FieldSource, HeaderList, type HeadersInput, isSecretField } from "../../src/http/header_list.ts";
import { test } from "../support/suite.ts";

/** A source that counts what is asked of it, as a parser would answer. */
class CountingSource implements FieldSource {
  sliced = 0;
  readonly #fields: readonly (readonly [string, string])[];
  constructor(fields: readonly (readonly [string, string])[]) {
    this.#fields = fields;
  }
  get count(): number {
    return this.#fields.length;
  }
  name(index: number): string {
    this.sliced++;
    return this.#fields[index]![0];
  }
  value(index: number): string {
    this.sliced++;
    return this.#fields[index]![1];
  }
  find(lowerName: string, from: number): number {
    return this.#fields.findIndex(([name], at) => at >= from && name.toLowerCase() === lowerName);
  }
}

const MADE: readonly [name: string, input: HeadersInput, pairs: [string, string][]][] = [
  ["an object", { Accept: "a", "x-n": 1, "X-List": ["1", "2"] }, [["Accept", "a"], ["x-n", "1"], ["X-List", "1"], [
    "X-List",
    "2",
  ]]],
  ["null and undefined", { A: null, B: undefined, C: "" }, [["C", ""]]],
  ["pairs in order and case", [["b", "1"], ["A", "2"], ["b", "3"]], [["b", "1"], ["A", "2"], ["b", "3"]]],
  [
    "a generator",
    (function* (): Generator<[string, string]> {
      yield ["a", "1"];
    })(),
    [["a", "1"]],
  ],
  ["a map", new Map([["a", "1"]]), [["a", "1"]]],
  ["Headers", new Headers([["b", "1"], ["a", "2"], ["set-cookie", "x"], ["set-cookie", "y"]]), [
    ["a", "2"],
    ["b", "1"],
    ["set-cookie", "x"],
    ["set-cookie", "y"],
  ]],
  ["blanks around values", { A: " \t x y \t" }, [["A", "x y"]]],
  ["text of Latin-1", { A: "é" }, [["A", "é"]]],
  ["nothing", {}, []],
];

for (const [name, input, pairs] of MADE) {
  test(`HeaderList.from() takes ${name}`, () => assertEquals(HeaderList.from(input).pairs, pairs));
}

test("HeaderList.from() refuses what is no list", () => {
  const rows: [unknown, string][] = [
    [1, "expected an object, pairs or Headers"],
    ["a: b", "expected an object, pairs or Headers"],
    [null, "expected an object, pairs or Headers"],
    [["ab"], "expected pairs of name and value"],
    [[["a"]], "expected pairs of name and value"],
    [[["a", "b", "c"]], "expected pairs of name and value"],
    [[[1, "b"]], "it is a number"],
    [[["a", 1]], "its value is a number"],
    [{ a: true }, "its value is a boolean"],
    [{ a: NaN }, "its value is a number"],
    [{ a: [1] }, "its value is a number"],
    [{ "": "x" }, "its name is empty"],
    [{ "a b": "x" }, "U+0020 at position 1"],
    [{ a: "x\u0100" }, "U+0100 at position 1"],
  ];
  for (const [input, message] of rows) assertThrows(() => HeaderList.from(input as HeadersInput), TypeError, message);
});

test("HeaderList.from() copies nothing that is right already", () => {
  const list = HeaderList.from({ a: "1" });
  assertStrictEquals(HeaderList.from(list), list);
  assertStrictEquals(HeaderList.from(undefined), HeaderList.empty);
  assertStrictEquals(HeaderList.from([]), HeaderList.empty);
});

test("HeaderList looks names up in any case", () => {
  const list = HeaderList.from([["X-A", "1"], ["x-a", "2"], ["X-B", ""], ["Set-Cookie", "a=1, x"], [
    "set-cookie",
    "b",
  ]]);
  assertEquals([list.get("x-A"), list.get("X-B"), list.get("nope"), list.length], ["1, 2", "", null, 5]);
  assertEquals([list.getAll("X-a"), list.getAll("nope")], [["1", "2"], []]);
  assertEquals([list.get("SET-COOKIE"), list.getSetCookie()], ["a=1, x", ["a=1, x", "b"]]);
  assertEquals([list.has("x-b"), list.has("x"), list.has("")], [true, false, false]);
});

test("HeaderList iterates as Headers do", () => {
  const list = HeaderList.from([["B", "1"], ["a", "2"], ["b", "3"], ["Set-Cookie", "x"], ["set-cookie", "y"]]);
  const entries: [string, string][] = [["a", "2"], ["b", "1, 3"], ["set-cookie", "x"], ["set-cookie", "y"]];
  assertEquals([...list], entries);
  assertEquals([...list.entries()], [...new Headers([...list.pairs] as [string, string][])]);
  assertEquals([...list.keys()], entries.map(([name]) => name));
  assertEquals([...list.values()], entries.map(([, value]) => value));
  const seen: [string, string][] = [];
  list.forEach((value, name) => seen.push([name, value]));
  assertEquals([seen, [...list.toWeb()]], [entries, entries]);
});

test("HeaderList changes by making another", () => {
  const list = HeaderList.from([["A", "1"], ["B", "2"], ["a", "3"]]);
  assertEquals(list.with("a", "9").pairs, [["a", "9"], ["B", "2"]]);
  assertEquals(list.with("C", " 9 ").pairs, [["A", "1"], ["B", "2"], ["a", "3"], ["C", "9"]]);
  assertEquals(list.withAppended("b", "9").pairs, [["A", "1"], ["B", "2"], ["a", "3"], ["b", "9"]]);
  assertEquals(list.without("A", "x").pairs, [["B", "2"]]);
  assertEquals(list.filter((name, value) => name === "a" && value === "3").pairs, [["a", "3"]]);
  assertStrictEquals(list.without("x"), list);
  assertEquals(list.length, 3);
  assertThrows(() => list.with("a", "\n"), TypeError);
  assertThrows(() => list.withAppended("a:", "x"), TypeError);
});

test("merge() lays one list upon another, name by name", () => {
  const list = HeaderList.from([["A", "1"], ["B", "2"], ["a", "3"]]);
  assertEquals(list.merge({ a: ["8", "9"], c: "4" }).pairs, [["B", "2"], ["a", "8"], ["a", "9"], ["c", "4"]]);
  assertEquals(list.merge({ A: null }).pairs, [["B", "2"]]);
  assertEquals(list.merge(new Headers({ b: "x" })).pairs, [["A", "1"], ["a", "3"], ["b", "x"]]);
  assertEquals(list.merge(HeaderList.from({ b: "x" })).pairs, [["A", "1"], ["a", "3"], ["b", "x"]]);
  assertEquals(
    list.merge((function* (): Generator<[string, string]> {
      yield ["b", "x"];
    })()).pairs,
    [["A", "1"], ["a", "3"], ["b", "x"]],
  );
  for (const nothing of [undefined, {}, { B: undefined }, []]) assertStrictEquals(list.merge(nothing), list);
});

test("a received list slices only what is asked for", () => {
  const source = new CountingSource([["Content-Type", "a/b"], ["X", "1"], ["x", "2"]]);
  const list = HeaderList.received(source);
  assertEquals([list.length, list.has("x"), list.get("nope"), source.sliced], [3, true, null, 0]);
  assertEquals([list.get("content-type"), source.sliced], ["a/b", 1]);
  assertEquals([list.get("X"), source.sliced], ["1, 2", 3]);
  assertStrictEquals(list.pairs, list.pairs);
  assertEquals([list.pairs.length, source.sliced], [3, 9]);
});

test("a polluted prototype adds no field, and a magic name is a name like any other", (t) => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  t.after(() => delete prototype["x-evil"]);
  prototype["x-evil"] = "1";
  assertEquals(HeaderList.from({ a: "1" }).pairs, [["a", "1"]]);
  const magic = HeaderList.from(JSON.parse('{"__proto__":"1","constructor":"2"}'));
  assertEquals([magic.get("__proto__"), magic.get("toString"), magic.length], ["1", null, 2]);
  assertEquals(Object.getPrototypeOf(magic.toJSON()), null);
  assertEquals(Object.keys(magic.toJSON()), ["__proto__", "constructor"]);
});

test("a list is printed and logged without secrets", () => {
  const list = HeaderList.from({
    Accept: "x",
    Authorization: "hunter2",
    Cookie: "hunter2",
    "Set-Cookie": ["hunter2", "b"],
    "X-API-Key": "hunter2",
    "X-Auth-Token": "hunter2",
    "Proxy-Authorization": "hunter2",
  });
  const printed = (list as unknown as Record<symbol, () => string>)[Symbol.for("nodejs.util.inspect.custom")]!();
  assertNotMatch(printed + JSON.stringify(list), /hunter2/);
  assert(printed.startsWith('HeaderList {"accept":"x","authorization":"***"'));
  assertEquals([isSecretField("x-request-id"), isSecretField("cookie")], [false, true]);
});

test("HeaderList agrees with Headers on any valid fields", () => {
  const name = fc.string({ unit: fc.constantFrom(..."aAbB-1"), minLength: 1, maxLength: 3 });
  // Deno drops the comma between empty values.
  const value = fc.string({ unit: fc.constantFrom(..."xY ,;=é\t"), maxLength: 5 }).map((text) => `x${text}`);
  fc.assert(fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
    const list = HeaderList.from(pairs);
    const web = new Headers(pairs);
    assertEquals([...list], [...web]);
    for (const [name] of pairs) assertEquals(list.get(name), web.get(name));
  }));
});
