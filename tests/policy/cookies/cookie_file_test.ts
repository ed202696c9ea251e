import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type CookieFormat,
  formatCookies,
  MAX_COOKIE_FILE,
  parseCookies,
  readCookieFile,
  writeCookieFile,
} from "../../../src/policy/cookies/cookie_file.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { test } from "../../support/suite.ts";

test("parseCookies() tells the two forms apart", () => {
  assertEquals(parseCookies(' \n{"version":1,"cookies":[]}', 0), []);
  assertEquals(parseCookies("example.com\tFALSE\t/\tFALSE\t0\ta\t{}", 0).length, 1);
  assertEquals(parseCookies("", 0), []);
});

test("formatCookies() refuses another form", () => {
  assertThrows(() => formatCookies([], "xml" as CookieFormat), TypeError, 'expected "json" or "netscape"');
});

test("writeCookieFile() replaces the file in one step, for its owner only", async () => {
  const files = new MemoryFiles();
  await writeCookieFile(files, "/jar", "x\xff");
  assertEquals(files.log, ["writeAtomic /jar"]);
  assertEquals(files.modes.get("/jar"), 0o600);
  assertEquals(files.content.get("/jar"), Uint8Array.of(0x78, 0xff));
});

test("readCookieFile() reads JSON as UTF-8 and cookies.txt as octets", async () => {
  const files = new MemoryFiles({ "/json": ' {"a":"\u00e9"}', "/txt": "\u00e9", "/bom": "\ufeff# x" });
  assertEquals(await readCookieFile(files, "/json"), ' {"a":"\u00e9"}');
  assertEquals(await readCookieFile(files, "/txt"), "\xc3\xa9");
  assertEquals(await readCookieFile(files, "/bom"), "# x");
});

test("readCookieFile() reads long files whole", async () => {
  const files = new MemoryFiles({ "/txt": "x".repeat(100_000) });
  assertEquals((await readCookieFile(files, "/txt")).length, 100_000);
});

test("readCookieFile() refuses a file above its limit before it reads it", async () => {
  const files = new MemoryFiles({ "/big": "" });
  files.size = () => Promise.resolve(MAX_COOKIE_FILE + 1);
  await assertRejects(() => readCookieFile(files, "/big"), RangeError, "67108865 bytes");
  assertEquals(files.log, []);
});

test("readCookieFile() fails as the files do when there is none", async () => {
  await assertRejects(() => readCookieFile(new MemoryFiles(), "/none"), Error, "No such file");
});
