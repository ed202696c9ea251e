import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { type BodySource, ExchangeBody, MAX_WAITING } from "../../src/engine/incoming_body.ts";
import { BodyError, BodyTooLargeError, BodyUsedError, SocketError } from "../../src/errors.ts";
import { test } from "../support/suite.ts";
import { bytesOf, textOf } from "./engine_kit.ts";

/** An exchange that notes what its body asks for. */
class Source implements BodySource {
  readonly log: string[] = [];
  readonly body: ExchangeBody;

  constructor(length?: number) {
    this.body = new ExchangeBody(this, length);
  }

  pause(): void {
    this.log.push("pause");
  }

  resume(): void {
    this.log.push("resume");
  }

  abandon(reason: Error): void {
    this.log.push(`abandon ${reason.name}`);
  }

  push(text: string, owned = false): void {
    const view = bytesOf(text);
    this.body.push(view, 0, view.length, owned);
    // The view is borrowed: whoever kept it without a copy sees this.
    if (!owned) view.fill(33);
  }
}

const LENGTHS = [undefined, 6] as const;

for (const length of LENGTHS) {
  const kind = length === undefined ? "unknown" : "known";

  test(`ExchangeBody of ${kind} length collects what came before and after it was asked`, async () => {
    const source = new Source(length);
    source.push("abc");
    const whole = source.body.collect(10);
    assertInstanceOf(whole, Promise);
    source.push("def");
    source.body.end(null);
    assertEquals(textOf(await whole), "abcdef");
  });

  test(`ExchangeBody of ${kind} length collects at once when all has come`, () => {
    const source = new Source(length);
    source.push("abcdef");
    source.body.end(null);
    const whole = source.body.collect(10);
    assert(whole instanceof Uint8Array);
    assertEquals(textOf(whole), "abcdef");
  });

  for (const parts of [["abcdef"], ["abc", "def"]]) {
    test(`ExchangeBody of ${kind} length tells a collector within the turn of its end: ${parts}`, () => {
      const source = new Source(length);
      const told: unknown[] = [];
      source.body.collectTo(10, {
        resolve: (bytes) => told.push(textOf(bytes)),
        reject: (error) => told.push((error as Error).name),
      });
      for (const part of parts) source.push(part);
      assertEquals(told, []);
      source.body.end(null);
      assertEquals(told, ["abcdef"]);
    });

    test(`ExchangeBody of ${kind} length tells a collector that it is too large: ${parts}`, () => {
      const source = new Source(length);
      const told: unknown[] = [];
      source.body.collectTo(5, { resolve: () => told.push("whole"), reject: (error) => told.push(error) });
      for (const part of parts) if (!source.body.settled) source.push(part);
      assertEquals(told.length, 1);
      assertInstanceOf(told[0], BodyTooLargeError);
      assertEquals(source.log, ["abandon BodyTooLargeError"]);
    });
  }

  test(`ExchangeBody of ${kind} length is read in parts`, async () => {
    const source = new Source(length);
    source.push("ab");
    const first = source.body.read();
    assert(first instanceof Uint8Array);
    assertEquals(textOf(first), "ab");
    const second = source.body.read();
    assertInstanceOf(second, Promise);
    source.push("cd");
    source.push("ef");
    assertEquals(textOf((await second)!), "cd");
    source.body.end(null);
    assertEquals(textOf((await source.body.read())!), "ef");
    assertEquals([source.body.read(), source.body.read(), source.body.received], [null, null, 6]);
    assertEquals(textOf(first), "ab");
  });
}

test("ExchangeBody hands out chunks into which nothing is written any more", () => {
  const source = new Source(6);
  source.push("ab");
  const first = source.body.read() as Uint8Array;
  structuredClone(first, { transfer: [first.buffer as ArrayBuffer] });
  source.push("cdef");
  assertEquals(textOf(source.body.read() as Uint8Array), "cdef");
});

test("ExchangeBody resolves a waiting read with null at the end", async () => {
  const source = new Source();
  const chunk = source.body.read();
  source.body.end(null);
  assertEquals(await chunk, null);
});

test("ExchangeBody stops the socket when enough waits, and goes on when it was read", async () => {
  const source = new Source();
  const piece = "x".repeat(MAX_WAITING / 2);
  source.push(piece);
  assertEquals(source.log, []);
  source.push(piece);
  assertEquals(source.log, ["pause"]);
  await source.body.read();
  assertEquals(source.log, ["pause", "resume"]);
});

test("ExchangeBody goes on when a stopped body is collected", () => {
  const source = new Source(300_000);
  source.push("x".repeat(MAX_WAITING));
  source.body.collect(300_000);
  assertEquals(source.log, ["pause", "resume"]);
  source.push("x".repeat(150_000));
  assertEquals(source.log, ["pause", "resume"]);
});

test("ExchangeBody lets bytes of a large collected body land in place, but for the last", async () => {
  const length = 200_000;
  const source = new Source(length);
  source.push("abc");
  assertEquals(source.body.landing(length - 3), undefined);
  const whole = source.body.collect(length);
  const place = source.body.landing(length - 3)!;
  assertEquals(place.length, length - 4);
  place.set(bytesOf("d".repeat(150_000)));
  source.body.landed(150_000);
  // What follows the last byte must be seen with it: the rest is read with room behind.
  assertEquals(source.body.landing(49_997), undefined);
  source.push("e".repeat(49_997));
  source.body.end(null);
  assertEquals(textOf(await whole), `abc${"d".repeat(150_000)}${"e".repeat(49_997)}`);
  assertEquals(new Source().body.landing(Infinity), undefined);
});

test("ExchangeBody refuses to collect more than the limit, before memory for it is taken", async () => {
  const known = new Source(1e15);
  const error = await assertRejects(async () => await known.body.collect(100), BodyTooLargeError);
  assertEquals([error.limit, known.log], [100, ["abandon BodyTooLargeError"]]);
  const unknown = new Source();
  const whole = unknown.body.collect(5) as Promise<Uint8Array>;
  unknown.push("abc");
  assertEquals(unknown.log, []);
  unknown.push("def");
  await assertRejects(() => whole, BodyTooLargeError);
  assertEquals(unknown.log, ["abandon BodyTooLargeError"]);
  const waiting = new Source();
  waiting.push("abcdef");
  await assertRejects(async () => await waiting.body.collect(5), BodyTooLargeError);
});

test("ExchangeBody has one consumer, in one mode", async () => {
  const source = new Source();
  source.push("abc");
  source.body.read();
  assertThrows(() => source.body.collect(10), BodyUsedError, "it was read in parts already");
  const pending = source.body.read() as Promise<unknown>;
  assertThrows(() => source.body.read(), BodyUsedError, "another read is pending");
  source.body.end(null);
  await pending;
  const whole = new Source(3);
  whole.push("abc");
  whole.body.end(null);
  whole.body.collect(3);
  assertThrows(() => whole.body.collect(3), BodyUsedError, "it was read already");
  assertThrows(() => whole.body.read(), BodyUsedError);
});

test("ExchangeBody fails whoever waits and whoever comes later", async () => {
  const error = new SocketError("gone");
  for (const way of ["read", "collect"] as const) {
    const source = new Source();
    const work = (way === "read" ? source.body.read() : source.body.collect(10)) as Promise<unknown>;
    source.body.fail(error);
    assertEquals(await assertRejects(() => work), error);
    assertEquals(await assertRejects(async () => await source.body.read()), error);
    assertEquals(await assertRejects(async () => await source.body.collect(10)), error);
    assertEquals(source.body.trailers, undefined);
  }
});

test("ExchangeBody hands out what came before its connection broke, then fails", async () => {
  for (const length of [undefined, 6]) {
    const source = new Source(length);
    source.push("abc");
    source.body.fail(new SocketError("gone"));
    assertEquals(textOf(source.body.read() as Uint8Array), "abc");
    await assertRejects(async () => await source.body.read(), SocketError);
  }
});

test("ExchangeBody hands out nothing any more once it was stopped", async () => {
  const stop: readonly ((body: ExchangeBody) => void)[] = [
    (body) => body.fail(new BodyError("enough")),
    (body) => body.cancel(new SocketError("enough")),
  ];
  for (const each of stop) {
    const source = new Source();
    source.push("abc");
    each(source.body);
    await assertRejects(async () => await source.body.read(), Error, "enough");
  }
});

test("ExchangeBody discards up to a limit and gives up beyond", async () => {
  const small = new Source(10);
  small.push("abc");
  const done = small.body.discard(7) as Promise<void>;
  small.push("defghij");
  small.body.end(null);
  await done;
  assertEquals(small.log, []);
  const large = new Source(11);
  large.push("abc");
  assertEquals(large.body.discard(7), undefined);
  assertEquals(large.log, ["abandon BodyError"]);
  const endless = new Source();
  const given = endless.body.discard(5) as Promise<void>;
  endless.push("abc");
  endless.push("def");
  await given;
  assertEquals(endless.log, ["abandon BodyError"]);
});

test("ExchangeBody never fails a discard", async () => {
  const source = new Source();
  const done = source.body.discard(100) as Promise<void>;
  source.body.fail(new SocketError("gone"));
  await done;
  assertEquals(source.body.discard(100), undefined);
  const stopped = new Source();
  stopped.push("x".repeat(MAX_WAITING));
  stopped.body.discard(1_000_000);
  assertEquals(stopped.log, ["pause", "resume"]);
});

test("ExchangeBody.cancel() ends the exchange once and fails with its reason", async () => {
  const source = new Source();
  const pending = source.body.read() as Promise<unknown>;
  const reason = new BodyError("enough");
  source.body.cancel(reason);
  source.body.cancel(new BodyError("again"));
  assertEquals(await assertRejects(() => pending), reason);
  assertEquals(await assertRejects(async () => await source.body.read()), reason);
  assertEquals(source.log, ["abandon BodyError"]);
});

test("ExchangeBody.cancel() after the end drops what waits and leaves the connection alone", async () => {
  const source = new Source(3);
  source.push("abc");
  source.body.end(null);
  source.body.cancel();
  assertEquals(source.log, []);
  const error = await assertRejects(async () => await source.body.read(), BodyError);
  assertEquals(error.code, "BODY_CANCELLED");
});

test("ExchangeBody.onSettled() calls back once, at once when it is over", () => {
  const seen: unknown[] = [];
  const source = new Source();
  source.body.onSettled((error) => seen.push(error));
  source.body.end(null);
  source.body.onSettled((error) => seen.push(error));
  source.body.fail(new SocketError("late"));
  assertEquals(seen, [undefined, undefined]);
});

test("ExchangeBody copies nothing that is its own", () => {
  const source = new Source();
  const view = bytesOf("xxabcdefxx");
  source.body.push(view, 2, 8, true);
  const chunk = source.body.read() as Uint8Array;
  assertEquals([textOf(chunk), chunk.buffer === view.buffer], ["abcdef", true]);
});

test("ExchangeBody hands out no two chunks in the same memory", async () => {
  const source = new Source();
  const view = bytesOf("abcdefghij");
  source.body.push(view, 0, 4, true);
  source.body.push(view, 4, 10, true);
  const [first, second] = [source.body.read() as Uint8Array, source.body.read() as Uint8Array];
  assertEquals([textOf(first), textOf(second), first.buffer === second.buffer], ["abcd", "efghij", false]);
  const pending = source.body.read() as Promise<Uint8Array>;
  source.body.push(view, 0, 4, true);
  assertEquals((await pending).buffer === view.buffer, false);
});

test("ExchangeBody of a few bytes shares memory with others until it is handed out in parts", () => {
  const bodies = [new Source(3), new Source(3)];
  for (const source of bodies) {
    source.push("abc");
    source.body.end(null);
  }
  const whole = bodies[0]!.body.collect(3) as Uint8Array;
  assertEquals([textOf(whole), whole.buffer.byteLength > 3], ["abc", true]);
  const chunk = bodies[1]!.body.read() as Uint8Array;
  assertEquals([textOf(chunk), chunk.buffer.byteLength], ["abc", 3]);
});

test("ExchangeBody keeps a flood of tiny pieces in little memory", () => {
  const source = new Source();
  const view = new Uint8Array(1);
  for (let at = 0; at < 100_000; at++) source.body.push(view, 0, 1, false);
  source.body.end(null);
  let chunks = 0;
  let bytes = 0;
  for (let chunk = source.body.read() as Uint8Array | null; chunk; chunk = source.body.read() as Uint8Array | null) {
    chunks++;
    bytes += chunk.length;
  }
  assertEquals(bytes, 100_000);
  assert(chunks < 20, `${chunks} chunks`);
});
