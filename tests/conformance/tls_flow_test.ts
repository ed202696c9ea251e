/** How TLS begins, flows and ends: through proxies, in TLS, over unix sockets, with peers that leave. */

import { assert, assertEquals } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { ConnectTarget } from "../../src/core/socket.ts";
import { AbortError, CertificateError, PinError } from "../../src/errors.ts";
import { watchLeaks } from "../support/leaks.ts";
import { latin1, rawServer } from "../support/raw_server.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { runtimeName, test, type TestContext } from "../support/suite.ts";
import { temporaryPath } from "../support/temporary.ts";
import { coarse, echo, fixture, refused, relay, secure, settings, tlsEcho, trusted } from "./tls_fixture.ts";
import { realWorlds, tcpTarget } from "./worlds.ts";

for (const world of realWorlds()) {
  const conforms = (what: string, fn: (t: TestContext) => Promise<void>): void => test(`[${world.name}] ${what}`, fn);

  conforms("startTls() says that a port does not speak TLS", async (t) => {
    watchLeaks(t);
    const server = await rawServer(async (peer) => {
      await peer.untilLength(1);
      peer.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
    });
    t.after(() => server.close());
    assertEquals((await refused(t, world, server.port, settings())).code, "TLS_NOT_TLS");
  });

  for (const how of ["end", "reset"] as const) {
    conforms(`startTls() fails when the peer leaves by ${how}`, async (t) => {
      watchLeaks(t);
      const server = await rawServer(async (peer) => {
        await peer.untilLength(1);
        peer[how]();
      });
      t.after(() => server.close());
      const error = await refused(t, world, server.port, settings());
      assertEquals([error.code, error.retryable], ["TLS_RESET", true], `${error.message} ${error.cause}`);
    });
  }

  conforms("a stalled handshake is cancelled at once and leaves nothing", async (t) => {
    watchLeaks(t);
    const server = await rawServer();
    t.after(() => server.close());
    const keeps = runtimeName() === "deno" && world.name === "native";
    // Deno keeps the descriptor of its own handshake until the peer moves, so it must be the last one with this peer.
    for (let i = 0; i < (keeps ? 2 : 1); i++) {
      const tls = settings();
      const plain = await world.connector.connect(tcpTarget(server.port, tls), new CancelToken());
      const cancel = new CancelToken();
      const reason = new AbortError("enough", { reason: "test" });
      const pending = plain.startTls(tls, cancel).then(() => undefined, (error) => error);
      const peer = await server.next();
      await peer.untilLength(1);
      if (keeps && i === 0) await new Promise((resolve) => setTimeout(resolve, 1_100));
      const started = Date.now();
      cancel.cancel(reason);
      assert(await pending === reason);
      assert(Date.now() - started < 1_000);
      assertEquals(cancel.listenerCount, 0);
      if (!keeps || i === 1) await peer.untilEnd().catch(() => {});
    }
  });

  conforms("startTls() follows a dialogue in clear text, as behind a proxy", async (t) => {
    const f = await fixture();
    const inner = await tlsEcho(t, f.good);
    const proxy = await rawServer(async (peer) => {
      await peer.until("\r\n\r\n");
      await peer.write("HTTP/1.1 200 OK\r\n\r\n");
      await relay(t, peer, inner.port);
    });
    t.after(() => proxy.close());
    const tls = settings(trusted(f));
    const plain = await world.connector.connect(tcpTarget(proxy.port, tls), new CancelToken());
    t.after(() => plain.close());
    const sink = new RecordingSink();
    sink.onBytes = () => plain.pause();
    plain.start(sink);
    plain.write(latin1("CONNECT localhost:443 HTTP/1.1\r\n\r\n"));
    await sink.until(() => sink.text.endsWith("\r\n\r\n"));
    assertEquals(plain.detach().length, 0);
    const socket = await plain.startTls(tls, new CancelToken());
    t.after(() => socket.close());
    assertEquals(await echo(socket), "hello");
  });

  conforms("TLS runs inside TLS when the target says so", async (t) => {
    const f = await fixture();
    const inner = await tlsEcho(t, f.good);
    // The outer server passes on what it gets, as a proxy under TLS does.
    const outer = await rawServer((peer) => relay(t, peer, inner.port), {
      tls: { cert: f.viaIntermediate.cert, key: f.viaIntermediate.key },
    });
    t.after(() => outer.close());
    const tls = settings({ ...trusted(f), serverName: "good.test" });
    const target: ConnectTarget = { ...tcpTarget(outer.port, tls), nestedTls: true };
    const plain = await world.connector.connect(target, new CancelToken());
    t.after(() => plain.close());
    const first = await plain.startTls(settings(trusted(f)), new CancelToken());
    const socket = await first.startTls(tls, new CancelToken());
    t.after(() => socket.close());
    assertEquals(await echo(socket), "hello");
    assertEquals((await inner.next()).serverName, "good.test");
    // The inner chain is verified for itself.
    const again = await world.connector.connect(target, new CancelToken());
    t.after(() => again.close());
    const opened = await again.startTls(settings(trusted(f)), new CancelToken());
    const error = await opened.startTls(settings({ ...trusted(f), serverName: "evil.test" }), new CancelToken())
      .then(() => undefined, (error) => error);
    assert(error instanceof CertificateError, `${error}`);
  });

  conforms("TLS runs over a unix socket", async (t) => {
    const f = await fixture();
    const path = temporaryPath("sock");
    await tlsEcho(t, f.good, { unix: path });
    const tls = settings(trusted(f));
    const plain = await world.connector.connect({ kind: "unix", path, tls, nestedTls: false }, new CancelToken());
    t.after(() => plain.close());
    const socket = await plain.startTls(tls, new CancelToken());
    t.after(() => socket.close());
    assertEquals(await echo(socket), "hello");
  });

  conforms("a resumed session belongs to its settings alone", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good);
    const tls = settings(trusted(f));
    for (let i = 0; i < 3; i++) {
      const socket = await secure(t, world, server.port, tls);
      assertEquals(await echo(socket), "hello");
      // The ticket of TLS 1.3 follows the handshake.
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.close();
    }
    const resumes = runtimeName() !== "deno";
    assertEquals(server.connections.at(-1)!.resumed, resumes);
    // The same server, under settings that do not trust it, must not be reached through the session.
    await refused(t, world, server.port, settings({ extraCa: [f.stranger.cert] }));
    await refused(t, world, server.port, settings());
    await refused(t, world, server.port, { ...tls, serverName: "evil.test" });
    const pinned = settings({ ...trusted(f), pins: [f.stranger.pin] });
    assert(await refused(t, world, server.port, pinned) instanceof PinError);
  });

  conforms("the end of a TLS stream is an end, with and without close_notify", async (t) => {
    const f = await fixture();
    watchLeaks(t);
    const polite = await rawServer(async (peer) => peer.end(await peer.until("hello")), {
      tls: { cert: f.good.cert, key: f.good.key },
    });
    t.after(() => polite.close());
    const inner = await tlsEcho(t, f.good);
    const cutting = await rawServer((peer) => relay(t, peer, inner.port));
    t.after(() => cutting.close());
    for (const { port } of [polite, cutting]) {
      const socket = await secure(t, world, port, settings(trusted(f)));
      const sink = new RecordingSink();
      socket.start(sink);
      if (port === cutting.port) setTimeout(() => cutting.connections[0]!.end(), 100);
      socket.write(latin1("hello"));
      await sink.until(() => sink.ended || sink.failure !== undefined);
      assertEquals([sink.text, sink.failure, sink.breaches], ["hello", undefined, []]);
    }
  });

  conforms("a reset under TLS is an error, but on Deno's node:tls an end", async (t) => {
    const f = await fixture();
    const inner = await tlsEcho(t, f.good);
    const cutting = await rawServer((peer) => relay(t, peer, inner.port));
    t.after(() => cutting.close());
    const socket = await secure(t, world, cutting.port, settings(trusted(f)));
    const sink = new RecordingSink();
    socket.start(sink);
    socket.write(latin1("hello"));
    await sink.until(() => sink.text === "hello");
    cutting.connections[0]!.reset();
    await sink.until(() => sink.ended || sink.failure !== undefined);
    assertEquals([sink.failure?.code, sink.ended], coarse(world) ? [undefined, true] : ["SOCKET_RESET", false]);
  });

  conforms("large bodies pass TLS whole, both ways, with a pause", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good);
    const socket = await secure(t, world, server.port, settings(trusted(f)));
    const sink = new RecordingSink(64 * 1024);
    const bytes = new Uint8Array(4 * 1024 * 1024).map((_, i) => (i * 7 + (i >> 9)) & 0xff);
    let at = 0;
    let wrong = 0;
    sink.keep = false;
    sink.onBytes = (view) => {
      for (const byte of view) if (byte !== bytes[at++]) wrong++;
      if (sink.reads === 3) {
        socket.pause();
        setTimeout(() => socket.resume(), 20);
      }
    };
    socket.start(sink);
    for (let from = 0; from < bytes.length; from += 256 * 1024) {
      const drains = sink.drains;
      if (socket.write(bytes.subarray(from, from + 256 * 1024))) continue;
      await sink.until(() => sink.drains > drains || sink.failure !== undefined);
    }
    await sink.until(() => sink.length >= bytes.length || sink.failure !== undefined);
    assertEquals([sink.length, wrong, sink.failure], [bytes.length, 0, undefined]);
  });
}
