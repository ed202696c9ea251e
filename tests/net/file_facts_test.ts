import { assertEquals } from "@std/assert";
import { detectRuntime } from "../../src/net/detect.ts";
import { test } from "../support/suite.ts";
import { TempFolder } from "../support/temp_folder.ts";

test("Files.facts() tells what stands at a path, factsSync() what it leads to", async (t) => {
  const folder = new TempFolder();
  t.after(() => folder.remove());
  const files = detectRuntime().files!;
  folder.write("file", "abc", 0o600);
  folder.folder("folder");
  folder.link("link", "file");
  folder.link("dangling", "none");
  const kinds = async (name: string): Promise<unknown[]> => [
    (await files.facts(folder.file(name)))?.kind,
    files.factsSync(folder.file(name))?.kind,
  ];
  assertEquals(await kinds("file"), ["file", "file"]);
  assertEquals(await kinds("folder"), ["folder", "folder"]);
  assertEquals(await kinds("link"), ["link", "file"]);
  assertEquals(await kinds("dangling"), ["link", undefined]);
  assertEquals(await kinds("none"), [undefined, undefined]);
  assertEquals([(await files.facts(folder.file("file")))!.size, files.factsSync(folder.file("link"))!.size], [3, 3]);
  assertEquals(files.factsSync("/dev/null")?.kind, "other");
});
