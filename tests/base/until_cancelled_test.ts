import { assertEquals, assertRejects } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import { untilCancelled } from "../../src/base/until_cancelled.ts";
import { runTasks } from "../support/fake_clock.ts";
import { test } from "../support/suite.ts";

test("untilCancelled() gives what the work gives, and stops listening", async () => {
  const token = new CancelToken();
  assertEquals(await untilCancelled(Promise.resolve(5), token), 5);
  await assertRejects(() => untilCancelled(Promise.reject(new Error("failed")), token), Error, "failed");
  assertEquals(token.listenerCount, 0);
});

test("untilCancelled() ends with the token, and a late failure is nobody's rejection", async () => {
  const token = new CancelToken();
  let fail = (_: Error): void => {};
  const waiting = untilCancelled(new Promise((_, reject) => fail = reject), token);
  token.cancel(new Error("cancelled"));
  await assertRejects(() => waiting, Error, "cancelled");
  fail(new Error("late"));
  await runTasks();
});

test("untilCancelled() rejects at once when the token was cancelled before", async () => {
  const token = new CancelToken();
  token.cancel(new Error("before"));
  await assertRejects(() => untilCancelled(new Promise(() => {}), token), Error, "before");
});
