import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BodyError, BodyTooLargeError } from "../../src/errors.ts";
import type { BodyMachine } from "../../src/http/body_iterator.ts";
import { AnyChunks, EqualChunks, JsonLines, Lines, Texts } from "../../src/http/body_machines.ts";
import { encode } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

function run<Item>(machine: BodyMachine<Item>, parts: readonly (string | Uint8Array)[]): Item[] {
  const items: Item[] = [];
  for (const part of parts) machine.push(typeof part === "string" ? encode(part) : part, items);
  machine.end(items);
  return items;
}

test("AnyChunks hands chunks on as they are, without empty ones", () => {
  const chunk = encode("ab");
  const items = run(new AnyChunks(), [chunk, "", "c"]);
  assertEquals(items, [encode("ab"), encode("c")]);
  assert(items[0] === chunk);
});

test("EqualChunks makes chunks of one size, each with memory of its own", () => {
  const sizes = (size: number, ...parts: string[]) => run(new EqualChunks(size), parts).map(({ length }) => length);
  assertEquals(sizes(3, "abcdefgh"), [3, 3, 2]);
  assertEquals(sizes(3, "a", "b", "c", "d"), [3, 1]);
  assertEquals(sizes(3, "abc"), [3]);
  assertEquals(sizes(3), []);
  const [first, second] = run(new EqualChunks(2), ["abcd"]);
  assert(first!.buffer !== second!.buffer && first!.buffer.byteLength === 2);
  for (const size of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new EqualChunks(size), RangeError, `size is ${size}`);
  }
});

test("EqualChunks gives the same chunks however the bytes are split", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 9 });
  fc.assert(fc.property(parts, fc.integer({ min: 1, max: 8 }), (parts, size) => {
    const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
    assertEquals(run(new EqualChunks(size), parts), run(new EqualChunks(size), [whole]));
  }));
});

test("Texts makes whole characters of split ones", () => {
  const euro = encode("€");
  assertEquals(run(new Texts("utf-8"), ["a", euro.slice(0, 1), euro.slice(1, 2), euro.slice(2), "b"]), ["a", "€", "b"]);
  assertEquals(run(new Texts("windows-1252"), [Uint8Array.of(0xe9)]), ["é"]);
  assertEquals(run(new Texts("utf-8"), [euro.slice(0, 2)]), ["\ufffd"]);
});

test("Lines and JsonLines give the same items however the bytes are split", () => {
  const text = '{"a":"€"}\r\n\r\n[1,\t2]\n  \n"\\n"\r\n3';
  const lines = ['{"a":"€"}', "", "[1,\t2]", "  ", '"\\n"', "3"];
  const bytes = encode(text);
  for (let at = 0; at <= bytes.length; at++) {
    const parts = [bytes.slice(0, at), bytes.slice(at)];
    assertEquals(run(new Lines("utf-8"), parts), lines);
    assertEquals(run(new JsonLines("utf-8"), parts), [{ a: "€" }, [1, 2], "\n", 3]);
  }
  assertEquals(run(new Lines("utf-8"), [...bytes].map((byte) => Uint8Array.of(byte))), lines);
});

test("Lines reads a body in UTF-16 by its mark", () => {
  const bytes = Uint8Array.from([0xff, 0xfe, ...[..."a\nb"].flatMap((character) => [character.charCodeAt(0), 0])]);
  assertEquals(run(new Lines("utf-8"), [bytes]), ["a", "b"]);
});

test("Lines and JsonLines keep to the limit", () => {
  assertThrows(() => run(new Lines("utf-8", 3), ["abcd"]), BodyTooLargeError, "3 characters");
  assertThrows(() => run(new JsonLines("utf-8", 3), ["[12]"]), BodyTooLargeError, "3 characters");
});

test("JsonLines names the line that is no JSON, blank lines counted", () => {
  assertThrows(() => run(new JsonLines("utf-8"), ["1\n\n", "{x}\n2"]), BodyError, "Cannot parse line 3 as JSON");
  assertThrows(
    () => run(new JsonLines("utf-8"), ["1\n2\n[3"]),
    BodyError,
    "Cannot parse line 3 as JSON: it ends too early",
  );
  assertEquals(run(new JsonLines("utf-8", undefined, (line) => `<${line}>`), ["1\n2"]), ["<1>", "<2>"]);
});
