import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { ConnectTarget, Socket } from "../../src/core/socket.ts";
import type { TlsSettings } from "../../src/core/tls.ts";
import { ConnectError, PoolError, SocketError, TLSError } from "../../src/errors.ts";
import { MemoryConnector, type MemoryOptions, type MemoryPlan } from "../../src/net/memory.ts";
import { runMicrotasks } from "../support/fake_clock.ts";
import { latin1 } from "../support/raw_server.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { test } from "../support/suite.ts";

const target: ConnectTarget = {
  kind: "tcp",
  host: "192.0.2.1",
  port: 80,
  localAddress: null,
  tls: null,
  nestedTls: false,
};
const tls = { serverName: "a.test", alpn: ["h2", "http/1.1"] } as unknown as TlsSettings;

interface Opened {
  readonly connector: MemoryConnector;
  readonly socket: Socket;
  readonly sink: RecordingSink;
}

async function open(plan: MemoryPlan, options: MemoryOptions = {}, size = 64): Promise<Opened> {
  const connector = new MemoryConnector([plan], options);
  const socket = await connector.connect(target, new CancelToken());
  return { connector, socket, sink: new RecordingSink(size) };
}

test("a script answers what it waited for", async () => {
  const { connector, socket, sink } = await open({
    script: [{ until: "\r\n\r\n" }, { send: "one" }, { until: 3 }, { send: latin1("two"), fragment: 2 }, {
      untilFin: true,
    }, { fin: true }],
  });
  socket.start(sink);
  socket.write(latin1("GET / HTTP/1.1\r\n\r\n"));
  await runMicrotasks();
  assertEquals(sink.text, "one");
  socket.write(latin1("abc"));
  await runMicrotasks();
  assertEquals([sink.text, sink.reads, sink.ended], ["onetwo", 3, false]);
  socket.closeWrite();
  await runMicrotasks();
  assertEquals([sink.ended, connector.peers[0]!.receivedText], [true, "GET / HTTP/1.1\r\n\r\nabc"]);
  assertEquals(connector.peers[0]!.writes.length, 2);
});

test("a script calls back, resets, and is cut short by close()", async () => {
  const { socket, sink, connector } = await open({
    script: [{ call: (peer) => peer.send("hi") }, { until: "go" }, { rst: true }],
  });
  socket.start(sink);
  await runMicrotasks();
  assertEquals(sink.text, "hi");
  socket.write(latin1("go"));
  await runMicrotasks();
  assert(sink.failure instanceof SocketError);
  assertEquals([sink.failure.code, connector.open], ["SOCKET_RESET", 0]);
  const second = await open({ script: [{ until: "never" }, { send: "x" }] });
  second.socket.start(second.sink);
  second.socket.close();
  await runMicrotasks();
  assertEquals([second.sink.reads, second.connector.open], [0, 0]);
});

test("what is larger than the sink's buffer is read in parts", async () => {
  const { socket, sink } = await open({ script: [{ send: "abcdefgh" }] }, {}, 3);
  socket.start(sink);
  await runMicrotasks();
  assertEquals([sink.text, sink.reads], ["abcdefgh", 3]);
  const owned = await open({ script: [{ send: "abcdefgh" }] }, { ownedViews: true }, 3);
  owned.socket.start(owned.sink);
  await runMicrotasks();
  assertEquals([owned.sink.text, owned.sink.reads, owned.socket.ownedViews], ["abcdefgh", 1, true]);
});

test("a buffer is asked for before bytes are there, as where a runtime reads into it", async () => {
  const { connector, socket, sink } = await open({});
  let asked = 0;
  const buffer = sink.buffer.bind(sink);
  sink.buffer = () => {
    asked++;
    return buffer();
  };
  socket.start(sink);
  await runMicrotasks();
  assertEquals(asked, 1);
  connector.peers[0]!.send("a");
  await runMicrotasks();
  assertEquals([asked, sink.text], [2, "a"]);
  socket.pause();
  connector.peers[0]!.send("b");
  connector.peers[0]!.send("c");
  await runMicrotasks();
  assertEquals([asked, sink.text], [2, "ab"], "the pending read is delivered, no other starts");
});

test("beyond its window a write asks to wait, and drain() follows", async () => {
  const { socket, sink, connector } = await open({ window: 4 });
  socket.start(sink);
  assertEquals([socket.write(latin1("abcd")), socket.write(latin1("efghi"))], [true, false]);
  await runMicrotasks();
  assertEquals(sink.drains, 1);
  assertEquals([socket.write(latin1("xx")), connector.peers[0]!.receivedText], [true, "abcdefghixx"]);
});

test("hangWrites takes nothing beyond the window until take()", async () => {
  const { socket, sink, connector } = await open({ window: 0, hangWrites: true });
  socket.start(sink);
  assertEquals(socket.write(latin1("a")), false);
  await runMicrotasks();
  assertEquals(sink.drains, 0);
  connector.peers[0]!.take();
  connector.peers[0]!.take();
  assertEquals(sink.drains, 1);
});

test("connect() hangs until it is cancelled", async () => {
  const connector = new MemoryConnector([{ connect: "hang" }]);
  const cancel = new CancelToken();
  const pending = connector.connect(target, cancel).then(() => undefined, (error) => error);
  await runMicrotasks();
  assertEquals(connector.open, 1);
  const reason = new Error("enough");
  cancel.cancel(reason);
  assertEquals([await pending === reason, connector.open], [true, 0]);
});

test("connect() refuses, fails as planned, and fails past the last plan", async () => {
  const own = new TLSError("mine");
  const connector = new MemoryConnector([{ connect: "refuse" }, { connect: own }]);
  const attempt = (): Promise<Socket> => connector.connect(target, new CancelToken());
  const error = await attempt().then(() => undefined, (error) => error);
  assert(error instanceof ConnectError);
  assertEquals([error.code, error.host], ["CONNECT_REFUSED", "192.0.2.1"]);
  assertEquals(await attempt().then(() => undefined, (error) => error) === own, true);
  await assertRejects(attempt, PoolError, "there is no plan for connection 3");
  assertEquals(connector.targets.length, 3);
});

test("plans are made per target where a function is given", async () => {
  const connector = new MemoryConnector((to) => ({ script: [{ send: to.kind === "tcp" ? to.host : to.path }] }));
  const socket = await connector.connect({ kind: "unix", path: "/x", tls: null, nestedTls: false }, new CancelToken());
  const sink = new RecordingSink();
  socket.start(sink);
  await runMicrotasks();
  assertEquals([sink.text, socket.remoteAddress, socket.localAddress], ["/x", "/x", undefined]);
});

test("startTls() succeeds, fails or hangs as planned", async () => {
  const good = await open({ tls: { version: "TLSv1.3" }, script: [{ until: "hi" }, { send: "ho" }] });
  const secured = await good.socket.startTls(tls, new CancelToken());
  assertEquals([secured.alpn, secured.tls?.version, secured.tls?.cipher], ["h2", "TLSv1.3", undefined]);
  secured.start(good.sink);
  secured.write(latin1("hi"));
  await runMicrotasks();
  assertEquals([good.sink.text, good.connector.peers[0]!.handshakes], ["ho", [tls]]);
  assertEquals((await (await open({ alpn: null })).socket.startTls(tls, new CancelToken())).alpn, undefined);
  assertEquals((await (await open({ alpn: "http/1.1" })).socket.startTls(tls, new CancelToken())).alpn, "http/1.1");

  const own = new TLSError("mine");
  const bad = await open({ handshake: own });
  assertEquals(await bad.socket.startTls(tls, new CancelToken()).then(() => undefined, (error) => error) === own, true);
  assertEquals(bad.connector.open, 0);

  const stalled = await open({ handshake: "hang" });
  const cancel = new CancelToken();
  const pending = stalled.socket.startTls(tls, cancel).then(() => undefined, (error) => error);
  await runMicrotasks();
  const reason = new Error("enough");
  cancel.cancel(reason);
  assertEquals([await pending === reason, stalled.connector.open], [true, 0]);
});

test("ref() and unref() are seen", async () => {
  const { socket, connector } = await open({});
  assertEquals(connector.peers[0]!.held, true);
  socket.unref();
  assertEquals(connector.peers[0]!.held, false);
  socket.ref();
  assertEquals(connector.peers[0]!.held, true);
});
