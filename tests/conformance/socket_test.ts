import { assert, assertEquals, assertMatch } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { Socket } from "../../src/core/socket.ts";
import { SocketError } from "../../src/errors.ts";
import { latin1, latin1Text, type RawConnection } from "../support/raw_server.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { watchLeaks } from "../support/leaks.ts";
import { test, type TestContext } from "../support/suite.ts";
import { allWorlds, connect, type World } from "./worlds.ts";

const MIB = 1024 * 1024;

interface Pair {
  readonly socket: Socket;
  readonly peer: RawConnection;
  readonly sink: RecordingSink;
}

/** A connected pair; everything is closed after the test, and nothing may be left. */
async function pair(t: TestContext, world: World, options: { start?: boolean; size?: number } = {}): Promise<Pair> {
  watchLeaks(t);
  const { target, server } = await world.serve();
  t.after(() => server.close());
  const socket = await connect(world.connector, target);
  const sink = new RecordingSink(options.size);
  t.after(() => {
    socket.close();
    assertEquals(sink.breaches, []);
  });
  const peer = await server.next();
  if (options.start !== false) socket.start(sink);
  return { socket, peer, sink };
}

/** Bytes that tell where they belong. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return bytes;
}

/** Writes all of it in parts, waiting for `drain` as often as it has to; returns how often that was. */
async function writeAll(socket: Socket, sink: RecordingSink, bytes: Uint8Array, part: number): Promise<number> {
  let waits = 0;
  for (let at = 0; at < bytes.length; at += part) {
    const drains = sink.drains;
    if (socket.write(bytes.subarray(at, at + part))) continue;
    waits++;
    await sink.until(() => sink.drains > drains || sink.failure !== undefined);
  }
  return waits;
}

/** Lets everything run that is ready; for what must not happen. */
function settle(ms = 30): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when the peer knows that this side is gone, by FIN or RST. */
async function gone(peer: RawConnection): Promise<void> {
  await peer.untilEnd().catch(() => {});
}

for (const world of allWorlds()) {
  const conforms = (what: string, fn: (t: TestContext) => Promise<void>): void => test(`[${world.name}] ${what}`, fn);

  conforms("write() and bytes() carry a dialogue", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    assertEquals(socket.write(latin1("ping")), true);
    assertEquals(await peer.until("ping"), "ping");
    await peer.write("pong");
    await sink.until(() => sink.length === 4);
    assertEquals(sink.text, "pong");
    assertEquals([socket.alpn, socket.tls], [undefined, undefined]);
  });

  conforms("small writes of one turn arrive in order", async (t) => {
    const { socket, peer } = await pair(t, world);
    for (let i = 0; i < 100; i++) socket.write(latin1(`<${i}>`));
    const text = await peer.until("<99>");
    assertEquals(text, Array.from({ length: 100 }, (_, i) => `<${i}>`).join(""));
  });

  conforms("writeAll() sends parts in order, among other writes", async (t) => {
    const { socket, peer } = await pair(t, world);
    if (socket.writeAll === undefined) return;
    socket.write(latin1("<"));
    socket.writeAll([latin1("a"), latin1("-".repeat(100_000)), latin1("b")]);
    socket.write(latin1(">"));
    assertEquals(await peer.until("b>"), `<a${"-".repeat(100_000)}b>`);
  });

  conforms("write() says when to wait, and drain() when to go on", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    peer.pause();
    const bytes = pattern(24 * MIB);
    const sent = writeAll(socket, sink, bytes, MIB);
    if (world.real) {
      await settle();
      assert(peer.received.length < bytes.length, "the peer does not read: it cannot have everything");
    }
    peer.resume();
    assert(await sent > 0, "so much cannot be taken without a wait");
    await peer.untilLength(bytes.length);
    assertEquals(peer.received.length, bytes.length);
    assert(peer.received.every((byte, i) => byte === bytes[i]), "every byte is where it belongs");
  });

  conforms("a large download arrives whole and in order", async (t) => {
    const { peer, sink, socket } = await pair(t, world, { size: 64 * 1024 });
    const bytes = pattern(8 * MIB);
    let wrong = 0;
    let at = 0;
    sink.keep = false;
    sink.onBytes = (view) => {
      for (const byte of view) if (byte !== bytes[at++]) wrong++;
    };
    const sent = (async () => {
      for (let i = 0; i < bytes.length; i += MIB) await peer.write(bytes.subarray(i, i + MIB));
      peer.end();
    })();
    await sink.until(() => sink.ended || sink.failure !== undefined);
    await sent;
    assertEquals([sink.length, wrong, sink.failure], [bytes.length, 0, undefined]);
    socket.close();
  });

  conforms("both directions run at once", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    const bytes = pattern(4 * MIB);
    const down = (async () => {
      for (let i = 0; i < bytes.length; i += MIB) await peer.write(bytes.subarray(i, i + MIB));
    })();
    await writeAll(socket, sink, bytes, 64 * 1024);
    await down;
    await peer.untilLength(bytes.length);
    await sink.until(() => sink.length === bytes.length);
    assertEquals([peer.received.length, sink.length], [bytes.length, bytes.length]);
  });

  conforms("pause() stops reading, resume() goes on", async (t) => {
    const { socket, peer, sink } = await pair(t, world, { size: 4096 });
    sink.onBytes = () => socket.pause();
    const bytes = pattern(6 * MIB);
    let sent = 0;
    const sending = (async () => {
      for (; sent < bytes.length; sent += 64 * 1024) await peer.write(bytes.subarray(sent, sent + 64 * 1024));
    })();
    await sink.until(() => sink.reads > 0);
    await settle(100);
    assert(sink.reads <= 2, `at most one more read is delivered after pause(), not ${sink.reads - 1}`);
    if (world.real) assert(sent < bytes.length, "the peer must feel that nobody reads");
    sink.onBytes = undefined;
    socket.resume();
    await sending;
    await sink.until(() => sink.length === bytes.length);
    assertEquals(sink.text.slice(0, 100), latin1Text(bytes.subarray(0, 100)));
  });

  conforms("nothing is delivered before start(), and all of it after", async (t) => {
    const { socket, peer, sink } = await pair(t, world, { start: false });
    await peer.write("early");
    peer.end(" bird");
    await settle();
    assertEquals(sink.reads, 0);
    socket.start(sink);
    await sink.until(() => sink.ended);
    assertEquals(sink.text, "early bird");
  });

  conforms("detach() keeps what comes later for the next sink", async (t) => {
    const { socket, peer, sink } = await pair(t, world, { size: 5 });
    let left: Uint8Array | undefined;
    sink.onBytes = () => left ??= socket.detach();
    await peer.write("first");
    await sink.until(() => sink.length > 0);
    await peer.write("second");
    await settle();
    assertEquals([sink.text + latin1Text(left!), sink.ended], ["first", false]);
    const second = new RecordingSink(5);
    socket.start(second);
    await second.until(() => second.length === 6);
    peer.end();
    await second.until(() => second.ended);
    assertEquals([second.text, sink.text, sink.ended, second.breaches], ["second", "first", false, []]);
  });

  conforms("start() with another sink takes effect between two reads", async (t) => {
    const { socket, peer, sink } = await pair(t, world, { size: 64 });
    const second = new RecordingSink(64);
    sink.onBytes = () => socket.start(second);
    await peer.write("one");
    await sink.until(() => sink.length === 3);
    await peer.write("two");
    await second.until(() => second.length === 3);
    assertEquals([sink.text, second.text], ["one", "two"]);
  });

  conforms("closeWrite() sends FIN after what was written; reading goes on", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    const bytes = pattern(3 * MIB);
    socket.write(bytes);
    socket.closeWrite();
    socket.closeWrite();
    await peer.untilLength(bytes.length);
    await peer.untilEnd();
    await peer.write("answer");
    peer.end();
    await sink.until(() => sink.ended);
    assertEquals([sink.text, sink.failure], ["answer", undefined]);
  });

  conforms("after the peer's FIN writing goes on", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    peer.end("last words");
    await sink.until(() => sink.ended);
    assertEquals(sink.text, "last words");
    socket.write(latin1("still here"));
    assertEquals(await peer.until("still here"), "still here");
    socket.closeWrite();
    await peer.untilEnd();
    await settle();
    assertEquals([sink.failure, sink.breaches], [undefined, []]);
  });

  conforms("a reset is an error, after what came before it", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    socket.write(latin1("x"));
    await peer.until("x");
    peer.reset();
    await sink.until(() => sink.failure !== undefined || sink.ended);
    assert(sink.failure instanceof SocketError, "a reset is no end");
    assertEquals([sink.failure.code, sink.failure.systemCode, sink.ended], ["SOCKET_RESET", "ECONNRESET", false]);
    assert(sink.failure.cause !== undefined, "the error of the runtime is kept");
  });

  conforms("a write to a peer that is gone ends in an error, never in silence", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    peer.reset();
    for (let i = 0; i < 100 && !sink.failure; i++) {
      socket.write(latin1("anybody there?"));
      await settle(5);
    }
    assert(sink.failure instanceof SocketError);
  });

  conforms("close() is silent, repeatable, and frees the descriptor", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    await peer.write("unread");
    socket.write(pattern(8 * MIB));
    socket.close();
    socket.close();
    await gone(peer);
    const seen = [sink.length, sink.drains];
    await settle();
    assertEquals([sink.failure, sink.ended, sink.length, sink.drains], [undefined, false, ...seen]);
    // Nothing below may throw on a socket that is closed.
    assertEquals(socket.write(latin1("late")), true);
    socket.closeWrite();
    socket.pause();
    socket.resume();
    socket.ref();
    socket.unref();
    socket.start(sink);
    assertEquals(socket.detach().length, 0);
    await settle();
    assertEquals([sink.failure, sink.ended, sink.breaches], [undefined, false, []]);
  });

  conforms("close() inside bytes() stops delivery", async (t) => {
    const { socket, peer, sink } = await pair(t, world, { size: 3 });
    sink.onBytes = () => socket.close();
    await peer.write("abcdef");
    await sink.until(() => sink.reads > 0);
    await settle();
    assertEquals([sink.reads, sink.failure, sink.ended], [1, undefined, false]);
  });

  conforms("views are as ownedViews says", async (t) => {
    const { socket, peer, sink } = await pair(t, world);
    const space = new Uint8Array(16);
    if (!socket.ownedViews) sink.buffer = () => space;
    const views: Uint8Array[] = [];
    const seen = new RecordingSink();
    socket.start({
      buffer: () => sink.buffer(),
      bytes(view): void {
        views.push(view);
        seen.bytes(view);
      },
      end: () => seen.end(),
      error: (error) => seen.error(error),
      drain: () => seen.drain(),
    });
    await peer.write("first");
    await seen.until(() => seen.length === 5);
    await peer.write("later");
    await seen.until(() => seen.length === 10);
    assertEquals(seen.text, "firstlater");
    if (socket.ownedViews) assertEquals(latin1Text(views[0]!), "first");
  });

  conforms("addresses are told, the same ones of a closed socket", async (t) => {
    const { socket } = await pair(t, world);
    const told = [socket.remoteAddress, socket.localAddress];
    for (const address of told) assertMatch(address ?? "", /^127\.0\.0\.1:\d+$/);
    socket.close();
    assertEquals([socket.remoteAddress, socket.localAddress], told);
  });

  conforms("addresses that nobody asked for before are told of a closed socket", async (t) => {
    const { socket } = await pair(t, world);
    socket.close();
    for (const address of [socket.remoteAddress, socket.localAddress]) {
      assertMatch(address ?? "", /^127\.0\.0\.1:\d+$/);
    }
  });

  conforms("startTls() on a cancelled token rejects with its reason and closes", async (t) => {
    watchLeaks(t);
    const { target, server } = await world.serve();
    t.after(() => server.close());
    const tls = {
      serverName: "localhost",
      ca: null,
      extraCa: null,
      cert: null,
      key: null,
      verify: true,
      pins: null,
      minVersion: "1.2",
      maxVersion: null,
      alpn: null,
    } as const;
    const socket = await connect(world.connector, { ...target, tls });
    const cancel = new CancelToken();
    const reason = new Error("enough");
    cancel.cancel(reason);
    const failure = await socket.startTls(tls, cancel).then(() => undefined, (error) => error);
    assertEquals(failure === reason, true);
    await gone(await server.next());
  });
}
