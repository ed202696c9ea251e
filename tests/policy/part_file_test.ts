import { assertEquals, assertRejects } from "@std/assert";
import { BodyError } from "../../src/errors.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { parseRecord, PartFile } from "../../src/policy/part_file.ts";
import { encode } from "../support/bodies.ts";
import { test, type TestContext } from "../support/suite.ts";
import { TempFolder } from "../support/temp_folder.ts";

const RECORD = { validator: '"v1"', total: 10, name: "a.bin" };
const TEXT = JSON.stringify({ url: "key", ...RECORD });

function folderFor(t: TestContext): TempFolder {
  const folder = new TempFolder();
  t.after(() => folder.remove());
  return folder;
}

function partIn(folder: TempFolder, { key = "key", kept = true } = {}): PartFile {
  return new PartFile(detectRuntime().files!, folder.file("x.part"), key, kept);
}

async function broken(folder: TempFolder, text = "01234"): Promise<void> {
  const part = partIn(folder);
  await part.begin(RECORD);
  await part.write(encode(text));
  await part.close(false);
}

test("PartFile is found again with its record, and goes on at its end", async (t) => {
  const folder = folderFor(t);
  await broken(folder);
  assertEquals(folder.names(), ["x.part", "x.part.json"]);
  const part = partIn(folder);
  assertEquals(await part.find(), { size: 5, validator: '"v1"', total: 10 });
  await part.append();
  await part.write(encode("56789"));
  await part.close(true);
  await part.check();
  await part.place(folder.file("x"));
  assertEquals([folder.names(), folder.read("x"), part.size], [["x"], "0123456789", 10]);
});

for (
  const [name, options, change] of [
    ["belongs to another URL", { key: "other" }, undefined],
    ["is not to be gone on with", { kept: false }, undefined],
    ["has no record", {}, (folder: TempFolder) => folder.write("x.part.json", "", 0o600)],
    ["is empty", {}, (folder: TempFolder) => folder.write("x.part", "", 0o600)],
    ["is longer than the whole", {}, (folder: TempFolder) => folder.write("x.part", "0123456789a", 0o600)],
    ["has a record that is too long", {}, (folder: TempFolder) => {
      folder.write("x.part.json", TEXT + " ".repeat(20_000), 0o600);
    }],
  ] as const
) {
  test(`PartFile.find() finds nothing when the part ${name}`, async (t) => {
    const folder = folderFor(t);
    await broken(folder);
    change?.(folder);
    assertEquals(await partIn(folder, options).find(), undefined);
  });
}

test("PartFile.close() removes what no record can prove", async (t) => {
  const folder = folderFor(t);
  const part = partIn(folder);
  await part.begin(undefined);
  await part.write(encode("01234"));
  await part.close(false);
  assertEquals(folder.names(), []);
});

test("PartFile.begin() drops the bytes and the record of the file before", async (t) => {
  const folder = folderFor(t);
  await broken(folder);
  const part = partIn(folder);
  await part.begin(undefined);
  assertEquals([folder.names(), folder.read("x.part")], [["x.part"], ""]);
  await part.close(true);
});

test("PartFile replaces links at its names and never follows one", async (t) => {
  const folder = folderFor(t);
  folder.write("victim", "01234", 0o600);
  folder.write("record", TEXT, 0o600);
  folder.link("x.part", "victim");
  folder.link("x.part.json", "record");
  assertEquals(await partIn(folder).find(), undefined);
  await broken(folder, "abc");
  assertEquals([folder.read("victim"), folder.read("record"), folder.read("x.part")], ["01234", TEXT, "abc"]);
});

test("PartFile.check() tells when somebody else writes to the part", async (t) => {
  const folder = folderFor(t);
  const part = partIn(folder);
  await part.begin(RECORD);
  await part.write(encode("01234"));
  folder.write("x.part", "0123401234", 0o600);
  await part.close(true);
  await assertRejects(() => part.check(), BodyError, "somebody else writes to it");
  assertEquals(folder.names(), []);
});

test("PartFile names the path that cannot be written", async (t) => {
  const folder = folderFor(t);
  const part = new PartFile(detectRuntime().files!, folder.file("no/such/x.part"), "key", true);
  const error = await assertRejects(() => part.begin(RECORD), BodyError, "Cannot write the file");
  assertEquals([error.code, error.cause instanceof Error], ["FILE_FAILED", true]);
});

for (
  const [name, text] of [
    ["is no JSON", "{"],
    ["is no object", "1"],
    ["is null", "null"],
    ["is of another URL", JSON.stringify({ ...RECORD, url: "other" })],
    ["has a weak tag", JSON.stringify({ ...RECORD, url: "key", validator: 'W/"v1"' })],
    ["would add a field", JSON.stringify({ ...RECORD, url: "key", validator: '"v1"\r\nX: 1' })],
    ["has a total that is none", JSON.stringify({ ...RECORD, url: "key", total: -1 })],
    ["has a name that is none", JSON.stringify({ ...RECORD, url: "key", name: 1 })],
    ["has an endless name", JSON.stringify({ ...RECORD, url: "key", name: "a".repeat(2_000) })],
  ] as const
) {
  test(`parseRecord() refuses a record that ${name}`, () => {
    assertEquals(parseRecord(text, "key"), undefined);
  });
}

test("parseRecord() reads what was written", () => {
  assertEquals(parseRecord(TEXT, "key"), RECORD);
});
