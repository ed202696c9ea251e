import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { detectRuntime } from "../../src/net/detect.ts";
import { joinBytes } from "../../src/net/inbox.ts";
import { temporaryPath } from "../support/temporary.ts";
import { test, type TestContext } from "../support/suite.ts";

const files = detectRuntime().files!;

/** A path that is free, and free again after the test. */
function path(t: TestContext): string {
  const name = temporaryPath("txt");
  t.after(() => files.remove(name));
  return name;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function text(name: string): Promise<string> {
  return new TextDecoder().decode(await files.readBytes(name));
}

/** The permissions of a file. */
function mode(name: string): number {
  return (process.getBuiltinModule("node:fs") as unknown as { statSync(path: string): { mode: number } })
    .statSync(name).mode & 0o777;
}

/** Files beside `name` that a writer left. */
function leftovers(name: string): string[] {
  const { readdirSync } = process.getBuiltinModule("node:fs");
  const at = name.lastIndexOf("/");
  return readdirSync(name.slice(0, at)).filter((entry) => entry.startsWith(`${name.slice(at + 1)}.`));
}

test("writeAtomic() writes and replaces, with the mode asked for, and leaves nothing beside", async (t) => {
  const name = path(t);
  await files.writeAtomic(name, bytes("one"), 0o600);
  assertEquals([await text(name), mode(name)], ["one", 0o600]);
  await files.writeAtomic(name, bytes("two"), 0o600);
  assertEquals([await text(name), mode(name), leftovers(name)], ["two", 0o600, []]);
});

test("writeAtomic() that fails leaves the old file and nothing beside", async (t) => {
  const name = path(t);
  const { mkdirSync, rmdirSync } = process.getBuiltinModule("node:fs");
  mkdirSync(name);
  t.after(() => rmdirSync(name));
  await assertRejects(() => files.writeAtomic(name, bytes("x"), 0o600));
  assertEquals(leftovers(name), []);
  t.after(() => {});
});

test("readBytesSync() reads the whole file", async (t) => {
  const name = path(t);
  await files.writeAtomic(name, bytes("whole"), 0o600);
  assertEquals(new TextDecoder().decode(files.readBytesSync(name)), "whole");
  assertThrows(() => files.readBytesSync(`${name}.none`));
  await assertRejects(() => files.readBytes(`${name}.none`));
});

test("open() reads from any place, in views that belong to the caller", async (t) => {
  const name = path(t);
  const data = crypto.getRandomValues(new Uint8Array(65_536)).map((byte, i) => byte ^ i);
  const large = joinBytes([data, data, data]);
  await files.writeAtomic(name, large, 0o600);
  for (const start of [0, 1, 65_536, 190_000, large.length, large.length + 5]) {
    const file = await files.open(name, start);
    const parts: Uint8Array[] = [];
    for (let part = await file.read(); part !== null; part = await file.read()) parts.push(part);
    assertEquals(await file.read(), null);
    assertEquals(file.size, large.length);
    const read = joinBytes(parts);
    assertEquals(read.length, Math.max(0, large.length - start));
    assertEquals(read.every((byte, i) => byte === large[start + i]), true);
    file.close();
    file.close();
  }
  await assertRejects(() => files.open(`${name}.none`));
});

test("openWriter() creates, appends and truncates", async (t) => {
  const name = path(t);
  const write = async (how: "create" | "append" | "truncate", content: string): Promise<void> => {
    const writer = await files.openWriter(name, how, 0o640);
    for (const letter of content) await writer.write(bytes(letter));
    await writer.close();
  };
  await write("create", "one");
  assertEquals([await text(name), mode(name)], ["one", 0o640]);
  await assertRejects(() => write("create", "x"));
  await write("append", "two");
  assertEquals(await text(name), "onetwo");
  await write("truncate", "3");
  assertEquals(await text(name), "3");
});

test("size(), rename() and remove() know what is not there", async (t) => {
  const name = path(t);
  assertEquals(await files.size(name), undefined);
  await files.remove(name);
  await files.writeAtomic(name, bytes("four"), 0o600);
  assertEquals(await files.size(name), 4);
  const other = path(t);
  await files.writeAtomic(other, bytes("old"), 0o600);
  await files.rename(name, other);
  assertEquals([await files.size(name), await text(other)], [undefined, "four"]);
  await files.remove(other);
  assertEquals(await files.size(other), undefined);
  await assertRejects(() => files.rename(name, other));
});
