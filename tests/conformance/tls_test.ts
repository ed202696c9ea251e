import { assert, assertEquals } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { ConnectTarget, Socket } from "../../src/core/socket.ts";
import type { TlsSettings } from "../../src/core/tls.ts";
import { AbortError, CertificateError, PinError, TLSError, UnsupportedRuntimeError } from "../../src/errors.ts";
import type { Issued } from "../support/certificates.ts";
import { watchLeaks } from "../support/leaks.ts";
import { latin1, rawServer } from "../support/raw_server.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { runtimeName, test, type TestContext } from "../support/suite.ts";
import { temporaryPath } from "../support/temporary.ts";
import { type Fixture, fixture, relay, secure, settings, tlsEcho } from "./tls_fixture.ts";
import { realWorlds, tcpTarget, type World } from "./worlds.ts";

/** One exchange over a secured socket. */
async function echo(socket: Socket, text = "hello"): Promise<string> {
  const sink = new RecordingSink();
  socket.start(sink);
  socket.write(latin1(text));
  await sink.until(() => sink.length >= text.length || sink.failure !== undefined || sink.ended);
  if (sink.failure) throw sink.failure;
  return sink.text;
}

/** What the handshake fails with. */
async function refused(t: TestContext, world: World, port: number, tls: TlsSettings, host?: string): Promise<TLSError> {
  const error = await secure(t, world, port, tls, host).then(
    () => {
      throw new Error("The handshake succeeded");
    },
    (error) => error,
  );
  assert(error instanceof TLSError, `${error}`);
  assertEquals([error.host, error.phase, error.progress], [tls.serverName, "tls", "unsent"]);
  return error;
}

/** Whether `node:tls` of Deno is at work: it calls most rejections untrusted, and hides the certificate then. */
function coarse(world: World): boolean {
  return runtimeName() === "deno" && world.name === "node:net";
}

interface Rejection {
  readonly what: string;
  readonly certificate: (f: Fixture) => Issued;
  readonly tls?: (f: Fixture) => Partial<TlsSettings>;
  readonly code: string;
  /** The code where the runtime does not tell more. */
  readonly coarse?: string;
}

const trusted = (f: Fixture): Partial<TlsSettings> => ({ extraCa: [f.authority.cert] });

/** Servers that must be refused on every runtime. */
const REJECTIONS: readonly Rejection[] = [
  { what: "an untrusted issuer", certificate: (f) => f.good, tls: () => ({}), code: "CERTIFICATE_UNTRUSTED" },
  {
    what: "an issuer that `ca` does not hold",
    certificate: (f) => f.good,
    tls: (f) => ({ ca: [f.stranger.cert] }),
    code: "CERTIFICATE_UNTRUSTED",
  },
  { what: "a certificate that signs itself", certificate: (f) => f.self, code: "CERTIFICATE_UNTRUSTED" },
  {
    what: "a missing intermediate certificate",
    certificate: (f) => ({ ...f.viaIntermediate, cert: f.viaIntermediate.leaf }),
    code: "CERTIFICATE_UNTRUSTED",
  },
  {
    what: "an expired certificate",
    certificate: (f) => f.expired,
    code: "CERTIFICATE_EXPIRED",
    coarse: "CERTIFICATE_UNTRUSTED",
  },
  {
    what: "a certificate that is not valid yet",
    certificate: (f) => f.early,
    code: "CERTIFICATE_NOT_YET_VALID",
    coarse: "CERTIFICATE_UNTRUSTED",
  },
  { what: "a certificate for another name", certificate: (f) => f.otherName, code: "CERTIFICATE_NAME_MISMATCH" },
  {
    what: "a wildcard two labels deep",
    certificate: (f) => f.otherName,
    tls: (f) => ({ ...trusted(f), serverName: "a.b.wild.test" }),
    code: "CERTIFICATE_NAME_MISMATCH",
  },
  {
    what: "the wildcard's own parent",
    certificate: (f) => f.otherName,
    tls: (f) => ({ ...trusted(f), serverName: "wild.test" }),
    code: "CERTIFICATE_NAME_MISMATCH",
  },
  {
    what: "another address",
    certificate: (f) => f.good,
    tls: (f) => ({ ...trusted(f), serverName: "127.0.0.9" }),
    code: "CERTIFICATE_NAME_MISMATCH",
  },
  {
    what: "a common name without alternative names",
    certificate: (f) => f.noName,
    code: "CERTIFICATE_NAME_MISMATCH",
  },
  {
    what: "a certificate for clients",
    certificate: (f) => f.clientOnly,
    code: "CERTIFICATE_PURPOSE",
    coarse: "CERTIFICATE_UNTRUSTED",
  },
];

for (const world of realWorlds()) {
  const conforms = (what: string, fn: (t: TestContext) => Promise<void>): void => test(`[${world.name}] ${what}`, fn);

  for (const row of REJECTIONS) {
    conforms(`startTls() refuses ${row.what}`, async (t) => {
      const f = await fixture();
      const server = await tlsEcho(t, row.certificate(f));
      const tls = settings((row.tls ?? trusted)(f));
      const error = await refused(t, world, server.port, tls);
      assert(error instanceof CertificateError, error.message);
      assertEquals(error.code, coarse(world) ? row.coarse ?? row.code : row.code, error.message);
      assert(error.hint !== undefined && error.cause !== undefined);
      assertEquals(error.retryable, false);
      assertEquals(server.connections.every((peer) => peer.received.length === 0), true);
    });
  }

  conforms("startTls() tells of the refused certificate what the runtime shows", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.otherName);
    const error = await refused(t, world, server.port, settings(trusted(f)));
    const shown = runtimeName() === "node" || world.name === "native" && runtimeName() === "bun" || coarse(world);
    assertEquals(
      [error.names, error.issuer],
      shown ? [["other.test", "*.wild.test"], "Test CA"] : [undefined, undefined],
    );
  });

  conforms("startTls() accepts what `ca` holds, instead of the trust store", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good);
    const socket = await secure(t, world, server.port, settings({ ca: [f.stranger.cert, f.authority.cert] }));
    assertEquals(await echo(socket), "hello");
  });

  conforms("startTls() accepts what `extraCa` adds, also to `ca`", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.viaIntermediate);
    const socket = await secure(t, world, server.port, settings(trusted(f)));
    assertEquals(await echo(socket), "hello");
    const both = settings({ ca: [f.stranger.cert], extraCa: [f.authority.cert] });
    assertEquals(await echo(await secure(t, world, server.port, both)), "hello");
  });

  conforms("startTls() sends and verifies the server name, whatever was dialled", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good);
    const socket = await secure(t, world, server.port, settings({ ...trusted(f), serverName: "good.test" }));
    assertEquals(await echo(socket), "hello");
    assertEquals((await server.next()).serverName, "good.test");
  });

  conforms("startTls() accepts a name that a wildcard covers", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.otherName);
    const tls = settings({ ...trusted(f), serverName: "one.wild.test" });
    assertEquals(await echo(await secure(t, world, server.port, tls)), "hello");
  });

  for (const [serverName, host] of [["127.0.0.1", "127.0.0.1"], ["::1", "::1"]] as const) {
    conforms(`startTls() verifies the address ${serverName}`, async (t) => {
      const f = await fixture();
      const server = await tlsEcho(t, f.good, { host });
      const socket = await secure(t, world, server.port, settings({ ...trusted(f), serverName }), host);
      assertEquals(await echo(socket), "hello");
    });
  }

  conforms("startTls() accepts anything under verify: false, and only then", async (t) => {
    const f = await fixture();
    for (const certificate of [f.self, f.expired, f.otherName, f.noName]) {
      const server = await tlsEcho(t, certificate);
      const tls = settings({ verify: false, serverName: "localhost" });
      assertEquals(await echo(await secure(t, world, server.port, tls)), "hello");
      await refused(t, world, server.port, { ...tls, verify: true });
    }
  });

  conforms("startTls() reports the protocol that ALPN chose", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good, { ALPNProtocols: ["h2", "http/1.1"] });
    const h2 = await secure(t, world, server.port, settings({ ...trusted(f), alpn: ["h2", "http/1.1"] }));
    const h1 = await secure(t, world, server.port, settings({ ...trusted(f), alpn: ["http/1.1"] }));
    const none = await secure(t, world, server.port, settings(trusted(f)));
    assertEquals([h2.alpn, h1.alpn, none.alpn], ["h2", "http/1.1", undefined]);
  });

  conforms("startTls() tells facts, or says that they are hidden", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good);
    const socket = await secure(t, world, server.port, settings({ ...trusted(f), alpn: ["http/1.1"] }));
    const facts = socket.tls!;
    if (runtimeName() === "deno" && world.name === "native") {
      assertEquals([facts.version, facts.cipher, facts.resumed, facts.certificate], Array(4).fill(undefined));
      return;
    }
    assertEquals(facts.version, "TLSv1.3");
    assertEquals(facts.cipher?.startsWith("TLS_"), true);
    assertEquals(facts.certificate?.issuer, "Test CA");
    assertEquals(facts.certificate?.names.slice(0, 3), ["localhost", "good.test", "127.0.0.1"]);
    assert(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(facts.certificate?.fingerprint256 ?? ""));
    const { validFrom, validTo } = facts.certificate!;
    assert(validFrom.getTime() < Date.now() && validTo.getTime() > Date.now());
  });

  conforms("startTls() shows the client's certificate", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good, { ca: f.authority.cert, requestCert: true, rejectUnauthorized: true });
    const tls = settings({ ...trusted(f), cert: f.client.cert, key: f.client.key });
    const socket = await secure(t, world, server.port, tls);
    assertEquals(await echo(socket), "hello");
    assertEquals((await server.next()).clientName, "ana");
  });

  for (const version of ["1.2", "1.3"] as const) {
    conforms(`a server that misses a client certificate says so, over TLS ${version}`, async (t) => {
      const f = await fixture();
      const server = await tlsEcho(t, f.good, {
        ca: f.authority.cert,
        requestCert: true,
        rejectUnauthorized: true,
        maxVersion: `TLSv${version}`,
      });
      const tls = settings(trusted(f));
      // TLS 1.3 lets the client finish first: the refusal comes in place of the first answer.
      const error = await secure(t, world, server.port, tls).then(echo).then(() => undefined, (error) => error);
      assert(error instanceof Error);
      // Deno's node:tls turns the alert into a plain end.
      if (!coarse(world)) assert(error instanceof TLSError, `${error}`);
    });
  }

  conforms("startTls() refuses versions outside the range", async (t) => {
    const f = await fixture();
    const old = await tlsEcho(t, f.good, { maxVersion: "TLSv1.2" });
    const error = await refused(t, world, old.port, settings({ ...trusted(f), minVersion: "1.3" }));
    assertEquals(error.code, "TLS_VERSION");
    const modern = await tlsEcho(t, f.good, { minVersion: "TLSv1.3" });
    const late = await refused(t, world, modern.port, settings({ ...trusted(f), maxVersion: "1.2" }));
    assertEquals(late.code, "TLS_VERSION");
    const both = settings({ ...trusted(f), minVersion: "1.2", maxVersion: "1.2" });
    assertEquals(await echo(await secure(t, world, old.port, both)), "hello");
  });

  conforms("startTls() refuses a server that speaks TLS 1.1", async (t) => {
    watchLeaks(t);
    // ServerHello of TLS 1.1 with TLS_RSA_WITH_AES_128_CBC_SHA (RFC 4346, section 7.4.1.3).
    const hello = [2, 0, 0, 38, 3, 2, ...Array(32).fill(7), 0, 0, 0x2f, 0];
    const server = await rawServer(async (peer) => {
      await peer.untilLength(1);
      await peer.write(Uint8Array.from([22, 3, 2, 0, hello.length, ...hello]));
    });
    t.after(() => server.close());
    assertEquals((await refused(t, world, server.port, settings())).code, "TLS_VERSION");
  });

  conforms("startTls() accepts pinned keys anywhere on the chain", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.viaIntermediate);
    for (const pin of [f.viaIntermediate.pin, f.intermediate.pin, f.authority.pin]) {
      const tls = settings({ ...trusted(f), pins: [f.stranger.pin, pin] });
      assertEquals(await echo(await secure(t, world, server.port, tls)), "hello");
    }
  });

  conforms("startTls() refuses other keys, time after time", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.viaIntermediate);
    const good = settings({ ...trusted(f), pins: [f.authority.pin] });
    assertEquals(await echo(await secure(t, world, server.port, good)), "hello");
    for (let i = 0; i < 3; i++) {
      const error = await refused(t, world, server.port, settings({ ...trusted(f), pins: [f.stranger.pin] }));
      assert(error instanceof PinError, error.message);
      assertEquals(error.code, "PIN_MISMATCH");
      assert(error.message.includes(`sha256/${f.viaIntermediate.pin}`), error.message);
    }
  });

  conforms("startTls() does not take a pinned key that signed nothing", async (t) => {
    const f = await fixture();
    // The stranger's certificate bears the pinned key and lies beside the chain, as a liar would put it.
    const liar = await tlsEcho(t, { ...f.viaIntermediate, cert: f.viaIntermediate.cert + f.stranger.cert });
    const error = await refused(t, world, liar.port, settings({ ...trusted(f), pins: [f.stranger.pin] }));
    assert(error instanceof PinError, error.message);
  });

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

  conforms("startTls() refuses where the target did not announce it", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good);
    const plain = await world.connector.connect(tcpTarget(server.port), new CancelToken());
    t.after(() => plain.close());
    const error = await plain.startTls(settings(trusted(f)), new CancelToken()).then(() => undefined, (error) => error);
    assert(error instanceof UnsupportedRuntimeError, `${error}`);
  });

  conforms("startTls() refuses trust and keys that cannot be used", async (t) => {
    const f = await fixture();
    const server = await tlsEcho(t, f.good);
    const cases: Partial<TlsSettings>[] = [
      { extraCa: ["no certificate"] },
      { ca: [f.authority.cert, ""] },
      { ...trusted(f), cert: f.client.cert, key: f.good.key },
      { ...trusted(f), cert: f.client.cert },
      { ...trusted(f), key: f.client.key },
    ];
    for (const tls of cases) {
      const error = await refused(t, world, server.port, settings(tls));
      assertEquals(error.code, "TLS_SETTINGS", error.message);
      assert(!error.message.includes(f.client.key.slice(40, 60)), "a key never stands in a message");
    }
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
