import { assertEquals, assertRejects } from "@std/assert";
import { IncompleteReadError, RemoteProtocolError, SocketError } from "../../src/errors.ts";
import type { Progress } from "../../src/http/body.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { Download, type DownloadPlan } from "../../src/policy/download.ts";
import { PartFile } from "../../src/policy/part_file.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";
import { TempFolder } from "../support/temp_folder.ts";

const GET = requestOf("GET", "https://a.example/x");
const TAGGED = { etag: '"v1"' };

/** One attempt after the other against scripted replies; files are real, so the clock stands still. */
function setUp(t: TestContext, replies: readonly Reply[], given: Partial<DownloadPlan> = {}) {
  const folder = new TempFolder();
  t.after(() => folder.remove());
  const test = new TestCall(replies, {}, { streamed: true });
  watchLeaks(t, () => test.held);
  const download = new Download({
    resume: true,
    onProgress: null,
    partFor: () => new PartFile(detectRuntime().files!, folder.file("part"), "key", given.resume ?? true),
    wishedName: () => undefined,
    accept: () => Promise.resolve(),
    ...given,
  });
  return { folder, test, download, send: (request = GET) => test.start(request, download.layer) };
}

test("Download puts the body into the part and completes the response without it", async (t) => {
  const { folder, download, send } = setUp(t, [{ headers: TAGGED, body: ["abc", "def"], announced: true }]);
  const response = await send();
  assertEquals([response.live, response.content.length, download.complete], [null, 0, true]);
  assertEquals([folder.read("part"), download.part?.size, download.resumed], ["abcdef", 6, 0]);
});

test("Download takes a response without a body for an empty file", async (t) => {
  const { folder, download, send } = setUp(t, [{ headers: TAGGED }]);
  await send();
  assertEquals([folder.read("part"), download.complete], ["", true]);
});

test("Download hands on a status that is not 2xx with its body", async (t) => {
  const { folder, test, download, send } = setUp(t, [{ status: 404, body: "gone" }]);
  const response = await send();
  assertEquals([response.live === null, download.complete, folder.names()], [false, false, []]);
  await test.clock.until(Promise.resolve(response.drop(10)));
});

test("Download counts what is on disk, and what watches does not change it", async (t) => {
  const told: Progress[] = [];
  const { send } = setUp(t, [
    { headers: TAGGED, body: ["abc", new SocketError("gone")] },
    { status: 206, headers: { "content-range": "bytes 3-5/6" }, body: ["d", "ef"] },
  ], {
    onProgress: (progress) => {
      told.push(progress);
      throw new Error("not our business");
    },
  });
  await assertRejects(() => send(), SocketError, "gone");
  await send();
  assertEquals(told.map(({ bytes, total }) => [bytes, total]), [[3, undefined], [4, 6], [6, 6]]);
});

test("Download refuses and removes a body longer than its range", async (t) => {
  const { folder, test, send } = setUp(t, [
    { headers: TAGGED, body: ["abc", new SocketError("gone")] },
    { status: 206, headers: { "content-range": "bytes 3-5/6" }, body: ["def", "evil"] },
  ]);
  await assertRejects(() => send(), SocketError);
  await assertRejects(() => send(), RemoteProtocolError, "more than the 3 bytes announced");
  assertEquals([folder.names(), test.net.bodies[1]!.ended], [[], "cancelled"]);
});

test("Download takes a body shorter than its range for a broken one", async (t) => {
  const { folder, send } = setUp(t, [
    { headers: TAGGED, body: ["abc", new SocketError("gone")] },
    { status: 206, headers: { "content-range": "bytes 3-5/6" }, body: ["d"] },
  ]);
  await assertRejects(() => send(), SocketError);
  await assertRejects(() => send(), IncompleteReadError, "after 1 of 3 bytes");
  assertEquals([folder.names(), folder.read("part")], [["part", "part.json"], "abcd"]);
});

test("Download cancels the body that it has no place for", async (t) => {
  const { folder, test, send } = setUp(t, [{ headers: TAGGED, body: "abc" }], {
    accept: () => Promise.reject(new TypeError("no place")),
  });
  await assertRejects(() => send(), TypeError, "no place");
  assertEquals([folder.names(), test.net.bodies[0]!.ended], [[], "cancelled"]);
});

test("Download cancels the body that cannot be written", async (t) => {
  const { folder, test, send } = setUp(t, [{ headers: TAGGED, body: "abc" }], {
    partFor: () => new PartFile(detectRuntime().files!, "/no/such/folder/part", "key", true),
  });
  await assertRejects(() => send(), Error, "Cannot write the file");
  assertEquals([folder.names(), test.net.bodies[0]!.ended], [[], "cancelled"]);
});

test("Download asks for the bytes as they are only if they may be continued", async (t) => {
  for (const [resume, expected] of [[true, "identity"], [false, null]] as const) {
    const { test, send } = setUp(t, [{ body: "abc" }], { resume });
    await send();
    assertEquals(test.net.requests[0]!.headers.get("accept-encoding"), expected);
  }
});

test("Download refuses a request with a range of its own", async (t) => {
  const { test, send } = setUp(t, [{ body: "abc" }]);
  for (const name of ["Range", "If-Range"]) {
    await assertRejects(() => send(GET.withHeader(name, "bytes=0-1")), TypeError, `the header ${name}`);
  }
  assertEquals(test.net.requests, []);
});
