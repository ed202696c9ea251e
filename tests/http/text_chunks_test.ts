import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TextChunks } from "../../src/http/text_chunks.ts";
import { encode } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

function decodeIn(parts: readonly Uint8Array[], charset?: string): string {
  const chunks = new TextChunks(charset);
  return parts.map((part) => chunks.push(part)).join("") + chunks.end();
}

const utf16 = (text: string, little: boolean): number[] =>
  [...text].flatMap((character) => {
    const code = character.charCodeAt(0);
    return little ? [code & 255, code >> 8] : [code >> 8, code & 255];
  });

const BODIES: readonly [name: string, bytes: Uint8Array, charset: string | undefined, text: string][] = [
  ["UTF-8 of all lengths", encode("aé€😀z"), undefined, "aé€😀z"],
  ["UTF-8 with a mark", encode("\ufeffaé"), "windows-1252", "aé"],
  ["two marks: only one is left out", encode("\ufeff\ufeffa"), undefined, "\ufeffa"],
  ["a mark within the text, which is a character", encode("a\ufeffb\ufeff"), undefined, "a\ufeffb\ufeff"],
  ["UTF-16LE by mark", Uint8Array.from([0xff, 0xfe, ...utf16("aé€", true)]), undefined, "aé€"],
  ["UTF-16BE by mark", Uint8Array.from([0xfe, 0xff, ...utf16("aé€", false)]), "utf-8", "aé€"],
  ["Latin-1", Uint8Array.of(0xef, 0xe9, 0xff), "windows-1252", "ïéÿ"],
  ["what begins like a mark", Uint8Array.of(0xef, 0xbb, 0x61), undefined, "\ufffda"],
  ["half a mark", Uint8Array.of(0xef, 0xbb), undefined, "\ufffd"],
  ["one byte of a mark", Uint8Array.of(0xff), "windows-1252", "ÿ"],
  ["a character cut short", Uint8Array.of(0x61, 0xf0, 0x9f), undefined, "a\ufffd"],
  ["nothing", new Uint8Array(0), undefined, ""],
];

for (const [name, bytes, charset, text] of BODIES) {
  test(`TextChunks decodes ${name} split anywhere`, () => {
    assertEquals(decodeIn([bytes], charset), text);
    assertEquals(decodeIn([...bytes].map((byte) => Uint8Array.of(byte)), charset), text);
    for (let at = 0; at <= bytes.length; at++) {
      for (let to = at; to <= bytes.length; to++) {
        assertEquals(decodeIn([bytes.slice(0, at), bytes.slice(at, to), bytes.slice(to)], charset), text);
      }
    }
  });
}

test("TextChunks gives the same text for any bytes, split anywhere", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 8 });
  fc.assert(fc.property(parts, (parts) => {
    const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
    assertEquals(decodeIn(parts), decodeIn([whole]));
  }));
});

test("TextChunks hands text out as early as it can", () => {
  const chunks = new TextChunks();
  assertEquals([chunks.push(encode("a")), chunks.push(encode("b"))], ["a", "b"]);
});
