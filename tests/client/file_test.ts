import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { file, fileSource } from "../../src/client/file.ts";
import { BodyError, UnsupportedRuntimeError } from "../../src/errors.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { test } from "../support/suite.ts";

test("fileSource() says so where there are no files", () => {
  assertThrows(() => fileSource("a", {}, undefined), UnsupportedRuntimeError, 'the file "a"');
});

for (const [path, name] of [["a.txt", "a.txt"], ["/b/a.txt", "a.txt"], ["C:\\b\\a.txt", "a.txt"]] as const) {
  test(`file() takes ${name} for the name of ${path}`, () => {
    assertEquals([file(path).name, file(path, { name: "other" }).name], [name, "other"]);
  });
}

test("fileSource() tells the size of the moment", () => {
  const files = new MemoryFiles({ a: "abc" });
  const source = fileSource("a", {}, files);
  assertEquals(source.size, 3);
  files.content.set("a", new Uint8Array(5));
  assertEquals(source.size, 5);
  files.content.delete("a");
  assertThrows(() => source.size, BodyError, "there is no such file");
});

test("fileSource() refuses what is no regular file", () => {
  const files = new MemoryFiles();
  for (const [kind, message] of [["folder", "a folder"], ["other", "not a regular file"]] as const) {
    files.factsSync = () => ({ size: 0, kind });
    assertThrows(() => fileSource("a", {}, files).size, BodyError, message);
  }
});

test("fileSource() names the file that cannot be looked at, opened or read", async () => {
  const files = new MemoryFiles({ a: "abc" });
  const source = fileSource("a", {}, files);
  await assertRejects(async () => await source.open(), BodyError, 'the file "a": Not expected: open a');
  files.open = () => Promise.resolve({ size: 3, read: () => Promise.reject(new Error("bad disk")), close: () => {} });
  const opened = await source.open();
  const error = await assertRejects(async () => await opened.read(), BodyError, 'the file "a": bad disk');
  assertEquals([error.code, error.cause instanceof Error], ["FILE_FAILED", true]);
  files.factsSync = () => {
    throw new Error("not permitted");
  };
  assertThrows(() => source.size, BodyError, 'the file "a": not permitted');
});

test("fileSource() closes the file whose size has changed", async () => {
  const files = new MemoryFiles({ a: "abc" });
  let closed = 0;
  files.open = () => Promise.resolve({ size: 4, read: () => Promise.resolve(null), close: () => void closed++ });
  const source = fileSource("a", {}, files);
  assertEquals(source.size, 3);
  await assertRejects(async () => await source.open(), BodyError, "it has 4 bytes, expected the 3 announced");
  assertEquals(closed, 1);
});
