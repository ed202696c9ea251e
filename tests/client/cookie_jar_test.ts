import { assertEquals, assertRejects } from "@std/assert";
import { CookieJar } from "../../src/client/cookie_jar.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { test } from "../support/suite.ts";
import { TempFolder } from "../support/temp_folder.ts";

const URL = "https://www.example.com/";

for (const [format, name] of [["json", "jar.json"], ["netscape", "cookies.txt"]] as const) {
  test(`CookieJar saves and loads ${format} on the real disk, for its owner only`, async (t) => {
    const folder = new TempFolder();
    t.after(() => folder.remove());
    const jar = new CookieJar();
    await jar.ready();
    jar.store(URL, ["a=1; Path=/", "b=\xe9; Path=/; Domain=example.com; Max-Age=60; HttpOnly"]);
    await jar.save(folder.file(name), { format });
    assertEquals([folder.names(), folder.mode(name)], [[name], 0o600]);
    const again = new CookieJar();
    await again.load(folder.file(name));
    assertEquals(again.cookieHeader(URL), "a=1; b=\xe9");
  });
}

test("CookieJar closes a file that others could read, and replaces a link rather than what it leads to", async (t) => {
  const folder = new TempFolder();
  t.after(() => folder.remove());
  folder.write("open.json", "old", 0o644);
  folder.write("target", "untouched", 0o644);
  folder.link("link.json", "target");
  const jar = new CookieJar();
  await jar.save(folder.file("open.json"));
  await jar.save(folder.file("link.json"));
  assertEquals([folder.mode("open.json"), folder.mode("link.json")], [0o600, 0o600]);
  assertEquals(folder.read("target"), "untouched");
});

test("CookieJar fails to load what is not there", async (t) => {
  const folder = new TempFolder();
  t.after(() => folder.remove());
  await assertRejects(() => new CookieJar().load(folder.file("none")), Error);
});

test("CookieJar takes other files when they are given", async () => {
  const files = new MemoryFiles();
  await new CookieJar({ files }).save("/x");
  assertEquals(files.log, ["writeAtomic /x"]);
});
