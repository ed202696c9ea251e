import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { drop } from "../../src/policy/drop.ts";
import { watchLeaks } from "../support/leaks.ts";
import type { Part } from "../support/live_body.ts";
import { requestOf, TestCall } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

const GET = requestOf("GET", "https://a.example/");

const ROWS: readonly [name: string, body: readonly Part[], ended: string, time: number][] = [
  ["has arrived", ["x"], "discarded", 0],
  ["arrives in time", ["x", 200, "y"], "discarded", 200],
  ["arrives late", ["x", 300, "y"], "cancelled", 250],
  ["never arrives", ["stall"], "cancelled", 250],
  ["trickles for ever", new Array<Part>(50).fill(10), "cancelled", 250],
  ["is too long", ["x".repeat(11)], "cancelled", 0],
  ["fails", ["x", new Error("reset")], "failed", 0],
];

test("drop() lets go of a body within its limits of bytes and time, and never fails", async (t) => {
  for (const [name, body, ended, time] of ROWS) {
    const test = new TestCall([{ body }], { limits: { drain: 10 } });
    watchLeaks(t, () => ({ ...test.held, timers: test.clock.pending }));
    const response = await test.start(GET);
    const started = test.clock.now();
    const dropped = drop(response, test.call);
    assertStrictEquals(response.live, null, name);
    await test.clock.until(Promise.resolve(dropped));
    assertEquals([test.net.bodies[0]!.ended, test.clock.now() - started], [ended as never, time], name);
    assertEquals(test.clock.pending, 0, name);
  }
});

test("drop() takes no promise for a body that has arrived, is complete, or is not there", async () => {
  const arrived = new TestCall([{ body: "x" }]);
  assertEquals(drop(await arrived.start(GET), arrived.call), undefined);
  const complete = new TestCall([{ body: "x" }]);
  const response = (await complete.start(GET)).complete(new Uint8Array(1));
  assertEquals([drop(response, complete.call), response.content.length], [undefined, 1]);
  const none = new TestCall([{}]);
  assertEquals(drop(await none.start(GET), none.call), undefined);
  assert(arrived.clock.pending === 0 && complete.clock.pending === 0 && none.clock.pending === 0);
});
