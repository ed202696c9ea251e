import { assertEquals } from "@std/assert";
import { SharedMemory } from "../../src/sync/memory.ts";
import { test } from "../support/suite.ts";

test("SharedMemory shows both sides the same state, bytes and bells", () => {
  const caller = new SharedMemory();
  const worker = new SharedMemory(caller.buffer);
  assertEquals([caller.state, caller.isPinged], ["starting", false]);
  const count = caller.callerBell.count;
  worker.state = "running";
  assertEquals([caller.state, caller.callerBell.wait(count, 1_000)], ["running", true]);
  caller.toWorker.write(Uint8Array.of(1, 2, 3), 0);
  assertEquals([...worker.toWorker.peek(10)], [1, 2, 3]);
  worker.toCaller.write(Uint8Array.of(4), 0);
  assertEquals([...caller.toCaller.peek(10)], [4]);
});

test("Bell.wait() tells a change from the end of its patience", () => {
  const { workerBell } = new SharedMemory();
  const count = workerBell.count;
  assertEquals(workerBell.wait(count, 1), false);
  workerBell.ring();
  assertEquals(workerBell.wait(count, 1), true);
});

test("Bell.changed() resolves when the bell rings, at once when it has", async () => {
  const { workerBell } = new SharedMemory();
  const count = workerBell.count;
  const changed = workerBell.changed(count);
  workerBell.ring();
  await changed;
  await workerBell.changed(count);
});

test("pong() answers each ping(), and rings only when there was one", () => {
  const memory = new SharedMemory();
  memory.ping();
  const count = memory.callerBell.count;
  assertEquals(memory.isPinged, true);
  memory.pong();
  assertEquals([memory.isPinged, memory.callerBell.count - count], [false, 1]);
  memory.pong();
  assertEquals(memory.callerBell.count - count, 1);
});
