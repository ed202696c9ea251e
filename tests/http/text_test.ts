import { assertEquals, assertThrows } from "@std/assert";
import { HeaderList } from "../../src/http/header_list.ts";
import { charsetOf, decoderOf, decodeText, encodingOf, sniffBom } from "../../src/http/text.ts";
import { encode } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

const typed = (type: string) => HeaderList.from({ "Content-Type": type });

test("sniffBom() knows three marks", () => {
  const rows: [number[], string | undefined][] = [
    [[0xef, 0xbb, 0xbf], "utf-8"],
    [[0xef, 0xbb], undefined],
    [[0xef, 0xbb, 0xbe], undefined],
    [[0xfe, 0xff], "utf-16be"],
    [[0xff, 0xfe, 0], "utf-16le"],
    [[0xff], undefined],
    [[], undefined],
    [[0x7b], undefined],
  ];
  for (const [bytes, encoding] of rows) assertEquals(sniffBom(Uint8Array.from(bytes)), encoding);
});

test("charsetOf() reads the charset and forgets what nobody knows", () => {
  const rows: [string, string | undefined][] = [
    ["text/html", undefined],
    ["text/html; charset=ISO-8859-1", "windows-1252"],
    ['text/html; CharSet="UTF-16LE"', "utf-16le"],
    ["text/html; charset=shift_jis", "shift_jis"],
    ["text/html; charset=made-up", undefined],
    ["text/html; charset=", undefined],
    ["charset=utf-8", undefined],
  ];
  for (const [type, charset] of rows) assertEquals(charsetOf(typed(type)), charset, type);
  assertEquals(charsetOf(HeaderList.empty), undefined);
});

test("encodingOf() trusts the mark, then the charset, then UTF-8", () => {
  const latin = typed("text/plain; charset=latin1");
  assertEquals(encodingOf(latin, Uint8Array.of(0xef, 0xbb, 0xbf)), "utf-8");
  assertEquals(encodingOf(latin, encode("x")), "windows-1252");
  assertEquals(encodingOf(typed("text/plain; charset=made-up"), encode("x")), "utf-8");
});

test("decodeText() leaves out the mark and never fails on bad bytes", () => {
  assertEquals(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), "utf-8"), "a");
  assertEquals(decodeText(Uint8Array.of(0xff, 0xfe, 0x61, 0), "utf-16le"), "a");
  assertEquals(decodeText(Uint8Array.of(0xe9), "windows-1252"), "é");
  assertEquals(decodeText(Uint8Array.of(0x61, 0xc3), "utf-8"), "a\ufffd");
});

test("decoderOf() refuses a label that a caller made up", () => {
  assertThrows(() => decoderOf("made-up"), RangeError, 'the encoding "made-up" is unknown here');
});
