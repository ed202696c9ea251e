import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Progress } from "../../src/http/body.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { LocalProtocolError, TimeoutError } from "../../src/errors.ts";
import type { MemoryPlan } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";
import { bytesBody, engine, ok, partsBody, type Sent } from "./engine_kit.ts";

/** A far side that answers when `bytes` of a body have come behind the head. */
function after(bytes: number | string, answer: string = ok()): MemoryPlan {
  return { script: [{ until: "\r\n\r\n" }, { until: bytes }, { send: answer }] };
}

/** What the far side got behind the head. */
function bodyOf(text: string): string {
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}

test("A body in parts goes out in chunks, the first together with the head", async (t) => {
  const e = engine(t, [after("0\r\n\r\n")]);
  const log: string[] = [];
  const { text, events } = await e.get({ method: "POST", body: partsBody(["abc", "", "defgh"], { log }) });
  assertEquals(text, "hello");
  assert(e.peer().receivedText.includes("\r\nTransfer-Encoding: chunked\r\n"));
  assertEquals(bodyOf(e.peer().receivedText), "3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n");
  assertEquals(e.peer().writes.length, 3);
  assertEquals(log, ["read 0", "read 1", "read 2", "read 3"]);
  assertEquals(events.find((line) => line.startsWith("send-end")), "send-end#1 outcome=ok bytes=84");
  await e.assertQuiet(1);
});

test("A body in parts of known length goes out as it is", async (t) => {
  const e = engine(t, [after(8)]);
  await e.get({ method: "POST", body: partsBody(["abc", "defgh"], { length: 8 }) });
  assert(e.peer().receivedText.includes("\r\nContent-Length: 8\r\n"));
  assertEquals(bodyOf(e.peer().receivedText), "abcdefgh");
  await e.assertQuiet(1);
});

test("The head does not wait for a body that is not there yet", async (t) => {
  let give = (_: string): void => {};
  const e = engine(t, [after("0\r\n\r\n")]);
  const { response } = e.start({ method: "POST", body: partsBody([new Promise<string>((resolve) => give = resolve)]) });
  await e.clock.tick();
  assert(e.peer().receivedText.endsWith("\r\n\r\n"));
  give("late");
  await (await e.clock.until(response)).live!.collect(10);
  assertEquals(bodyOf(e.peer().receivedText), "4\r\nlate\r\n0\r\n\r\n");
});

test("Trailers go out behind a chunked body, whatever its length", async (t) => {
  const trailers = (): HeaderList => HeaderList.from({ "X-Sum": "42" });
  const e = engine(t, [after("X-Sum: 42\r\n\r\n")]);
  await e.get({ method: "POST", body: bytesBody("abc", { trailers }) });
  assertEquals(bodyOf(e.peer().receivedText), "3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n");
});

test("A large body in memory goes out in slices, and progress follows each", async (t) => {
  const size = 700_000;
  const progress: Progress[] = [];
  const e = engine(t, [after(size)]);
  await e.get({
    method: "PUT",
    body: bytesBody(new Uint8Array(size)),
    settings: { onUploadProgress: (each) => progress.push(each) },
  });
  assertEquals(progress, [262_144, 524_288, 700_000].map((bytes) => ({ bytes, total: size })));
});

test("Progress of a small body comes once, with the whole", async (t) => {
  const progress: Progress[] = [];
  const e = engine(t, [after(3)]);
  await e.get({
    method: "PUT",
    body: bytesBody("abc"),
    settings: { onUploadProgress: (each) => progress.push(each) },
  });
  assertEquals(progress, [{ bytes: 3, total: 3 }]);
  assertEquals(e.peer().writes.length, 1);
});

test("Progress tells what the socket took, not what it was given", async (t) => {
  const progress: number[] = [];
  const e = engine(t, [{ window: 200_000, hangWrites: true }]);
  const { response, cancel } = e.start({
    method: "PUT",
    body: bytesBody(new Uint8Array(600_000)),
    settings: { onUploadProgress: ({ bytes }) => progress.push(bytes) },
  });
  response.catch(() => {});
  await e.clock.tick();
  assertEquals(progress, []);
  e.peer().take();
  await e.clock.tick();
  assertEquals(progress, [262_144]);
  e.peer().take();
  await e.clock.tick();
  assertEquals(progress, [262_144, 524_288, 600_000]);
  cancel.abort();
  await assertRejects(() => response);
});

test("A source is asked for no more than the socket takes", async (t) => {
  const log: string[] = [];
  const e = engine(t, [{ window: 10, hangWrites: true }]);
  const { response, cancel } = e.start({ method: "PUT", body: partsBody(["x".repeat(20), "b", "c"], { log }) });
  response.catch(() => {});
  await e.clock.tick(1_000);
  assertEquals(log, ["read 0"]);
  e.peer().take();
  await e.clock.tick();
  assertEquals(log, ["read 0", "read 1", "read 2", "read 3"]);
  cancel.abort();
  await assertRejects(() => response);
});

test("The write limit counts from each write anew", async (t) => {
  const e = engine(t, [{ window: 10, hangWrites: true }]);
  const body = partsBody(["x".repeat(20), "y".repeat(20), "z".repeat(20)]);
  const { response } = e.start({ method: "PUT", body, settings: { timeout: { write: 500 } } });
  response.catch(() => {});
  for (let at = 0; at < 2; at++) {
    await e.clock.tick(499);
    e.peer().take();
  }
  await e.clock.tick(499);
  assertEquals(e.net.open, 1);
  await e.clock.tick(1);
  const error = await assertRejects(() => response, TimeoutError);
  assertEquals([error.phase, error.progress], ["write", "sent"]);
  await e.assertQuiet(0);
});

test("A source that takes its time is not the socket's fault", async (t) => {
  let give = (_: string): void => {};
  const e = engine(t, [after("0\r\n\r\n")]);
  const body = partsBody([new Promise<string>((resolve) => give = resolve)]);
  const { response } = e.start({ method: "PUT", body, settings: { timeout: { write: 500, head: 500 } } });
  await e.clock.tick(60_000);
  give("abc");
  assertEquals((await e.clock.until(response)).status, 200);
});

interface Failure {
  readonly name: string;
  readonly sent: () => Sent;
  readonly message: string;
  readonly code: string;
}

const FAILURES: readonly Failure[] = [
  {
    name: "a source that fails",
    sent: () => ({ method: "PUT", body: partsBody(["a", new Error("disk")]) }),
    message: "Cannot send the body: a stream failed",
    code: "BODY_SOURCE_FAILED",
  },
  {
    name: "a source that fails later",
    sent: () => ({ method: "PUT", body: partsBody(["a", Promise.reject(new Error("disk"))]) }),
    message: "Cannot send the body: a stream failed",
    code: "BODY_SOURCE_FAILED",
  },
  {
    name: "a body that is shorter than it said",
    sent: () => ({ method: "PUT", body: partsBody(["abc"], { length: 5 }) }),
    message: "Cannot end the body after 3 bytes: Content-Length is 5",
    code: "PROTOCOL_LOCAL",
  },
  {
    name: "a body that is longer than it said",
    sent: () => ({ method: "PUT", body: partsBody(["abc", "def"], { length: 5 }) }),
    message: "Cannot send a body of 6 bytes or more: Content-Length is 5",
    code: "PROTOCOL_LOCAL",
  },
];

for (const { name, sent, message, code } of FAILURES) {
  test(`A call fails by ${name}, and its connection is closed`, async (t) => {
    const e = engine(t, [{}]);
    const { response, events } = e.start(sent());
    const error = await assertRejects(() => e.clock.until(response), LocalProtocolError, message);
    assertEquals([error.code, error.retryable, error.progress], [code, false, "sent"]);
    assertEquals(events.at(-1), `attempt-end#1 outcome=error code=${code}`);
    await e.assertQuiet(0);
  });
}

test("A source is cancelled when the call ends before it", async (t) => {
  const log: string[] = [];
  const e = engine(t, [{ script: [{ until: "\r\n\r\n" }, { rst: true }] }]);
  const { response } = e.start({ method: "PUT", body: partsBody(["a", new Promise(() => {})], { log }) });
  await assertRejects(() => e.clock.until(response));
  assertEquals(log, ["read 0", "read 1", "cancel"]);
});

test("Expect holds the body back until 100 comes", async (t) => {
  const log: string[] = [];
  const statuses: number[] = [];
  const e = engine(t, [{ script: [{ until: "\r\n\r\n" }] }]);
  const { response, events } = e.start({
    method: "PUT",
    body: partsBody(["abc"], { log }),
    settings: { expectContinue: true, hooks: { informational: [({ status }) => void statuses.push(status)] } },
  });
  await e.clock.tick(999);
  assertEquals(log, []);
  assert(e.peer().receivedText.includes("\r\nExpect: 100-continue\r\n"));
  e.peer().send("HTTP/1.1 102 Processing\r\n\r\n");
  await e.clock.tick();
  assertEquals(log, []);
  e.peer().send("HTTP/1.1 100 Continue\r\n\r\n");
  await e.clock.tick();
  assertEquals(bodyOf(e.peer().receivedText), "3\r\nabc\r\n0\r\n\r\n");
  e.peer().send(ok());
  await (await e.clock.until(response)).live!.collect(10);
  assertEquals(statuses, [102, 100]);
  assertEquals(events.filter((line) => line.startsWith("head")), [
    "head#1 status=102",
    "head#1 status=100",
    "head#1 status=200",
  ]);
  await e.assertQuiet(1);
});

test("Expect is given up after timeout.expect, and the body goes out", async (t) => {
  const e = engine(t, [after("0\r\n\r\n")]);
  const { response } = e.start({
    method: "PUT",
    body: partsBody(["abc"]),
    settings: { expectContinue: true, timeout: { expect: 400 } },
  });
  await e.clock.tick(399);
  assertEquals(bodyOf(e.peer().receivedText), "");
  await e.clock.tick(1);
  assertEquals((await e.clock.until(response)).status, 200);
  assertEquals(bodyOf(e.peer().receivedText), "3\r\nabc\r\n0\r\n\r\n");
});

test("Expect without a limit waits for 100 alone", async (t) => {
  const e = engine(t, [{}]);
  const { response } = e.start({
    method: "PUT",
    body: bytesBody("abc"),
    settings: { expectContinue: true, timeout: { expect: Infinity } },
  });
  await e.clock.tick(3_600_000);
  assertEquals(bodyOf(e.peer().receivedText), "");
  e.peer().send("HTTP/1.1 100 Continue\r\n\r\n" + ok());
  assertEquals((await e.clock.until(response)).status, 200);
});

test("Expect is not sent without a body", async (t) => {
  const e = engine(t, [{ script: [{ until: "\r\n\r\n" }, { send: ok() }] }]);
  await e.get({ settings: { expectContinue: true } });
  assert(!e.peer().receivedText.includes("Expect"));
});

test("A hook for 1xx that throws fails the call, named after it", async (t) => {
  const e = engine(t, [{
    script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok() }],
  }]);
  const cause = new Error("no");
  const { response } = e.start({
    settings: {
      hooks: {
        informational: [function preload({ headers }) {
          assertEquals(headers.get("link"), "</a>");
          throw cause;
        }],
      },
    },
  });
  const error = await assertRejects(() => e.clock.until(response), Error, 'The informational hook "preload" failed');
  assertEquals(error.cause, cause);
  await e.assertQuiet(0);
});
