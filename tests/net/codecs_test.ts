import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Codecs, CodecStream, Coding } from "../../src/core/runtime.ts";
import { WebCodecs } from "../../src/net/codecs.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { FirstDecoder } from "../../src/net/first_decoder.ts";
import { joinBytes } from "../../src/net/inbox.ts";
import { decodeWhole, zlibDecoder } from "../../src/net/zlib_codecs.ts";
import type { RawCoding } from "../../src/net/zlib_shape.ts";
import { runtimeId, test } from "../support/suite.ts";

const ENCODER = new TextEncoder();
const TEXT = ENCODER.encode("The quick brown fox jumps over the lazy dog. ".repeat(5_000));
const NOISE = crypto.getRandomValues(new Uint8Array(60_000));

interface Zlib {
  deflateRawSync(bytes: Uint8Array): Uint8Array;
}

async function all(stream: CodecStream, bytes: Uint8Array, step: number, maxOutput?: number): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  try {
    for (let at = 0; at < bytes.length; at += step) {
      out.push(...await stream.push(bytes.subarray(at, at + step), maxOutput));
    }
    out.push(...await stream.finish(maxOutput));
  } finally {
    stream.close();
  }
  return joinBytes(out);
}

async function encode(coding: RawCoding, bytes: Uint8Array): Promise<Uint8Array> {
  if (coding === "deflate-raw") {
    return (process.getBuiltinModule("node:zlib") as unknown as Zlib).deflateRawSync(bytes);
  }
  return await all(codecs.encoder(coding), bytes, 16_384);
}

const { codecs } = detectRuntime();
const CODINGS: readonly RawCoding[] = [...codecs.decodable, "deflate-raw"];

test("decodable and encodable are what this runtime has", () => {
  const expected = runtimeId() === "node20" ? ["br", "gzip", "deflate"] : ["zstd", "br", "gzip", "deflate"];
  assertEquals([codecs.decodable, codecs.encodable], [expected, expected]);
});

interface Way {
  readonly name: string;
  readonly codings: readonly RawCoding[];
  decoder(coding: RawCoding): CodecStream;
}

/** Every way to decode, strict in the same manner. */
const WAYS: readonly Way[] = [
  { name: "zlib", codings: CODINGS, decoder: zlibDecoder },
  // Made for Deno: the platform's decoder is as strict there.
  ...(runtimeId() === "deno" ? [{ name: "first", codings: ["gzip"], decoder: () => new FirstDecoder() } as const] : []),
];

for (const way of WAYS) {
  for (const coding of way.codings) {
    const name = `${way.name} ${coding}`;

    test(`[${name}] decoding undoes encoding, however the bytes are cut`, async () => {
      for (const plain of [TEXT, NOISE, Uint8Array.of(7)]) {
        const coded = await encode(coding, plain);
        for (const step of [1, 7, 1_000, coded.length]) {
          if (coded.length / step > 300) continue;
          assertEquals(joinBytes([await all(way.decoder(coding), coded, step)]).length, plain.length);
        }
        const decoded = await all(way.decoder(coding), coded, 777);
        assert(decoded.every((byte, i) => byte === plain[i]), "every byte is where it belongs");
      }
    });

    test(`[${name}] data that is cut short is refused, wherever it is cut`, async () => {
      const coded = await encode(coding, TEXT);
      for (const length of [1, 2, 3, 5, 10, coded.length >> 1, coded.length - 9, coded.length - 4, coded.length - 1]) {
        if (length <= 0 || length >= coded.length) continue;
        await assertRejects(() => all(way.decoder(coding), coded.subarray(0, length), 50), Error);
      }
    });

    test(`[${name}] what follows the end is refused`, async () => {
      const coded = await encode(coding, TEXT.subarray(0, 100));
      for (const tail of [[0], [0, 0, 0, 0], [1, 2, 3, 4], [255], [...ENCODER.encode("garbage that goes on")]]) {
        const more = joinBytes([coded, Uint8Array.from(tail)]);
        for (const step of [more.length, coded.length, 1]) {
          await assertRejects(() => all(way.decoder(coding), more, step), Error);
        }
      }
    });

    test(`[${name}] data that is broken is refused`, async () => {
      const coded = (await encode(coding, NOISE)).slice();
      coded.fill(0xaa, 0, 40);
      await assertRejects(() => all(way.decoder(coding), coded, 4_096), Error);
    });

    test(`[${name}] a step that puts out too much ends in a RangeError`, async () => {
      const bomb = await encode(coding, new Uint8Array(8 * 1024 * 1024));
      const small = bomb.subarray(0, 16 * 1024);
      await assertRejects(() => all(way.decoder(coding), small, small.length, 100_000), RangeError);
      const exact = await encode(coding, TEXT);
      assertEquals((await all(way.decoder(coding), exact, exact.length, TEXT.length)).length, TEXT.length);
      await assertRejects(() => all(way.decoder(coding), exact, exact.length, TEXT.length - 1), RangeError);
    });

    test(`[${name}] a closed decoder says so`, async () => {
      const decoder = way.decoder(coding);
      decoder.close();
      decoder.close();
      await assertRejects(async () => await decoder.push(Uint8Array.of(1)), Error);
    });
  }
}

for (const way of WAYS) {
  test(`[${way.name} gzip] members in a row are one body`, async () => {
    const members = joinBytes([
      await encode("gzip", TEXT),
      await encode("gzip", NOISE),
      await encode("gzip", Uint8Array.of(9)),
    ]);
    for (const step of [members.length, 1_000, 13]) {
      const decoded = await all(way.decoder("gzip"), members, step);
      assertEquals([decoded.length, decoded.at(-1)], [TEXT.length + NOISE.length + 1, 9]);
    }
  });
}

if (codecs.decodable.includes("zstd")) {
  test("[zlib zstd] frames in a row are one body", async () => {
    const frames = joinBytes([await encode("zstd", TEXT), await encode("zstd", NOISE)]);
    for (const step of [frames.length, 1_000, 13]) {
      assertEquals((await all(zlibDecoder("zstd"), frames, step)).length, TEXT.length + NOISE.length);
    }
    assertEquals(decodeWhole("zstd", frames, 1e9).length, TEXT.length + NOISE.length);
  });
}

for (const coding of CODINGS) {
  test(`decodeWhole() undoes ${coding} in one go, as strictly`, async () => {
    const coded = await encode(coding, TEXT);
    const decoded = decodeWhole(coding, coded, TEXT.length);
    assert(decoded.length === TEXT.length && decoded.every((byte, i) => byte === TEXT[i]));
    for (const length of [1, 3, coded.length >> 1, coded.length - 4, coded.length - 1]) {
      assertThrows(() => decodeWhole(coding, coded.subarray(0, length), 1e9), Error);
    }
    for (const tail of [[0], [0, 0, 0, 0], [1, 2, 3, 4], [255]]) {
      assertThrows(() => decodeWhole(coding, joinBytes([coded, Uint8Array.from(tail)]), 1e9), Error);
    }
    assertThrows(() => decodeWhole(coding, coded, TEXT.length - 1), RangeError);
    assertThrows(() => decodeWhole(coding, coded, 0), RangeError);
  });
}

test("decodeSync() decodes, or leaves the first body of a process to a decoder", async () => {
  const coded = await encode("gzip", TEXT);
  assertEquals(codecs.decodeSync("gzip", coded, 1e9)?.length, TEXT.length);
});

test("WebCodecs has what the platform has, and decodes with it", async () => {
  const web: Codecs = new WebCodecs();
  assert(web.decodable.includes("gzip") && web.decodable.includes("deflate"));
  assertEquals(web.decodeSync("gzip", new Uint8Array(), 1), undefined);
  for (const coding of ["gzip", "deflate"] as const satisfies readonly Coding[]) {
    const coded = await all(web.encoder(coding), TEXT, 10_000);
    assertEquals((await all(web.decoder(coding), coded, 100)).length, TEXT.length);
    // Some platforms take deflate data that is cut short for whole.
    if (coding === "gzip") {
      await assertRejects(() => all(web.decoder(coding), coded.subarray(0, coded.length - 5), 100));
    }
    await assertRejects(() => all(web.decoder(coding), coded, coded.length, 1_000), RangeError);
  }
});

if (runtimeId() === "deno") {
  test("FirstDecoder hands out what a piece brought before the next one is pushed", async () => {
    const coded = await encode("gzip", TEXT.subarray(0, 45));
    const decoder = new FirstDecoder();
    const early = await decoder.push(coded.subarray(0, coded.length - 8));
    assertEquals(new TextDecoder().decode(joinBytes(early)), "The quick brown fox jumps over the lazy dog. ");
    await decoder.push(coded.subarray(coded.length - 8));
    await decoder.finish();
    decoder.close();
  });
}

test("FirstDecoder goes on with zlib when a body grows, without a byte twice", async () => {
  const plain = joinBytes([NOISE, NOISE, NOISE, TEXT]);
  const coded = await encode("gzip", plain);
  assert(coded.length > 128 * 1024);
  const decoded = await all(new FirstDecoder(), coded, 10_000);
  assert(decoded.length === plain.length && decoded.every((byte, i) => byte === plain[i]));
});
