import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type FormOf, pack } from "../../src/sync/pack.ts";
import { unpack } from "../../src/sync/unpack.ts";
import { test } from "../support/suite.ts";

const noForm: FormOf = () => undefined;
const noMaker = (): never => {
  throw new Error("nothing crosses by a form here");
};

function roundTrip(value: unknown): unknown {
  const { codes, text, attached } = pack(value, noForm);
  return unpack({ codes: codes.slice(), text, attached }, noMaker);
}

test("pack() and unpack() give back every plain value", () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(undefined, null, true, false, -0, NaN, Infinity, -Infinity),
      fc.integer(),
      fc.double(),
      fc.bigInt(),
      fc.string({ unit: "binary" }),
      // Halves of surrogate pairs are strings too.
      fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 })).map((codes) => String.fromCharCode(...codes)),
      fc.uint8Array({ maxLength: 1_200 }),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).value;
  fc.assert(fc.property(plain, (value) => assertEquals(roundTrip(value), value)), { numRuns: 500 });
});

test("unpack() makes a member of __proto__, and no prototype", () => {
  const value = JSON.parse('{"__proto__":{"polluted":1},"a":2}');
  const made = roundTrip(value) as { a: number; polluted?: number };
  assertEquals([Object.keys(made), made.polluted, made.a], [["__proto__", "a"], undefined, 2]);
});

test("pack() copies short bytes and hands long ones over as they are", () => {
  const long = new Uint8Array(5_000).fill(7);
  const { attached } = pack([new Uint8Array(10), long], noForm);
  assertEquals(attached.length, 1);
  assertEquals(attached[0] === long, true);
});

test("pack() refuses a value that refers to itself", () => {
  const value: unknown[] = [];
  value.push(value);
  assertThrows(() => pack(value, noForm), TypeError, "nested deeper than");
});

test("pack() asks for the form of what is not plain, and unpack() for its value", () => {
  const { codes, text, attached } = pack(
    [new Date(5), () => 1, Symbol("s")],
    (value) => value instanceof Date ? { kind: 300, payload: value.getTime() } : { kind: 1, payload: typeof value },
  );
  assertEquals(unpack({ codes, text, attached }, (kind, payload) => ({ kind, payload })), [
    { kind: 300, payload: 5 },
    { kind: 1, payload: "function" },
    { kind: 1, payload: "symbol" },
  ]);
});

test("unpack() throws RangeError for a message that is cut short, wherever it is cut", () => {
  const { codes, text, attached } = pack({ a: "text", b: [1, 2.5, new Uint8Array(600)], c: -300_000 }, noForm);
  const whole = codes.slice();
  for (let length = 0; length < whole.length; length++) {
    assertThrows(() => unpack({ codes: whole.subarray(0, length), text, attached }, noMaker), RangeError);
  }
  assertThrows(() => unpack({ codes: whole, text: text.slice(1), attached }, noMaker), RangeError);
  assertThrows(() => unpack({ codes: whole, text, attached: [] }, noMaker), RangeError);
  assertThrows(() => unpack({ codes: Uint8Array.of(200), text, attached }, noMaker), RangeError);
  assertThrows(() => unpack({ codes: pack(7n, noForm).codes, text: "x", attached }, noMaker), RangeError);
});
