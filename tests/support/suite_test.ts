import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { findSkip, runTest, runtimeId, runtimeName, test } from "./suite.ts";

test("runTest() runs clean-ups in reverse order when the body ends", async () => {
  const order: string[] = [];
  await runTest("name", (t) => {
    t.after(() => order.push("first"));
    t.after(() => Promise.resolve().then(() => order.push("second")));
    order.push(t.name);
  }, 1_000);
  assertEquals(order, ["name", "second", "first"]);
});

test("runTest() runs clean-ups when the body fails and keeps its error", async () => {
  let cleaned = false;
  const failure = new Error("body");
  const thrown = await assertRejects(() =>
    runTest("name", (t) => {
      t.after(() => {
        cleaned = true;
      });
      return Promise.reject(failure);
    }, 1_000)
  );
  assertEquals(thrown, failure);
  assert(cleaned);
});

test("runTest() fails when a clean-up fails", async () => {
  await assertRejects(
    () =>
      runTest("name", (t) => {
        t.after(() => {
          throw new Error("clean-up");
        });
      }, 1_000),
    Error,
    "clean-up",
  );
});

test("runTest() reports every failure when body and clean-up fail", async () => {
  const error = await assertRejects(() =>
    runTest("name", (t) => {
      t.after(() => Promise.reject(new Error("one")));
      throw new Error("two");
    }, 1_000)
  );
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.map((each: Error) => each.message), ["two", "one"]);
});

test("runTest() fails when the body does not end in time", async () => {
  await assertRejects(() => runTest("name", () => new Promise(() => {}), 5), Error, "did not end within 5 ms");
});

test("findSkip() finds a row by the whole name and the runtime", () => {
  const rows = [
    { test: "a", on: ["deno"], reason: "r" },
    { test: "b", on: ["node"], reason: "r" },
    { test: "c", on: ["node20", "bun"], reason: "r" },
  ] as const;
  assertEquals(findSkip("a", "deno", rows), rows[0]);
  assertEquals(findSkip("a", "bun", rows), undefined);
  assertEquals(findSkip("a b", "deno", rows), undefined);
  assertEquals(findSkip("b", "node20", rows), rows[1]);
  assertEquals(findSkip("b", "node24", rows), rows[1]);
  assertEquals(findSkip("c", "node20", rows), rows[2]);
  assertEquals(findSkip("c", "node24", rows), undefined);
});

test("runtimeId() agrees with runtimeName()", () => {
  assert(runtimeId().startsWith(runtimeName()));
});
