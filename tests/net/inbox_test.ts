import { assertEquals } from "@std/assert";
import { SocketError } from "../../src/errors.ts";
import { Inbox, joinBytes } from "../../src/net/inbox.ts";
import { runMicrotasks } from "../support/fake_clock.ts";
import { latin1, latin1Text } from "../support/raw_server.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { test } from "../support/suite.ts";

interface Setup {
  readonly inbox: Inbox;
  readonly sink: RecordingSink;
  /** How often reading was asked to go on. */
  readonly resumed: () => number;
}

function setup(owned = false): Setup {
  let resumed = 0;
  return { inbox: new Inbox(owned, () => resumed++), sink: new RecordingSink(), resumed: () => resumed };
}

test("Inbox delivers at once while a sink listens", () => {
  const { inbox, sink, resumed } = setup();
  inbox.start(sink);
  assertEquals([resumed(), inbox.open], [1, true]);
  inbox.bytes(latin1("a"));
  inbox.end();
  inbox.end();
  assertEquals([sink.text, sink.ended, inbox.ended, inbox.open, sink.breaches], ["a", true, true, false, []]);
});

test("Inbox keeps what comes before a sink, in order, and delivers it in a task of its own", async () => {
  const { inbox, sink, resumed } = setup();
  const reused = latin1("first");
  inbox.bytes(reused);
  reused.fill(0);
  inbox.bytes(latin1("second"));
  inbox.end();
  inbox.start(sink);
  assertEquals([sink.reads, inbox.holds], [0, true]);
  await runMicrotasks();
  assertEquals([sink.text, sink.ended, inbox.holds, resumed()], ["firstsecond", true, false, 0]);
});

test("Inbox copies views unless they are owned", async () => {
  const { inbox, sink } = setup(true);
  const views: Uint8Array[] = [];
  const view = latin1("owned");
  sink.onBytes = (bytes) => void views.push(bytes);
  inbox.bytes(view);
  inbox.start(sink);
  await runMicrotasks();
  assertEquals(views[0] === view, true);
});

test("Inbox stops between two kept reads when the sink pauses, and goes on with the next", async () => {
  const { inbox, sink, resumed } = setup();
  for (const text of ["a", "b", "c"]) inbox.bytes(latin1(text));
  sink.onBytes = () => inbox.pause();
  inbox.start(sink);
  await runMicrotasks();
  assertEquals([sink.text, inbox.paused], ["a", true]);
  inbox.bytes(latin1("d"));
  assertEquals(sink.text, "a");
  inbox.resume();
  inbox.resume();
  await runMicrotasks();
  assertEquals(sink.text, "ab");
  sink.onBytes = undefined;
  inbox.resume();
  await runMicrotasks();
  assertEquals([sink.text, resumed()], ["abcd", 1]);
});

test("Inbox tells a failure once, after the bytes before it, and nothing later", async () => {
  const { inbox, sink } = setup();
  const failure = new SocketError("broke");
  inbox.bytes(latin1("a"));
  inbox.fail(failure);
  inbox.fail(new SocketError("again"));
  inbox.start(sink);
  await runMicrotasks();
  assertEquals([sink.text, sink.failure === failure, inbox.finished], ["a", true, true]);
  inbox.bytes(latin1("b"));
  inbox.end();
  inbox.drain();
  inbox.start(sink);
  await runMicrotasks();
  assertEquals([sink.text, sink.ended, sink.drains, sink.breaches], ["a", false, 0, []]);
});

test("Inbox tells a failure at once to a sink that listens, also after the end", () => {
  const { inbox, sink } = setup();
  inbox.start(sink);
  inbox.end();
  inbox.fail(new SocketError("broke"));
  assertEquals([sink.ended, sink.failure?.message], [true, "broke"]);
});

test("Inbox.detach() hands over what was kept and goes on keeping", async () => {
  const { inbox, sink } = setup();
  inbox.bytes(latin1("a"));
  inbox.bytes(latin1("b"));
  assertEquals(latin1Text(inbox.detach()), "ab");
  assertEquals(inbox.detach().length, 0);
  inbox.start(sink);
  inbox.detach();
  inbox.bytes(latin1("c"));
  inbox.end();
  assertEquals([sink.reads, sink.ended], [0, false]);
  inbox.start(sink);
  await runMicrotasks();
  assertEquals([sink.text, sink.ended], ["c", true]);
});

test("Inbox tells the end to each sink that is put in place", async () => {
  const { inbox, sink } = setup();
  inbox.start(sink);
  inbox.end();
  const second = new RecordingSink();
  inbox.start(second);
  await runMicrotasks();
  inbox.pause();
  inbox.resume();
  await runMicrotasks();
  assertEquals([second.ended, second.breaches, sink.breaches], [true, [], []]);
});

test("Inbox.close() is silent", async () => {
  const { inbox, sink } = setup();
  inbox.bytes(latin1("a"));
  inbox.start(sink);
  inbox.close();
  await runMicrotasks();
  inbox.bytes(latin1("b"));
  inbox.end();
  inbox.fail(new SocketError("broke"));
  assertEquals([sink.reads, sink.ended, sink.failure, inbox.sink], [0, false, undefined, undefined]);
});

test("joinBytes() copies only when there is more than one", () => {
  const one = latin1("a");
  assertEquals(joinBytes([one]) === one, true);
  assertEquals(latin1Text(joinBytes([one, latin1("bc")])), "abc");
  assertEquals(joinBytes([]).length, 0);
});
