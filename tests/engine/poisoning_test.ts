import { assert, assertEquals, assertRejects } from "@std/assert";
import { IncompleteReadError, RemoteProtocolError, SocketError } from "../../src/errors.ts";
import type { MemoryPlan, MemoryStep } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";
import { bytesBody, engine, ok, partsBody, type Sent, serving } from "./engine_kit.ts";

const POISON = ok("poison");

/** A far side that answers the first request and then does as told. */
function first(...steps: MemoryStep[]): MemoryPlan {
  return { script: [{ until: "\r\n\r\n" }, ...steps] };
}

interface Row {
  readonly name: string;
  readonly plan: MemoryPlan;
  readonly sent?: Sent;
  readonly text?: string;
  readonly reason: string;
}

const ROWS: readonly Row[] = [
  {
    name: "in the segment of the answer",
    plan: first({ send: ok("one") + POISON }),
    text: "one",
    reason: "unsolicited-bytes",
  },
  ...[6, 50_000, 300_000].map((length): Row => ({
    name: `in the segment of the end of a body of ${length} bytes whose head came before`,
    plan: first(
      { send: `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n` },
      { send: "b".repeat(length) + POISON },
    ),
    text: "b".repeat(length),
    reason: "unsolicited-bytes",
  })),
  {
    name: "while it is idle",
    plan: first({ send: ok("one") }, { send: POISON }),
    text: "one",
    reason: "unsolicited-bytes",
  },
  {
    name: "byte by byte while it is idle",
    plan: first({ send: ok("one") }, { send: POISON, fragment: 1 }),
    text: "one",
    reason: "unsolicited-bytes",
  },
  {
    name: "as the body of an answer to HEAD",
    plan: first({ send: ok("body of HEAD") }),
    sent: { method: "HEAD" },
    text: "",
    reason: "unsolicited-bytes",
  },
  {
    name: "as the body of a 204",
    plan: first({ send: "HTTP/1.1 204 No Content\r\n\r\n" + POISON }),
    text: "",
    reason: "unsolicited-bytes",
  },
  {
    name: "as the body of a 304",
    plan: first({ send: "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\npoisonous" }),
    text: "",
    reason: "unsolicited-bytes",
  },
  {
    name: "behind a chunked body",
    plan: first({ send: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" + POISON }),
    text: "a",
    reason: "unsolicited-bytes",
  },
  {
    name: "as a FIN while it is idle",
    plan: first({ send: ok("one") }, { fin: true }),
    text: "one",
    reason: "peer-closed",
  },
  { name: "as a RST while it is idle", plan: first({ send: ok("one") }, { rst: true }), text: "one", reason: "lost" },
];

for (const { name, plan, sent, text, reason } of ROWS) {
  test(`A connection that gets something ${name} is never used again`, async (t) => {
    const e = engine(t, [plan, serving(ok("clean"))]);
    const answer = await e.get(sent);
    assertEquals(answer.text, text);
    await e.clock.tick();
    const evicted = [...answer.events, ...e.loose].filter((line) => line.startsWith("evict"));
    assertEquals(evicted.map((line) => line.replace(/#\d/, "")), [`evict connection=1 reason=${reason}`]);
    assertEquals([(await e.get()).text, e.peer(1).closed], ["clean", true]);
  });
}

test("A connection that speaks before it is asked is closed", async (t) => {
  const e = engine(t, [{ script: [{ send: POISON }] }, serving(ok("clean"))]);
  const { call } = await e.get({ url: "http://b.test/" }).catch(() => ({ call: undefined }));
  assert(call === undefined || e.peer(1).closed);
  assertEquals((await e.get()).text, "clean");
});

test("An answer that came before its request is delivered to nobody", async (t) => {
  const clean = serving(ok("clean"));
  const e = engine(t, [first({ send: ok("one") }, { send: POISON }), clean, clean]);
  await e.get();
  const texts = await Promise.all([e.get(), e.get({ method: "POST", body: bytesBody("x") })]);
  assertEquals(texts.map(({ text }) => text), ["clean", "clean"]);
});

test("A connection whose body was given up is never used again", async (t) => {
  const e = engine(t, [first({ send: ok("x".repeat(100)).slice(0, -50) }), serving(ok("clean"))]);
  const { response, cancel } = e.start();
  const body = (await e.clock.until(response)).live!;
  await body.read();
  cancel.abort();
  e.peer(1).send("x".repeat(50) + POISON);
  assertEquals((await e.get()).text, "clean");
});

test("A final answer to Expect ends the exchange without the body, and the connection with it", async (t) => {
  const e = engine(t, [first({ send: ok("no need") }), serving(ok("clean"))]);
  const log: string[] = [];
  const { text, events } = await e.get({
    method: "POST",
    body: partsBody(["secret"], { log, length: 6 }),
    settings: { expectContinue: true },
  });
  assertEquals([text, log], ["no need", []]);
  assert(!e.peer(1).receivedText.includes("secret"));
  assertEquals(events.filter((line) => line.startsWith("send-end")), ["send-end#1 outcome=aborted bytes=74"]);
  assertEquals((await e.get()).text, "clean");
});

test("An answer before the end of the upload ends the upload, and the connection with it", async (t) => {
  const e = engine(t, [first({ send: "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno" }), serving(ok("clean"))]);
  const log: string[] = [];
  const { status, text } = await e.get({ method: "POST", body: partsBody(["a", new Promise(() => {})], { log }) });
  assertEquals([status, text, log], [413, "no", ["read 0", "read 1", "cancel"]]);
  assertEquals((await e.get()).text, "clean");
  assert(e.peer(1).closed);
});

const CLOSERS: readonly (readonly [name: string, answer: string, reason: string])[] = [
  ["Connection: close", ok("one", "Connection: close\r\n"), "response-close"],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\none", "http-1.0"],
  [
    "two equal lengths",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\none",
    "repeated-content-length",
  ],
  ["Keep-Alive: max=0", ok("one", "Keep-Alive: timeout=5, max=0\r\n"), "keep-alive"],
];

for (const [name, answer, reason] of CLOSERS) {
  test(`A connection is closed after an answer with ${name}, and the reason is told`, async (t) => {
    const e = engine(t, [first({ send: answer }), serving(ok("two"))]);
    const { text, events } = await e.get();
    assertEquals([text, events.at(-1)], ["one", `evict#1 connection=1 reason=${reason}`]);
    assert(e.peer(1).closed);
  });
}

test("A connection is kept no longer than its server says, less a margin", async (t) => {
  const e = engine(t, () => serving(ok("one", "Keep-Alive: timeout=5\r\n")));
  await e.get();
  await e.clock.tick(3_999);
  await e.get();
  assertEquals(e.net.peers.length, 1);
  await e.clock.tick(4_000);
  await e.get();
  assertEquals(e.net.peers.length, 2);
});

test("A body until close ends with FIN and fails with RST", async (t) => {
  const head = "HTTP/1.1 200 OK\r\n\r\nabc";
  const e = engine(t, [first({ send: head }, { fin: true }), first({ send: head }, { rst: true })]);
  const { text, events } = await e.get();
  assertEquals([text, events.at(-1)], ["abc", "evict#1 connection=1 reason=close-delimited"]);
  const error = await assertRejects(() => e.get(), IncompleteReadError);
  assertEquals([error.received, error.expected, error.progress], [3, undefined, "answered"]);
});

const CUTS: readonly (readonly [name: string, answer: string, expected: number | undefined])[] = [
  ["of known length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 10],
  ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", undefined],
];

for (const [name, answer, expected] of CUTS) {
  for (const end of [{ fin: true }, { rst: true }] as const) {
    test(`A body ${name} that is cut short by ${Object.keys(end)[0]} fails with both counts`, async (t) => {
      const e = engine(t, [first({ send: answer }, end)]);
      const error = await assertRejects(() => e.get(), IncompleteReadError);
      assertEquals([error.received, error.expected, error.progress, error.phase], [3, expected, "answered", "read"]);
      await e.assertQuiet(0);
    });
  }
}

test("A head that is no HTTP fails and is never sent again", async (t) => {
  const e = engine(t, [first({ send: ok("one") }, { until: "\r\n\r\n" }, { send: "SSH-2.0-x\r\n\r\n" }), serving()]);
  await e.get();
  const { response, events } = e.start();
  const error = await assertRejects(() => e.clock.until(response), RemoteProtocolError);
  assertEquals([error.progress, events.at(-1)], ["answered", "attempt-end#1 outcome=error code=PROTOCOL_REMOTE"]);
  assertEquals(events.at(-2), "evict#1 connection=1 reason=remote-protocol-error");
});

test("A connection that ends before any answer fails with what is known", async (t) => {
  const e = engine(t, [first({ rst: true })]);
  const error = await assertRejects(() => e.clock.until(e.start().response), SocketError);
  assertEquals([error.progress, error.systemCode, error.phase], ["sent", "ECONNRESET", "head"]);
});
