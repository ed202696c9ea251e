import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BodyTooLargeError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { MemoryBody } from "../../src/http/memory_body.ts";
import { encode } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

const TRAILERS = HeaderList.from({ "X-Sum": "1" });

function watched(text: string): { body: MemoryBody; ends: (string | undefined)[] } {
  const body = new MemoryBody(encode(text), TRAILERS);
  const ends: (string | undefined)[] = [];
  body.onSettled((error) => ends.push(error?.message));
  return { body, ends };
}

test("MemoryBody is read once, then ends again and again", () => {
  const { body, ends } = watched("abc");
  assertEquals([body.length, body.received, body.trailers, ends], [3, 3, undefined, []]);
  assertEquals([body.read(), ends], [encode("abc"), []]);
  assertEquals([body.read(), body.read(), ends], [null, null, [undefined]]);
  assertStrictEquals(body.trailers, TRAILERS);
  body.onSettled((error) => ends.push(String(error)));
  assertEquals(ends, [undefined, "undefined"]);
});

test("MemoryBody collects within the limit and ends", () => {
  const { body, ends } = watched("abc");
  assertEquals([body.collect(3), ends, body.trailers], [encode("abc"), [undefined], TRAILERS]);
  assertEquals(new MemoryBody(new Uint8Array(0)).collect(0).length, 0);
  const large = watched("abc");
  assertThrows(() => large.body.collect(2), BodyTooLargeError, "it has 3 bytes, expected at most 2 (see limits.body)");
  assertEquals(large.ends.length, 1);
});

test("MemoryBody is discarded and cancelled like any other", () => {
  const discarded = watched("abc");
  discarded.body.discard();
  discarded.body.cancel(new Error("late"));
  assertEquals([discarded.body.read(), discarded.ends], [null, [undefined]]);
  const cancelled = watched("abc");
  cancelled.body.cancel(new Error("why"));
  cancelled.body.cancel(new Error("again"));
  assertThrows(() => cancelled.body.read(), Error, "why");
  assertEquals([cancelled.ends, cancelled.body.trailers], [["why"], undefined]);
  const plain = watched("abc");
  plain.body.cancel();
  assertThrows(() => plain.body.read(), Error, "The body was cancelled");
});
