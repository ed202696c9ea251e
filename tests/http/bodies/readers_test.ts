import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { BodyReader } from "../../../src/http/body.ts";
import {
  BytesReader,
  chunkBytes,
  IteratorReader,
  OpeningReader,
  SourceReader,
  StreamReader,
  typeName,
} from "../../../src/http/bodies/readers.ts";
import { decode, encode } from "../../support/bodies.ts";
import { test } from "../../support/suite.ts";

async function readAll(reader: BodyReader): Promise<string[]> {
  const texts: string[] = [];
  for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) texts.push(decode([chunk]));
  assertEquals(await reader.read(), null);
  return texts;
}

/** An iterator that tells what was called on it. */
function spied(items: unknown[]): { steps: Iterator<unknown>; log: string[] } {
  const log: string[] = [];
  const steps: Iterator<unknown> = {
    next() {
      log.push("next");
      return items.length > 0 ? { done: false, value: items.shift() } : { done: true, value: undefined };
    },
    return() {
      log.push("return");
      return { done: true, value: undefined };
    },
  };
  return { steps, log };
}

test("chunkBytes() takes bytes as they are, text as UTF-8, and names anything else", () => {
  const bytes = new Uint8Array(3);
  assertEquals(chunkBytes(bytes) === bytes, true);
  assertEquals(chunkBytes("é"), Uint8Array.of(0xc3, 0xa9));
  const rows: [unknown, string][] = [
    [1, "a number"],
    [null, "null"],
    [undefined, "undefined"],
    [{}, "an Object"],
    [[], "an Array"],
    [new Uint16Array(1), "a Uint16Array"],
    [new ArrayBuffer(1), "an ArrayBuffer"],
    [Object.create(null), "an object"],
    [() => 1, "a function"],
  ];
  for (const [chunk, name] of rows) {
    assertThrows(() => chunkBytes(chunk), TypeError, `a chunk is ${name}, expected a Uint8Array or string`);
    assertEquals(typeName(chunk), name);
  }
});

test("BytesReader gives the bytes once, and nothing for none", () => {
  const reader = new BytesReader(encode("x"));
  assertEquals([reader.read()?.length, reader.read(), reader.read()], [1, null, null]);
  assertEquals(new BytesReader(new Uint8Array(0)).read(), null);
  const cancelled = new BytesReader(encode("x"));
  cancelled.cancel();
  assertEquals(cancelled.read(), null);
});

test("IteratorReader reads synchronous iterators without a promise and skips empty chunks", () => {
  const { steps } = spied(["a", "", new Uint8Array(0), encode("b")]);
  const reader = new IteratorReader(steps);
  assertEquals(decode([reader.read() as Uint8Array]), "a");
  assertEquals(decode([reader.read() as Uint8Array]), "b");
  assertEquals([reader.read(), reader.read()], [null, null]);
});

test("IteratorReader skips any number of empty chunks", async () => {
  const empties = Array.from({ length: 20_000 }, () => "");
  assertEquals(new IteratorReader(empties[Symbol.iterator]()).read(), null);
  async function* late(): AsyncGenerator<string> {
    yield* empties;
    yield "x";
  }
  assertEquals(await readAll(new IteratorReader(late())), ["x"]);
});

test("IteratorReader reads asynchronous iterators, foreign promises too", async () => {
  async function* parts(): AsyncGenerator<string | Uint8Array> {
    yield "a";
    yield "";
    yield encode("b");
  }
  assertEquals(await readAll(new IteratorReader(parts())), ["a", "b"]);
  let left = 1;
  const foreign = {
    next: () => ({
      then: (resolve: (step: unknown) => void) => resolve(left-- > 0 ? { done: false, value: "x" } : { done: true }),
    }),
  };
  assertEquals(await readAll(new IteratorReader(foreign as unknown as AsyncIterator<unknown>)), ["x"]);
});

test("IteratorReader tells the source when it is given up, once, and never after its end", async () => {
  const { steps, log } = spied(["a", "b"]);
  const reader = new IteratorReader(steps);
  reader.read();
  reader.cancel();
  reader.cancel();
  assertEquals([reader.read(), log], [null, ["next", "return"]]);

  const ended = spied([]);
  const over = new IteratorReader(ended.steps);
  over.read();
  over.cancel();
  assertEquals(ended.log, ["next"]);

  let cleaned = false;
  async function* generator(): AsyncGenerator<string> {
    try {
      yield "a";
    } finally {
      cleaned = true;
    }
  }
  const late = new IteratorReader(generator());
  await late.read();
  late.cancel();
  await Promise.resolve();
  assertEquals([cleaned, await late.read()], [true, null]);
});

test("IteratorReader lets a failure of clean-up pass, but not one of the source", async () => {
  const failing = { next: () => ({ done: false, value: "a" }), return: (): never => fail() };
  new IteratorReader(failing).cancel();
  new IteratorReader({ ...failing, return: () => Promise.reject(new Error("clean-up")) }).cancel();
  function fail(): never {
    throw new Error("source");
  }
  assertThrows(() => new IteratorReader({ next: fail }).read(), Error, "source");
  const rejecting = new IteratorReader({ next: () => Promise.reject(new Error("source")) } as AsyncIterator<unknown>);
  await assertRejects(async () => await rejecting.read(), Error, "source");
  assertThrows(() => new IteratorReader([1][Symbol.iterator]()).read(), TypeError, "a chunk is a number");
});

test("StreamReader reads to the end and skips empty chunks", async () => {
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of ["a", "", new Uint8Array(0), encode("b")]) controller.enqueue(chunk);
      controller.close();
    },
  });
  assertEquals(await readAll(new StreamReader(stream)), ["a", "b"]);
});

test("StreamReader cancels its stream with the reason, once", async () => {
  const reasons: unknown[] = [];
  const stream = new ReadableStream({ cancel: (reason) => void reasons.push(reason) });
  const reader = new StreamReader(stream);
  const pending = reader.read();
  reader.cancel("why");
  reader.cancel("again");
  assertEquals([await pending, await reader.read(), reasons], [null, null, ["why"]]);
  const failing = new StreamReader(new ReadableStream({ cancel: () => Promise.reject(new Error("clean-up")) }));
  failing.cancel();
});

test("StreamReader passes on a failure and a chunk of another type", async () => {
  const broken = new StreamReader(new ReadableStream({ start: (controller) => controller.error(new Error("source")) }));
  await assertRejects(async () => await broken.read(), Error, "source");
  const odd = new StreamReader(new ReadableStream({ start: (controller) => controller.enqueue(1) }));
  await assertRejects(async () => await odd.read(), TypeError, "a chunk is a number");
});

test("readers that are given up while they wait give nothing", async () => {
  let answer!: (step: IteratorResult<string>) => void;
  const iterator = new IteratorReader({
    next: () => new Promise<IteratorResult<string>>((resolve) => answer = resolve),
  });
  const pending = iterator.read();
  iterator.cancel();
  answer({ done: false, value: "late" });
  assertEquals(await pending, null);

  let closed = 0;
  let arrive!: (bytes: Uint8Array) => void;
  const source = new SourceReader({
    read: () => new Promise((resolve) => arrive = resolve),
    close: () => void closed++,
  });
  const waiting = source.read();
  source.cancel();
  arrive(encode("late"));
  assertEquals([await waiting, closed], [null, 1]);
});

function opened(parts: (Uint8Array | null)[], later: boolean): { source: SourceReader; log: string[] } {
  const log: string[] = [];
  const source = new SourceReader({
    read: () => later ? Promise.resolve(parts.shift() ?? null) : parts.shift() ?? null,
    close: () => void log.push("close"),
  });
  return { source, log };
}

for (const later of [false, true]) {
  test(`SourceReader closes its source at the end, once${later ? ", also when it reads late" : ""}`, async () => {
    const { source, log } = opened([encode("a"), new Uint8Array(0), encode("b")], later);
    assertEquals(await readAll(source), ["a", "b"]);
    source.cancel();
    assertEquals(log, ["close"]);
    const early = opened([encode("a")], later);
    early.source.cancel();
    early.source.cancel();
    assertEquals([await early.source.read(), early.log], [null, ["close"]]);
  });
}

test("OpeningReader reads once the source is open, and gives it up when it opens too late", async () => {
  const { source, log } = opened([encode("a"), encode("b")], false);
  assertEquals(await readAll(new OpeningReader(Promise.resolve(source))), ["a", "b"]);
  assertEquals(log, ["close"]);

  const late = opened([encode("a")], false);
  let open!: (reader: BodyReader) => void;
  const reader = new OpeningReader(new Promise((resolve) => open = resolve));
  const pending = reader.read();
  reader.cancel();
  reader.cancel();
  open(late.source);
  assertEquals([await pending, await reader.read(), late.log], [null, null, ["close"]]);

  const failing = new OpeningReader(Promise.reject(new Error("no such file")));
  await assertRejects(async () => await failing.read(), Error, "no such file");
  await assertRejects(async () => await failing.read(), Error, "no such file");
});
