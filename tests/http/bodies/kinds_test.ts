import { assertEquals, assertThrows } from "@std/assert";
import { BodyUsedError } from "../../../src/errors.ts";
import { BlobBody, BytesBody, ChunksBody, FactoryBody, OnceBody, SourceBody } from "../../../src/http/bodies/kinds.ts";
import { BytesReader } from "../../../src/http/bodies/readers.ts";
import { chunksOf, encode, textOf } from "../../support/bodies.ts";
import { test } from "../../support/suite.ts";

test("BytesBody gives its bytes at each pass", async () => {
  const body = new BytesBody(encode("abc"), "text/plain", "a string");
  assertEquals([body.length, body.replayable, body.contentType, body.bytes.length], [3, true, "text/plain", 3]);
  assertEquals([await textOf(body), await textOf(body)], ["abc", "abc"]);
  assertEquals(await chunksOf(new BytesBody(encode(""), null, "bytes")), []);
});

test("ChunksBody keeps the chunks it was made of", async () => {
  const chunks = ["é", encode("b"), ""];
  const body = new ChunksBody(chunks);
  chunks.push("more");
  assertEquals([body.length, body.replayable], [3, true]);
  assertEquals([await textOf(body), await textOf(body)], ["éb", "éb"]);
  assertThrows(() => new ChunksBody([1]), TypeError, "a chunk is a number");
});

test("BlobBody knows type and length and can be sent again", async () => {
  const body = new BlobBody(new Blob(["abc"], { type: "image/png" }));
  assertEquals([body.length, body.replayable, body.contentType, body.kind], [3, true, "image/png", "a Blob"]);
  assertEquals([await textOf(body), await textOf(body)], ["abc", "abc"]);
  assertEquals(new BlobBody(new Blob(["abc"])).contentType, null);
});

test("BlobBody of a pipe has no length and goes out once", async () => {
  const pipe = { size: Infinity, type: "", stream: () => new Blob(["abc"]).stream() };
  const body = new BlobBody(pipe);
  assertEquals([body.length, body.replayable], [undefined, false]);
  assertEquals(await textOf(body), "abc");
  assertThrows(() => body.open(), BodyUsedError, "an Object can be read once");
});

test("OnceBody refuses a second pass and says what would help", async () => {
  const body = new OnceBody("a ReadableStream", () => new BytesReader(encode("abc")), 3);
  assertEquals([body.length, body.replayable, await textOf(body)], [3, false, "abc"]);
  const error = assertThrows(
    () => body.open(),
    BodyUsedError,
    "a ReadableStream can be read once, pass a function that returns a new one",
  );
  assertEquals([error.phase, error.progress, error.retryable], ["write", "unsent", false]);
});

test("FactoryBody calls its function for each pass, and only then", async () => {
  let calls = 0;
  const body = new FactoryBody(() => new BytesBody(encode(String(++calls)), null, "bytes"));
  assertEquals([calls, body.length, body.replayable], [0, undefined, true]);
  assertEquals([await textOf(body), await textOf(body)], ["1", "2"]);
  const late = new FactoryBody(() => Promise.resolve(new BytesBody(encode("late"), null, "bytes")));
  assertEquals([await textOf(late), await textOf(late)], ["late", "late"]);
});

test("SourceBody opens its source for each pass", async () => {
  let opened = 0;
  let closed = 0;
  const open = () => {
    opened++;
    const parts: (Uint8Array | null)[] = [encode("ab"), encode("c")];
    return { read: () => Promise.resolve(parts.shift() ?? null), close: () => void closed++ };
  };
  const body = new SourceBody({ size: 3, type: "text/x", open });
  assertEquals([body.length, body.replayable, body.contentType, opened], [3, true, "text/x", 0]);
  assertEquals([await textOf(body), await textOf(body), opened, closed], ["abc", "abc", 2, 2]);
  const late = new SourceBody({ size: undefined, open: () => Promise.resolve(open()) });
  assertEquals([late.length, late.contentType, await textOf(late), closed], [undefined, null, "abc", 3]);
});
