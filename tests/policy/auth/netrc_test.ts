import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Auth, AuthContext } from "../../../src/core/auth.ts";
import type { HttpRequest } from "../../../src/http/request.ts";
import { netrc, type NetrcOptions } from "../../../src/policy/auth/netrc.ts";
import { authContext, authHost } from "../../support/auth_host.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { requestOf } from "../../support/scripted_next.ts";
import { test } from "../../support/suite.ts";

const FILE = "machine a.test login user password pass\ndefault login anyone password anything";
const BASIC = "Basic dXNlcjpwYXNz";

function context(files: MemoryFiles | undefined, environment: { [name: string]: string } = {}): AuthContext {
  return authContext(authHost(files, environment));
}

async function sent(auth: Auth, context: AuthContext, url = "https://a.test/", headers = {}): Promise<string | null> {
  const step = await auth.flow(requestOf("GET", url, headers), context).next(undefined as never);
  return (step.value as HttpRequest).headers.get("authorization");
}

test("netrc() uses the entry of exactly the host", async () => {
  const files = new MemoryFiles({ "/n": FILE });
  const auth = netrc({ path: "/n" });
  assertEquals(await sent(auth, context(files)), BASIC);
  assertEquals(await sent(auth, context(files), "http://A.TEST:8080/"), BASIC);
  for (const url of ["https://b.test/", "https://x.a.test/", "https://a.test.evil.test/", "https://a.test./"]) {
    assertEquals(await sent(auth, context(files), url), null, url);
  }
});

test("netrc() uses the default entry only when asked to", async () => {
  const files = new MemoryFiles({ "/n": FILE });
  assertEquals(
    await sent(netrc({ path: "/n", useDefault: true }), context(files), "https://b.test/"),
    "Basic YW55b25lOmFueXRoaW5n",
  );
});

test("netrc() reads the file once", async () => {
  const files = new MemoryFiles({ "/n": FILE });
  const auth = netrc({ path: "/n" });
  await Promise.all([sent(auth, context(files)), sent(auth, context(files))]);
  await sent(auth, context(files));
  assertEquals(files.log, ["readBytes /n"]);
});

const PLACES: readonly (readonly [name: string, environment: { [name: string]: string }, file: string])[] = [
  ["the variable NETRC", { NETRC: "/mine", HOME: "/home" }, "/mine"],
  ["the home folder", { HOME: "/home" }, "/home/.netrc"],
  ["the user's profile", { USERPROFILE: "C:/me" }, "C:/me/.netrc"],
  ["the user's profile under its older name", { USERPROFILE: "C:/me" }, "C:/me/_netrc"],
];

for (const [name, environment, file] of PLACES) {
  test(`netrc() finds its file by ${name}`, async () => {
    assertEquals(await sent(netrc(), context(new MemoryFiles({ [file]: FILE }), environment)), BASIC);
  });
}

test("netrc() has nothing to say where there is no file", async () => {
  assertEquals(await sent(netrc(), context(new MemoryFiles(), { HOME: "/home" })), null);
  assertEquals(await sent(netrc(), context(new MemoryFiles())), null);
});

test("netrc() fails when the file that was named is not there, and looks again for the next call", async () => {
  const files = new MemoryFiles();
  const auth = netrc({ path: "/n" });
  await assertRejects(() => sent(auth, context(files)), Error, "No such file");
  await assertRejects(() => sent(netrc(), context(files, { NETRC: "/n" })), Error, "No such file");
  files.content.set("/n", new TextEncoder().encode(FILE));
  assertEquals(await sent(auth, context(files)), BASIC);
});

test("netrc() fails on a file that it does not understand, is too large, or cannot have", async () => {
  const bad = new MemoryFiles({ "/n": "machine a.test canary" });
  const error = await assertRejects(() => sent(netrc({ path: "/n" }), context(bad)), TypeError, "line 1");
  assert(!error.message.includes("canary"));
  const big = new MemoryFiles({ "/n": "#".repeat(1024 * 1024 + 1) });
  await assertRejects(() => sent(netrc({ path: "/n" }), context(big)), RangeError, "1048577 bytes");
  await assertRejects(() => sent(netrc(), context(undefined)), Error, "this runtime has no files");
});

test("netrc() does not touch the file for a field written by hand", async () => {
  const files = new MemoryFiles({ "/n": FILE });
  assertEquals(await sent(netrc({ path: "/n" }), context(files), "https://a.test/", { Authorization: "mine" }), "mine");
  assertEquals(files.log, []);
});

const MISUSE: readonly (readonly [options: unknown, message: string])[] = [
  [null, "expected an object"],
  ["/path", "expected an object"],
  [{ file: "/n" }, 'unknown option "file"'],
  [{ path: "" }, "expected the path"],
  [{ path: 5 }, "expected the path"],
  [{ path: "/a\0b" }, "expected the path"],
];

for (const [options, message] of MISUSE) {
  test(`netrc() refuses ${JSON.stringify(options)}`, () => {
    assertThrows(() => netrc(options as NetrcOptions), TypeError, message);
  });
}

test("netrc() prints without secrets", async () => {
  const auth = netrc({ path: "/canary" });
  await sent(auth, context(new MemoryFiles({ "/canary": FILE })));
  const inspect = (auth as unknown as Record<symbol, () => string>)[Symbol.for("Deno.customInspect")]!;
  const text = inspect.call(auth) + JSON.stringify(auth);
  assertEquals(text, 'netrc authentication{"scheme":"netrc"}');
});
