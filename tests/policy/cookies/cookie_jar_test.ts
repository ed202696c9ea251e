import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import type { CookieFields } from "../../../src/policy/cookies/cookie.ts";
import { CookieJar, type CookieJarOptions } from "../../../src/policy/cookies/cookie_jar.ts";
import type { CookieChange, CookieStore } from "../../../src/policy/cookies/cookie_store.ts";
import { RequestUrl } from "../../../src/http/request_url.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { test } from "../../support/suite.ts";

const URL_A = "https://www.example.com/dir/page?q";

async function readyJar(options: CookieJarOptions = {}): Promise<{ jar: CookieJar; clock: FakeClock }> {
  const clock = new FakeClock();
  const jar = new CookieJar({ clock, ...options });
  await jar.ready();
  return { jar, clock };
}

const names = (cookies: Iterable<{ readonly name: string }>): string[] => [...cookies].map(({ name }) => name);

test("ready() is a promise once and nothing from then on", async () => {
  const jar = new CookieJar({ clock: new FakeClock() });
  const first = jar.ready();
  assert(first instanceof Promise);
  assertEquals(jar.ready(), first);
  await first;
  assertEquals(jar.ready(), undefined);
});

test("set() before ready() takes host-only cookies, and refuses to guess about domains", () => {
  const jar = new CookieJar();
  jar.set("a=1; Path=/", URL_A);
  assertEquals(jar.cookieHeader(URL_A), "a=1");
  assertThrows(() => jar.set("b=1; Domain=example.com", URL_A), TypeError, "await jar.ready()");
  assertThrows(() => jar.deserialize(".example.com\tTRUE\t/\tFALSE\t0\ta\tb"), TypeError, "await jar.ready()");
});

test("store() and cookieHeader() keep what a server sets and send it back", async () => {
  const { jar } = await readyJar();
  jar.store(URL_A, ["a=1", "b=2; Path=/", "bad=\0", "c=3; Domain=example.com; Path=/", "d=4; Domain=other.test"]);
  assertEquals(jar.cookieHeader(URL_A), "a=1; b=2; c=3");
  assertEquals(jar.cookieHeader("https://www.example.com/"), "b=2; c=3");
  assertEquals(jar.cookieHeader("https://api.example.com/"), "c=3");
  assertEquals(jar.cookieHeader("https://example.org/"), "");
});

test("cookieHeader() takes a string, a URL or a RequestUrl", async () => {
  const { jar } = await readyJar();
  jar.set("a=1; Path=/", URL_A);
  assertEquals([URL_A, new URL(URL_A), new RequestUrl(URL_A)].map((url) => jar.cookieHeader(url)), [
    "a=1",
    "a=1",
    "a=1",
  ]);
});

test("cookieHeader() orders by path, longest first, then by age", async () => {
  const { jar, clock } = await readyJar();
  for (const text of ["root=1; Path=/", "old=1; Path=/dir", "deep=1; Path=/dir/page"]) {
    jar.set(text, URL_A);
    clock.tickSync(1);
  }
  jar.store(URL_A, ["tie1=1; Path=/dir", "tie2=1; Path=/dir", "old=2; Path=/dir"]);
  assertEquals(jar.cookieHeader(URL_A), "deep=1; old=2; tie1=1; tie2=1; root=1");
});

test("cookieHeader() sends Secure cookies over https only", async () => {
  const { jar } = await readyJar();
  jar.set("s=1; Secure; Path=/", URL_A);
  assertEquals(jar.cookieHeader("http://www.example.com/"), "");
  assertEquals(jar.cookieHeader("https://www.example.com/"), "s=1");
});

test("cookieHeader() does not tell ports apart", async () => {
  const { jar } = await readyJar();
  jar.set("a=1", "http://localhost:8080/");
  assertEquals(jar.cookieHeader("http://localhost:9090/"), "a=1");
});

test("cookieHeader() counts as a use of what it sends, looking does not", async () => {
  const { jar, clock } = await readyJar();
  jar.set("a=1", URL_A);
  clock.tickSync(50);
  jar.getAll(URL_A);
  assertEquals(jar.get(URL_A, "a")!.accessed, clock.wall() - 50);
  jar.cookieHeader(URL_A);
  assertEquals(jar.get(URL_A, "a")!.accessed, clock.wall());
});

test("cookies expire by the clock given", async () => {
  const { jar, clock } = await readyJar();
  jar.set("a=1; Max-Age=10", URL_A);
  clock.tickSync(9_999);
  assertEquals([jar.size, jar.cookieHeader(URL_A)], [1, "a=1"]);
  clock.tickSync(1);
  assertEquals([jar.size, [...jar].length, jar.getAll().length, jar.cookieHeader(URL_A)], [0, 0, 0, ""]);
});

test("set() returns the cookie kept, or null for one that has expired and removes its like", async () => {
  const { jar } = await readyJar();
  const cookie = jar.set("a=1; Path=/; HttpOnly", URL_A)!;
  assertEquals([cookie.name, cookie.value, cookie.domain, cookie.path, cookie.httpOnly], [
    "a",
    "1",
    "www.example.com",
    "/",
    true,
  ]);
  assertEquals(jar.set("a=; Path=/; Max-Age=0", URL_A), null);
  assertEquals(jar.size, 0);
});

test("set() takes an object without a url for its domain", async () => {
  const { jar } = await readyJar();
  jar.set({ name: "a", value: "1", domain: "example.com", secure: true });
  jar.set({ name: "b", value: "2", domain: "example.com", hostOnly: true });
  jar.set({ name: "c", value: "3", domain: "localhost" });
  assertEquals(jar.cookieHeader("https://www.example.com/"), "a=1");
  assertEquals(jar.cookieHeader("https://example.com/"), "a=1; b=2");
  assertEquals(jar.cookieHeader("http://localhost/"), "c=3");
});

test("set() takes an object for a url by the same rules as text", async () => {
  const { jar } = await readyJar();
  assertEquals(jar.set({ name: "a", value: "1" }, URL_A)!.path, "/");
  assertEquals(jar.set({ name: "b", value: "1", domain: "www.example.com", hostOnly: true }, URL_A)!.hostOnly, true);
  assertThrows(() => jar.set({ name: "c", value: "1", domain: "other.test" }, URL_A), TypeError, "does not cover");
  assertThrows(
    () => jar.set({ name: "c", value: "1", domain: "other.test", hostOnly: true }, URL_A),
    TypeError,
    "does not cover",
  );
  assertThrows(
    () => jar.set({ name: "c", value: "1", secure: true }, "http://a.test/"),
    TypeError,
    "did not come over https",
  );
});

test("set() takes a cookie of another jar", async () => {
  const { jar } = await readyJar();
  const { jar: other } = await readyJar();
  const cookie = jar.set("a=1; Path=/x; Secure; SameSite=Lax; Max-Age=60", URL_A)!;
  const { created: _c, accessed: _a, ...fields } = other.set(cookie)!.toFields();
  const { created: _c2, accessed: _a2, ...expected } = cookie.toFields();
  assertEquals(fields, expected);
});

test("set() says why a cookie is refused, without its value", async () => {
  const { jar } = await readyJar();
  const error = assertThrows(() => jar.set("__Host-a=canary", URL_A), TypeError, "__Host-");
  assert(!error.message.includes("canary"));
  assertThrows(() => jar.set("a=1; Domain=com", URL_A), TypeError, "public suffix");
  assertThrows(() => jar.set("", URL_A), TypeError, "neither name nor value");
  assertThrows(() => jar.set("a=1"), TypeError, "without a url");
  assertThrows(() => jar.set({ name: "a", value: "1" }), TypeError, "no domain");
  assertEquals(jar.size, 0);
});

test("an insecure response cannot hide a Secure cookie", async () => {
  const { jar } = await readyJar();
  jar.set("sid=real; Secure; Path=/; Domain=example.com", URL_A);
  jar.store("http://www.example.com/", ["sid=fake; Path=/", "sid=fake; Path=/x; Domain=example.com", "other=1"]);
  assertEquals(names(jar), ["sid", "other"]);
  assertThrows(() => jar.set("sid=fake; Path=/", "http://example.com/"), TypeError, "would hide one that is Secure");
  assertEquals(jar.set("sid=new; Path=/", URL_A)!.value, "new");
});

test("get() finds the first that goes to a url; getAll() all of them, or every cookie", async () => {
  const { jar } = await readyJar();
  jar.store(URL_A, ["a=root; Path=/", "a=dir; Path=/dir", "b=1"]);
  assertEquals(jar.get(URL_A, "a")!.value, "dir");
  assertEquals(jar.get(URL_A, "A"), undefined);
  assertEquals(jar.getAll(URL_A).map(({ value }) => value), ["dir", "1", "root"]);
  assertEquals(jar.getAll("https://example.org/"), []);
  assertEquals(names(jar.getAll()), ["a", "a", "b"]);
});

test("delete() removes what the filter picks, clear() everything", async () => {
  const { jar } = await readyJar();
  jar.store(URL_A, ["a=1", "a=1; Path=/", "b=1", "c=1; Domain=example.com"]);
  assertEquals(jar.delete({ name: "a", path: "/" }), 1);
  assertEquals(jar.delete({ name: "nobody" }), 0);
  assertEquals(jar.delete(jar.get(URL_A, "b")!), 1);
  assertEquals(names(jar), ["a", "c"]);
  assertEquals(jar.delete({ domain: "www.example.com" }), 1);
  assertThrows(() => jar.delete({}), TypeError, "the filter is empty");
  jar.clear();
  assertEquals(jar.size, 0);
});

test("deserialize() reads what serialize() writes, in both forms", async () => {
  const { jar } = await readyJar();
  jar.store(URL_A, [
    "a=1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60",
    "b=\xe9; Domain=example.com",
    "gone=1; Max-Age=0",
  ]);
  const fields = (jar: CookieJar): CookieFields[] => [...jar].map((cookie) => cookie.toFields());
  const { jar: json } = await readyJar();
  json.deserialize(jar.serialize());
  assertEquals(fields(json), fields(jar));
  const { jar: netscape } = await readyJar();
  netscape.deserialize(jar.serialize("netscape"));
  assertEquals(netscape.cookieHeader(URL_A), jar.cookieHeader(URL_A));
});

test("deserialize() replaces what is there, leaves out what has expired, and adds all or nothing", async () => {
  const { jar } = await readyJar();
  jar.set("a=old; Path=/", URL_A);
  jar.deserialize("www.example.com\tFALSE\t/\tFALSE\t0\ta\tnew\nwww.example.com\tFALSE\t/\tFALSE\t5\told\tx\n");
  assertEquals(jar.cookieHeader(URL_A), "a=new");
  const bad = "www.example.com\tFALSE\t/\tFALSE\t0\tgood\t1\nb ad\tFALSE\t/\tFALSE\t0\ta\tcanary\n";
  const error = assertThrows(() => jar.deserialize(bad), TypeError, 'Cannot restore the cookie "a" of "b ad"');
  assert(!error.message.includes("canary"));
  assertEquals(names(jar), ["a"]);
});

test("save() and load() go through the files given", async () => {
  const files = new MemoryFiles();
  const { jar } = await readyJar({ files });
  jar.set("a=1; Path=/; Domain=example.com", URL_A);
  await jar.save("/jar.json");
  await jar.save("/cookies.txt", { format: "netscape" });
  assertEquals([files.modes.get("/jar.json"), files.modes.get("/cookies.txt")], [0o600, 0o600]);
  assertStringIncludes(files.text("/cookies.txt"), "\ta\t1\n");
  for (const path of ["/jar.json", "/cookies.txt"]) {
    const again = new CookieJar({ files: () => files, clock: new FakeClock() });
    await again.load(path);
    assertEquals(again.cookieHeader(URL_A), "a=1");
  }
  await assertRejects(() => jar.load("/none"), Error, "No such file");
  await assertRejects(() => jar.load(""), TypeError, "expected the path of a file");
  await assertRejects(() => new CookieJar().save("/x"), Error, "this runtime has no files");
  await assertRejects(() => new CookieJar({ files: () => undefined }).load("/x"), Error, "this runtime has no files");
});

class MemoryStore implements CookieStore {
  readonly rows: CookieFields[];
  readonly log: string[] = [];
  loads = 0;
  constructor(rows: CookieFields[] = []) {
    this.rows = rows;
  }
  load(): Promise<CookieFields[]> {
    this.loads++;
    return Promise.resolve(this.rows);
  }
  onChange({ type, cookie, reason }: CookieChange): void {
    this.log.push(`${type} ${cookie.name}=${cookie.value}${reason === null ? "" : ` ${reason}`}`);
  }
}

async function fieldsOf(...texts: string[]): Promise<CookieFields[]> {
  const { jar } = await readyJar();
  jar.store(URL_A, texts);
  return [...jar].map((cookie) => cookie.toFields());
}

test("a store is loaded once, and told each change after it", async () => {
  const store = new MemoryStore(await fieldsOf("a=stored", "b=stored; Max-Age=1"));
  const clock = new FakeClock();
  const jar = new CookieJar({ store, clock });
  await Promise.all([jar.ready(), jar.ready()]);
  assertEquals([store.loads, store.log, jar.cookieHeader(URL_A)], [1, [], "a=stored; b=stored"]);
  jar.set("c=new; Max-Age=1", URL_A);
  jar.set("a=new", URL_A);
  clock.tickSync(1_000);
  jar.cookieHeader(URL_A);
  jar.delete({ name: "a" });
  assertEquals(store.log, [
    "set c=new",
    "set a=new",
    "delete b=stored expired",
    "delete c=new expired",
    "delete a=new deleted",
  ]);
});

test("what was set before a store was loaded is newer than what it holds", async () => {
  const store = new MemoryStore(await fieldsOf("a=stored", "b=stored"));
  const jar = new CookieJar({ store, clock: new FakeClock() });
  jar.set("a=mine", URL_A);
  await jar.ready();
  assertEquals(jar.cookieHeader(URL_A), "a=mine; b=stored");
});

test("a store is told what had expired when it was loaded", async () => {
  const [row] = await fieldsOf("a=stored; Max-Age=60");
  const store = new MemoryStore([{ ...row!, expires: 5 }]);
  const jar = new CookieJar({ store, clock: new FakeClock() });
  await jar.ready();
  assertEquals(store.log, ["delete a=stored expired"]);
});

test("a store that fails fails ready(), and is asked again by the next", async () => {
  const store = new MemoryStore();
  store.load = () => {
    if (++store.loads === 1) throw new Error("disk on fire");
    return Promise.resolve([]);
  };
  const jar = new CookieJar({ store });
  await assertRejects(() => jar.ready()!, Error, "disk on fire");
  await jar.ready();
  assertEquals([store.loads, jar.ready()], [2, undefined]);
});

test("what a store throws fails the change that it was told", async () => {
  const store = new MemoryStore();
  store.onChange = () => {
    throw new Error("disk full");
  };
  const jar = new CookieJar({ store });
  await jar.ready();
  assertThrows(() => jar.store(URL_A, ["a=1"]), Error, "disk full");
});

test("CookieJar prints and logs without values", async () => {
  const { jar } = await readyJar();
  jar.set("sid=canary; Path=/", URL_A);
  const inspect = (jar as unknown as Record<symbol, () => string>)[Symbol.for("Deno.customInspect")]!;
  assertEquals(inspect.call(jar), "CookieJar { size: 1 }");
  const text = JSON.stringify({ jar }) + JSON.stringify({ ...jar }) + String(jar);
  assertStringIncludes(text, '"name":"sid"');
  assert(!text.includes("canary"), text);
});

test("CookieJar holds magic names like any other", async () => {
  const { jar } = await readyJar();
  jar.store("https://__proto__.test/", ["__proto__=1", "constructor=2", "toString=3"]);
  assertEquals(jar.cookieHeader("https://__proto__.test/"), "__proto__=1; constructor=2; toString=3");
});
