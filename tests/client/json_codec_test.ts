import { assertEquals, assertThrows } from "@std/assert";
import { jsonCodecOf } from "../../src/client/json_codec.ts";
import { test } from "../support/suite.ts";

const WRONG: readonly (readonly [value: unknown, words: string])[] = [
  ["json", "expected an object"],
  [[], "expected an object"],
  [{ parser: () => 1 }, 'did you mean "parse"'],
  [{ parse: 1 }, '"jsonCodec.parse"'],
  [new (class Empty {})(), "expected an object with stringify or parse"],
  [
    new (class Wrong {
      readonly parse = 1;
    })(),
    '"jsonCodec.parse"',
  ],
];

test("jsonCodecOf() takes functions, and the methods of an instance with their object", () => {
  class Codec {
    readonly #mark = "mine ";
    parse(text: string): string {
      return this.#mark + text;
    }
  }
  const parse = (text: string): string => text;
  assertEquals(jsonCodecOf({ parse })?.parse, parse);
  assertEquals(jsonCodecOf(new Codec())?.parse?.("x"), "mine x");
  assertEquals([jsonCodecOf(new Codec())?.stringify, jsonCodecOf(null)], [undefined, undefined]);
});

test("jsonCodecOf() names what is wrong", () => {
  for (const [value, words] of WRONG) assertThrows(() => jsonCodecOf(value as never), TypeError, words);
});
