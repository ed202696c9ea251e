import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BodyUsedError } from "../../../src/errors.ts";
import { bytesOf, isBlob, isByteSource, type Source, sourceBody } from "../../../src/http/bodies/source_body.ts";
import { encode, textOf } from "../../support/bodies.ts";
import { runtimeSources } from "../../support/runtime_sources.ts";
import { test } from "../../support/suite.ts";

function* generator(): Generator<string> {
  yield "a";
  yield "bc";
}

async function* asyncGenerator(): AsyncGenerator<string | Uint8Array> {
  yield "a";
  yield encode("bc");
}

const stream = (): ReadableStream<Uint8Array> => new Blob(["abc"]).stream();
const buffer = encode("xabcx").buffer;
const again = { [Symbol.iterator]: generator };

type Expected = readonly [text: string, length: number | undefined, replayable: boolean, type: string | null];

const ROWS: readonly [name: string, input: Source | (() => Source | Promise<Source>), expected: Expected][] = [
  ["a string", "é", ["é", 2, true, "text/plain;charset=UTF-8"]],
  ["an empty string", "", ["", 0, true, "text/plain;charset=UTF-8"]],
  ["a Uint8Array", encode("abc"), ["abc", 3, true, null]],
  ["a part of a buffer", new Uint8Array(buffer, 1, 3), ["abc", 3, true, null]],
  ["a DataView", new DataView(buffer, 1, 3), ["abc", 3, true, null]],
  ["a Uint16Array", new Uint16Array(encode("abcd").buffer), ["abcd", 4, true, null]],
  ["an ArrayBuffer", encode("abc").buffer, ["abc", 3, true, null]],
  ["a Blob", new Blob(["abc"], { type: "image/png" }), ["abc", 3, true, "image/png"]],
  ["a File", new File(["abc"], "a.txt", { type: "text/x" }), ["abc", 3, true, "text/x"]],
  [
    "URLSearchParams",
    new URLSearchParams("a=1 2&é=&a=3"),
    ["a=1+2&%C3%A9=&a=3", 17, true, "application/x-www-form-urlencoded;charset=UTF-8"],
  ],
  ["an array of chunks", ["a", encode("bc")], ["abc", 3, true, null]],
  ["an empty array", [], ["", 0, true, null]],
  ["a ReadableStream", stream(), ["abc", undefined, false, null]],
  ["a generator", generator(), ["abc", undefined, false, null]],
  ["an iterable that could be read again", again, ["abc", undefined, false, null]],
  ["a set", new Set(["a", "bc"]), ["abc", undefined, false, null]],
  ["an async generator", asyncGenerator(), ["abc", undefined, false, null]],
  ["a generator function", generator, ["abc", undefined, true, null]],
  ["an async generator function", asyncGenerator, ["abc", undefined, true, null]],
  ["a function that makes a stream", stream, ["abc", undefined, true, null]],
  ["a function that makes text", () => "abc", ["abc", undefined, true, null]],
  ["a function that promises a stream", () => Promise.resolve(stream()), ["abc", undefined, true, null]],
  ["something with a stream", { readable: stream() }, ["abc", undefined, false, null]],
  [
    "an open file",
    { readable: stream(), statSync: () => ({ size: 10, isFile: true }), seekSync: () => 7 },
    ["abc", 3, false, null],
  ],
  ["a pipe", { readable: stream(), statSync: () => ({ size: 0, isFile: false }) }, ["abc", undefined, false, null]],
];

for (const [name, input, [text, length, replayable, type]] of ROWS) {
  test(`sourceBody() makes a body of ${name}`, async () => {
    const body = sourceBody(input);
    assertEquals([body.length, body.replayable, body.contentType], [length, replayable, type]);
    assertEquals(await textOf(body), text);
    if (replayable) assertEquals(await textOf(body), text);
    else assertThrows(() => body.open(), BodyUsedError, "pass a function");
  });
}

test("sourceBody() returns a body as it is", () => {
  const body = sourceBody("x");
  assertStrictEquals(sourceBody(body), body);
});

test("sourceBody() refuses what cannot be sent and names its type", () => {
  const rows: [unknown, string][] = [
    [null, "it is null"],
    [undefined, "it is undefined"],
    [1, "it is a number"],
    [true, "it is a boolean"],
    [{}, "it is an Object"],
    [new Date(), "it is a Date"],
    [Object.create(null), "it is an object"],
    [{ open: 1, size: 3 }, "it is an Object"],
  ];
  for (const [input, message] of rows) assertThrows(() => sourceBody(input as Source), TypeError, message);
});

test("sourceBody() refuses a stream that somebody reads", () => {
  const locked = stream();
  locked.getReader();
  assertThrows(() => sourceBody(locked), TypeError, "is locked");
});

test("sourceBody() takes no member from a polluted prototype for a sign of a kind", (t) => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  t.after(() => delete prototype["type"]);
  prototype["type"] = "text/html";
  assertThrows(() => sourceBody({} as Source), TypeError, "it is an Object");
});

test("sourceBody() makes bodies of what this runtime has", async (t) => {
  const { sources, remove } = await runtimeSources("hällo");
  t.after(remove);
  for (const { name, input, text, length, replayable } of sources) {
    const body = sourceBody(input as Source);
    assertEquals([body.length, body.replayable], [length, replayable], name);
    assertEquals(await textOf(body), text, name);
    if (replayable) assertEquals(await textOf(body), text, name);
  }
});

test("bytesOf() shares memory and knows every view", () => {
  const whole = encode("abcd");
  assertStrictEquals(bytesOf(whole), whole);
  assertStrictEquals(bytesOf(new DataView(whole.buffer, 1, 2))!.buffer, whole.buffer);
  assertEquals(bytesOf(new DataView(whole.buffer, 1, 2)), encode("bc"));
  assertEquals(bytesOf(new SharedArrayBuffer(2))!.length, 2);
  assertEquals([bytesOf({}), bytesOf([1])], [undefined, undefined]);
});

test("isBlob() and isByteSource() tell sources apart", () => {
  const source = { size: 1, open: () => ({ read: () => null, close: () => {} }) };
  assertEquals([isBlob(new Blob([])), isBlob(source), isBlob({ stream() {} })], [true, false, false]);
  assertEquals([isByteSource(source), isByteSource(new Blob([]))], [true, false]);
});
