import { assert, assertEquals } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { ConnectTarget } from "../../src/core/socket.ts";
import { AbortError, ConnectError, DNSError, UnsupportedRuntimeError } from "../../src/errors.ts";
import { fullBacklog } from "../support/full_backlog.ts";
import { openSockets, watchLeaks } from "../support/leaks.ts";
import { latin1, rawServer } from "../support/raw_server.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { runtimeId, test, type TestContext } from "../support/suite.ts";
import { temporaryPath } from "../support/temporary.ts";
import { connect, realWorlds, tcpTarget, type World } from "./worlds.ts";

/** What `connect` fails with. */
async function failure(world: World, target: ConnectTarget, cancel = new CancelToken()): Promise<Error> {
  return await world.connector.connect(target, cancel).then(
    () => {
      throw new Error("The connection came about");
    },
    (error) => error,
  );
}

/** A port where nothing listens. */
async function freePort(): Promise<number> {
  const server = await rawServer();
  await server.close();
  return server.port;
}

/** One exchange over `target`. */
async function exchange(world: World, target: ConnectTarget, t: TestContext): Promise<string> {
  const socket = await connect(world.connector, target);
  t.after(() => socket.close());
  const sink = new RecordingSink();
  socket.start(sink);
  socket.write(latin1("hello"));
  await sink.until(() => sink.text === "hello" || sink.failure !== undefined);
  return sink.text;
}

for (const world of realWorlds()) {
  const conforms = (what: string, fn: (t: TestContext) => Promise<void>): void => test(`[${world.name}] ${what}`, fn);

  conforms("connect() says that nothing listens", async (t) => {
    watchLeaks(t);
    const port = await freePort();
    const error = await failure(world, tcpTarget(port));
    assert(error instanceof ConnectError);
    assertEquals(
      [error.code, error.systemCode, error.host, error.port, error.progress, error.retryable],
      ["CONNECT_REFUSED", "ECONNREFUSED", "127.0.0.1", port, "unsent", true],
    );
    assertEquals(error.message, `Cannot connect to 127.0.0.1:${port}: nothing listens there`);
    assert(error.cause !== undefined);
  });

  conforms("connect() on a cancelled token rejects with its reason", async (t) => {
    watchLeaks(t);
    const server = await rawServer();
    t.after(() => server.close());
    const cancel = new CancelToken();
    const reason = new AbortError("enough", { reason: "test" });
    cancel.cancel(reason);
    assert(await failure(world, tcpTarget(server.port), cancel) === reason);
    assertEquals(server.connections.length, 0);
  });

  conforms("a pending connect() is cancelled within a second and leaves nothing", async (t) => {
    watchLeaks(t);
    const hole = await fullBacklog();
    t.after(() => hole.close());
    const before = openSockets();
    const attempts = Array.from({ length: 5 }, async () => {
      const cancel = new CancelToken();
      const reason = new AbortError("enough", { reason: "test" });
      const pending = failure(world, tcpTarget(hole.port), cancel);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const started = Date.now();
      cancel.cancel(reason);
      assert(await pending === reason);
      assertEquals(cancel.listenerCount, 0);
      return Date.now() - started;
    });
    for (const took of await Promise.all(attempts)) assert(took < 1_000, `${took} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(openSockets(), before);
  });

  conforms("a token cancelled after connect() does not touch the socket", async (t) => {
    watchLeaks(t);
    const server = await rawServer(async (peer) => peer.end(await peer.until("hello")));
    t.after(() => server.close());
    const cancel = new CancelToken();
    const socket = await world.connector.connect(tcpTarget(server.port), cancel);
    t.after(() => socket.close());
    assertEquals(cancel.listenerCount, 0);
    cancel.cancel(new AbortError("late", { reason: "test" }));
    const sink = new RecordingSink();
    socket.start(sink);
    socket.write(latin1("hello"));
    await sink.until(() => sink.ended || sink.failure !== undefined);
    assertEquals([sink.text, sink.failure], ["hello", undefined]);
  });

  conforms("a hundred connections to an address come and go", async (t) => {
    watchLeaks(t);
    const server = await rawServer(async (peer) => peer.end(await peer.until("hello")));
    t.after(() => server.close());
    const texts = await Promise.all(Array.from({ length: 100 }, () => exchange(world, tcpTarget(server.port), t)));
    assertEquals(texts.every((text) => text === "hello"), true);
  });

  conforms("connect() is quick about the runtime's own sockets, from the first connection on", async (t) => {
    watchLeaks(t);
    const server = await rawServer();
    t.after(() => server.close());
    const owned: boolean[] = [];
    for (let i = 0; i < 2; i++) {
      const socket = await connect(world.connector, tcpTarget(server.port));
      t.after(() => socket.close());
      owned.push(socket.ownedViews);
    }
    // Bun hands out buffers of its own, also on a connection that node:net had opened.
    const own = runtimeId() === "bun" && world.name === "native";
    assertEquals(owned, [own, own]);
  });

  conforms("connect() reaches a unix socket", async (t) => {
    watchLeaks(t);
    const path = temporaryPath("sock");
    const server = await rawServer(async (peer) => peer.end(await peer.until("hello")), { unix: path });
    t.after(() => server.close());
    const target: ConnectTarget = { kind: "unix", path, tls: null, nestedTls: false };
    assertEquals(await exchange(world, target, t), "hello");
    const socket = await connect(world.connector, target);
    t.after(() => socket.close());
    assertEquals([socket.remoteAddress, socket.localAddress], [path, undefined]);
  });

  conforms("connect() says that there is no unix socket", async (t) => {
    watchLeaks(t);
    const path = temporaryPath("sock");
    const error = await failure(world, { kind: "unix", path, tls: null, nestedTls: false });
    assert(error instanceof ConnectError);
    assertEquals([error.code, error.host, error.port], ["CONNECT_NOT_FOUND", path, undefined]);
  });

  conforms("connect() reaches an abstract unix socket, or says that it cannot", async (t) => {
    watchLeaks(t);
    const path = `\0jetstream-${crypto.randomUUID()}`;
    const target: ConnectTarget = { kind: "unix", path, tls: null, nestedTls: false };
    if (runtimeId() === "node20") {
      const error = await failure(world, target);
      assert(error instanceof UnsupportedRuntimeError);
      assert(error.message.includes(`@${path.slice(1)}`), error.message);
      return;
    }
    const server = await rawServer(async (peer) => peer.end(await peer.until("hello")), { unix: path });
    t.after(() => server.close());
    assertEquals(await exchange(world, target, t), "hello");
  });

  conforms("connect() starts from the local address that was asked for", async (t) => {
    watchLeaks(t);
    const server = await rawServer(async (peer) => peer.end(await peer.until("hello")));
    t.after(() => server.close());
    const target = { ...tcpTarget(server.port), localAddress: "127.0.0.2" } as ConnectTarget;
    const socket = await connect(world.connector, target);
    t.after(() => socket.close());
    assertEquals(socket.localAddress?.startsWith("127.0.0.2:"), true);
  });

  conforms("connect() says that a local address is not one of this machine", async (t) => {
    watchLeaks(t);
    const server = await rawServer();
    t.after(() => server.close());
    const error = await failure(world, { ...tcpTarget(server.port), localAddress: "192.0.2.1" } as ConnectTarget);
    assert(error instanceof ConnectError);
    assertEquals(error.code, "CONNECT_ADDRESS");
  });

  conforms("connect() reaches IPv6", async (t) => {
    watchLeaks(t);
    const server = await rawServer(async (peer) => peer.end(await peer.until("hello")), { host: "::1" });
    t.after(() => server.close());
    const target = tcpTarget(server.port, null, "::1");
    assertEquals(await exchange(world, target, t), "hello");
    const socket = await connect(world.connector, target);
    t.after(() => socket.close());
    assertEquals(socket.remoteAddress, `[::1]:${server.port}`);
  });

  if (world.connector.resolvesNames) {
    conforms("connect() resolves a name by itself", async (t) => {
      watchLeaks(t);
      const server = await rawServer(async (peer) => peer.end(await peer.until("hello")));
      t.after(() => server.close());
      assertEquals(await exchange(world, tcpTarget(server.port, null, "localhost"), t), "hello");
    });

    conforms("connect() says that there is no such name", async () => {
      const error = await failure(world, tcpTarget(80, null, "nosuch.invalid"));
      assert(error instanceof DNSError, error.message);
      assertEquals(error.host, "nosuch.invalid");
      assertEquals(["DNS_NOT_FOUND", "DNS_TEMPORARY"].includes(error.code), true, error.code);
    });
  }
}
