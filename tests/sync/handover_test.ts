import { assert, assertEquals, assertThrows } from "@std/assert";
import { crossing, Handover, HANDOVER_BYTES, LargeBytes, type MemoryPort } from "../../src/sync/handover.ts";
import { KIND } from "../../src/sync/kinds.ts";
import { test } from "../support/suite.ts";

/** Both ends of a way, and how often it was closed. */
function ends(): { here: Handover; there: Handover; closed: () => number } {
  const waiting: unknown[] = [];
  let closed = 0;
  const port: MemoryPort = {
    postMessage: (value, transfer) => void waiting.push(structuredClone(value, { transfer: [...transfer] })),
    close: () => void closed++,
  };
  const take = (): { readonly message: unknown } | undefined =>
    waiting.length === 0 ? undefined : { message: waiting.shift() };
  return { here: new Handover(port, take), there: new Handover(port, take), closed: () => closed };
}

test("bytes that are handed over arrive, and are gone here unless they are kept", () => {
  const { here, there } = ends();
  for (const areKept of [false, true]) {
    const bytes = Uint8Array.of(1, 2, 3);
    const { payload } = here.give(new LargeBytes(bytes, areKept));
    assertEquals([bytes.length, [...there.take(payload)]], [areKept ? 3 : 0, [1, 2, 3]]);
  }
});

test("bytes that share their memory leave it to the others", () => {
  const { here, there } = ends();
  const whole = Uint8Array.of(1, 2, 3);
  const { payload } = here.give(new LargeBytes(whole.subarray(1), false));
  assertEquals([[...whole], [...there.take(payload)]], [[1, 2, 3], [2, 3]]);
});

test("what was handed over for a message that was not sent is dropped", () => {
  const { here, there } = ends();
  here.give(new LargeBytes(Uint8Array.of(1), false));
  const { payload } = here.give(new LargeBytes(Uint8Array.of(2), false));
  assertEquals([...there.take(payload)], [2]);
  assertThrows(() => there.take(payload), Error, "did not hand over");
});

test("without a port the bytes go along in the message", () => {
  const bytes = Uint8Array.of(1);
  const form = new Handover(undefined, () => undefined).give(new LargeBytes(bytes, true));
  assert(form.kind === KIND.pairs && form.payload === bytes, "they were copied or given away");
});

test("short bytes cross as they are", () => {
  const short = new Uint8Array(HANDOVER_BYTES - 1);
  assertEquals(crossing(short, false), short);
  assertEquals(crossing(new Uint8Array(HANDOVER_BYTES), false) instanceof LargeBytes, true);
});

test("the end of the way closes its port", () => {
  const { here, closed } = ends();
  here.end();
  assertEquals(closed(), 1);
});
