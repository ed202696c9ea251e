import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import { test } from "../support/suite.ts";

const REASON = new Error("reason");

test("CancelToken tells its listeners in the order they came, once", () => {
  const token = new CancelToken();
  const told: string[] = [];
  token.add((reason) => told.push(`a ${reason.message}`));
  token.add(() => told.push("b"));
  token.add(() => told.push("c"));
  assertEquals(token.listenerCount, 3);
  token.cancel(REASON);
  token.cancel(new Error("second"));
  assertEquals(told, ["a reason", "b", "c"]);
  assertStrictEquals(token.reason, REASON);
  assertEquals(token.listenerCount, 0);
});

test("CancelToken.add() calls at once when the token was cancelled", () => {
  const token = new CancelToken();
  token.cancel(REASON);
  let told: Error | undefined;
  token.add((reason) => told = reason);
  assertStrictEquals(told, REASON);
  assertEquals(token.listenerCount, 0);
});

test("CancelToken.remove() forgets the first, a middle and the last listener", () => {
  for (const removed of ["a", "b", "c"]) {
    const token = new CancelToken();
    const told: string[] = [];
    const listeners = new Map(["a", "b", "c"].map((name) => [name, () => void told.push(name)]));
    for (const listener of listeners.values()) token.add(listener);
    token.remove(listeners.get(removed)!);
    token.remove(listeners.get(removed)!);
    assertEquals(token.listenerCount, 2);
    token.cancel(REASON);
    assertEquals(told, ["a", "b", "c"].filter((name) => name !== removed));
  }
});

test("CancelToken.remove() does nothing for a stranger", () => {
  const token = new CancelToken();
  token.remove(() => {});
  token.add(() => {});
  token.remove(() => {});
  assertEquals(token.listenerCount, 1);
});

test("CancelToken keeps a listener that is added while it tells the others", () => {
  const token = new CancelToken();
  const told: string[] = [];
  token.add(() => {
    told.push("outer");
    token.add(() => told.push("inner"));
  });
  token.cancel(REASON);
  assertEquals(told, ["outer", "inner"]);
});

test("CancelToken.throwIfCancelled() throws the reason itself", () => {
  const token = new CancelToken();
  token.throwIfCancelled();
  token.cancel(REASON);
  assertStrictEquals(assertThrows(() => token.throwIfCancelled()), REASON);
});

test("CancelToken.child() is cancelled with its parent", () => {
  const parent = new CancelToken();
  const child = parent.child();
  const grandchild = child.child();
  parent.cancel(REASON);
  assertStrictEquals(child.reason, REASON);
  assertStrictEquals(grandchild.reason, REASON);
});

test("CancelToken.child() is cancelled alone and leaves nothing on its parent", () => {
  const parent = new CancelToken();
  const child = parent.child();
  assertEquals(parent.listenerCount, 1);
  child.cancel(REASON);
  assertEquals(parent.reason, undefined);
  assertEquals(parent.listenerCount, 0);
});

test("CancelToken.child() of a cancelled token is cancelled", () => {
  const parent = new CancelToken();
  parent.cancel(REASON);
  assertStrictEquals(parent.child().reason, REASON);
});

test("CancelToken.detach() cuts a child off its parent", () => {
  const parent = new CancelToken();
  const child = parent.child();
  child.detach();
  child.detach();
  assertEquals(parent.listenerCount, 0);
  parent.cancel(REASON);
  assertEquals(child.reason, undefined);
});

test("CancelToken.signal follows the token with the same reason", () => {
  const token = new CancelToken();
  const { signal } = token;
  assertStrictEquals(token.signal, signal);
  let aborted = 0;
  signal.addEventListener("abort", () => aborted++);
  assert(!signal.aborted);
  token.cancel(REASON);
  assert(signal.aborted);
  assertEquals(aborted, 1);
  assertStrictEquals(signal.reason, REASON);
});

test("CancelToken.signal is aborted from the start when it is made after the fact", () => {
  const token = new CancelToken();
  token.cancel(REASON);
  assert(token.signal.aborted);
  assertStrictEquals(token.signal.reason, REASON);
});
