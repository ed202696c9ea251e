import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { actualCoding, DecodeChain, plainBytes } from "../../src/policy/decode_chain.ts";
import { BodyTooLargeError, DecodeError } from "../../src/errors.ts";
import { coded, noise, rawDeflated, WatchedCodecs } from "../support/codings.ts";
import { encode } from "../support/bodies.ts";
import { join } from "../support/live_body.ts";
import { test } from "../support/suite.ts";

const SETTINGS = { accept: [], maxLayers: 2, maxRatio: 200, ratioFloor: 1_048_576 };

const FORMATS: readonly [name: string, bytes: readonly number[], coding: string][] = [
  ["zlib, fastest", [0x78, 0x01], "deflate"],
  ["zlib, default", [0x78, 0x9c], "deflate"],
  ["zlib, best", [0x78, 0xda], "deflate"],
  ["zlib, window of 512 bytes", [0x18, 0x19], "deflate"],
  ["zlib, wrong check bits", [0x78, 0x9d], "deflate-raw"],
  ["a window that does not exist", [0x88, 0x1c], "deflate-raw"],
  ["raw, stored, 29 bytes: looks like a window of 256", [0x08, 0x1d], "deflate-raw"],
  ["raw, fixed codes", [0x4b, 0x4c], "deflate-raw"],
  ["raw, dynamic codes", [0xed, 0xc1], "deflate-raw"],
  ["raw, empty", [0x03, 0x00], "deflate-raw"],
  ["one byte", [0x78], "deflate-raw"],
];

test("actualCoding() tells zlib's format from raw deflate", () => {
  for (const [name, bytes, coding] of FORMATS) {
    assertEquals(actualCoding("deflate", Uint8Array.from(bytes)), coding, name);
  }
  for (const coding of ["gzip", "br", "zstd"] as const) assertEquals(actualCoding(coding, encode("xx")), coding);
});

test("actualCoding() is right about what zlib makes", async () => {
  for (let length = 0; length < 300; length += 7) {
    for (const plain of [noise(length), new Uint8Array(length), encode("text ".repeat(length))]) {
      assertEquals(actualCoding("deflate", await coded(plain, "deflate")), "deflate");
      assertEquals(actualCoding("deflate", await rawDeflated(plain)), "deflate-raw");
    }
  }
});

test("plainBytes() takes off what a host adds, without a copy", () => {
  class HostBytes extends Uint8Array {}
  const bytes = new HostBytes([1, 2, 3]).subarray(1);
  const plain = plainBytes(bytes);
  assertStrictEquals(plain.constructor, Uint8Array);
  assertEquals([plain.buffer === bytes.buffer, [...plain]], [true, [2, 3]]);
  assertStrictEquals(plainBytes(plain), plain);
});

test("DecodeChain keeps the room that it is given", async () => {
  const bytes = await coded(encode("hello"), "gzip");
  const enough = new DecodeChain(["gzip"], new WatchedCodecs(), SETTINGS);
  assertEquals(join([...await enough.push(bytes, 5), ...await enough.finish(0)]), encode("hello"));
  enough.close();
  const codecs = new WatchedCodecs();
  const narrow = new DecodeChain(["gzip"], codecs, SETTINGS);
  await assertRejects(() => narrow.push(bytes, 4), BodyTooLargeError);
  narrow.close();
  assertEquals(codecs.open, 0);
});

test("DecodeChain stops a codec that does not stop itself", async () => {
  const codecs = new WatchedCodecs();
  const made = codecs.decoder.bind(codecs);
  codecs.decoder = (coding) => {
    const { push, finish, close } = made(coding);
    return { push: (bytes) => push(bytes), finish: () => finish(), close };
  };
  const chain = new DecodeChain(["gzip"], codecs, SETTINGS);
  await assertRejects(
    async () => chain.push(await coded(new Uint8Array(2_000_000), "gzip"), Infinity),
    DecodeError,
    "200 times",
  );
  chain.close();
});

test("DecodeChain frees its codecs after the step under way", async () => {
  const codecs = new WatchedCodecs();
  const chain = new DecodeChain(["gzip"], codecs, SETTINGS);
  const step = chain.push(await coded(noise(10_000), "gzip"), Infinity);
  await undefined;
  chain.close();
  assertEquals(join(await step).length, 10_000);
  assertEquals(codecs.open, 0);
});
