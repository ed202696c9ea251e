import { assert, assertEquals } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";

import type { TlsSettings } from "../../src/core/tls.ts";
import { CertificateError, PinError, TLSError, UnsupportedRuntimeError } from "../../src/errors.ts";
import type { Issued } from "../support/certificates.ts";
import { watchLeaks } from "../support/leaks.ts";
import { rawServer } from "../support/raw_server.ts";

import { runtimeName, test, type TestContext } from "../support/suite.ts";

import { coarse, echo, type Fixture, fixture, refused, secure, settings, tlsEcho, trusted } from "./tls_fixture.ts";
import { realWorlds, tcpTarget } from "./worlds.ts";

interface Rejection {
  readonly what: string;
  readonly certificate: (f: Fixture) => Issued;
  readonly tls?: (f: Fixture) => Partial<TlsSettings>;
  readonly code: string;
  /** The code where the runtime does not tell more. */
  readonly coarse?: string;
}

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
}
