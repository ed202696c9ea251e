import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { BodyError, file } from "../../mod.ts";
import { behaviour, type Subject } from "../support/behaviour.ts";
import { runScript } from "../support/child.ts";
import { getEnv } from "../support/env.ts";
import { TempFolder } from "../support/temp_folder.ts";

interface Echo {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

function folderFor({ after }: Subject): TempFolder {
  const folder = new TempFolder();
  after(() => folder.remove());
  return folder;
}

behaviour("file() as a body goes out with its length and its type", async (subject) => {
  const folder = folderFor(subject);
  folder.write("a.txt", "content", 0o600);
  const c = subject.client();
  const plain = await c.post(subject.url("/echo"), { body: file(folder.file("a.txt")) }).json() as Echo;
  assertEquals([plain.text, plain.headers["content-length"]], ["content", "7"]);
  assertEquals(plain.headers["content-type"], undefined);
  const body = file(folder.file("a.txt"), { type: "text/plain" });
  const typed = await c.post(subject.url("/echo"), { body }).json() as Echo;
  assertEquals(typed.headers["content-type"], "text/plain");
});

behaviour("file() as a part has the name of the file and an exact length", async (subject) => {
  const folder = folderFor(subject);
  folder.write("a.txt", "content", 0o600);
  const multipart = {
    first: file(folder.file("a.txt")),
    second: file(folder.file("a.txt"), { name: "b.csv", type: "text/csv" }),
  };
  const echo = await subject.client().post(subject.url("/echo"), { multipart }).json() as Echo;
  assertEquals(echo.headers["content-length"], String(echo.text.length));
  assertStringIncludes(echo.text, 'name="first"; filename="a.txt"\r\nContent-Type: application/octet-stream\r\n');
  assertStringIncludes(echo.text, 'name="second"; filename="b.csv"\r\nContent-Type: text/csv\r\n\r\ncontent\r\n');
  assert(!echo.text.includes(folder.path));
});

behaviour("file() is opened anew for each attempt, and for each request as it then is", async (subject) => {
  const folder = folderFor(subject);
  folder.write("a.txt", "content", 0o600);
  const body = file(folder.file("a.txt"));
  const c = subject.client({ retry: { backoff: () => 1, jitter: "none" } });
  const url = subject.url("/sequence", { id: subject.id, statuses: "503,200" });
  const response = await c.put(url, { body });
  assertEquals([response.status, response.attempts.length], [200, 2]);
  folder.write("a.txt", "longer content", 0o600);
  assertEquals((await c.put(subject.url("/echo"), { body }).json() as Echo).text, "longer content");
});

behaviour("a call with a file() that is not there says which", async (subject) => {
  const folder = folderFor(subject);
  const c = subject.client();
  const body = file(folder.file("none"));
  const error = await assertRejects(async () => await c.post(subject.url("/echo"), { body }), BodyError);
  assertStringIncludes(error.message, "there is no such file");
  assertStringIncludes(error.message, "none");
  assertEquals(error.code, "FILE_MISSING");
  const folderBody = file(folder.path);
  await assertRejects(
    async () => await c.post(subject.url("/echo"), { body: folderBody }),
    BodyError,
    "it is a folder",
  );
});

behaviour("a file() that goes before it is opened fails the call by its name", async (subject) => {
  const folder = folderFor(subject);
  folder.write("a.txt", "content", 0o600);
  const source = file(folder.file("a.txt"));
  const changes: readonly (readonly [() => void, string])[] = [
    [() => folder.write("a.txt", "other", 0o600), "it has 5 bytes, expected the 7 announced"],
    [() => folder.delete("a.txt"), "a.txt"],
  ];
  for (const [change, message] of changes) {
    folder.write("a.txt", "content", 0o600);
    const hooks = { request: [change] };
    const c = subject.client({ retry: false });
    await assertRejects(
      async () => await c.post(subject.url("/echo"), { body: source, hooks }),
      BodyError,
      message,
    );
  }
});

behaviour("file() refuses what is no path, no name, no type", () => {
  for (const path of ["", "a\0b", 1, undefined]) {
    assertThrows(() => file(path as string), TypeError, "the path of a file");
  }
  assertThrows(() => file("a", { type: "text/plain\r\nX: 1" }), TypeError);
  assertThrows(() => file("a", { nam: "b" } as object), TypeError, "nam");
  return Promise.resolve();
});

const MIB = 1024 * 1024;

/** The suite sends 256 MiB, a step of ok:full 1 GiB. */
const SIZE = Number(getEnv("JETSTREAM_UPLOAD_MIB") ?? 256) * MIB;
/** V8 lets some 64 MiB of spent buffers lie about before it looks again; it grows with no file beyond that. */
const MOST = 128 * MIB;

behaviour("a large file() in a form takes little memory", async (subject) => {
  const folder = folderFor(subject);
  folder.zeros("large", SIZE);
  const args = [subject.url("/sink"), folder.file("large")];
  const { code, stdout, stderr } = await runScript("tests/support/scripts/upload_file.ts", { args, limit: 100_000 });
  assertEquals([code, stderr], [0, ""]);
  const { length, announced, before, peak } = JSON.parse(stdout);
  console.log(`upload of ${SIZE / MIB} MiB took ${Math.round((peak - before) / MIB)} MiB of memory`);
  assert(length > SIZE && announced === String(length));
  assert(peak - before < MOST, `it took ${(peak - before) / MIB} MiB`);
}, 120_000);
