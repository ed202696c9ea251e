/**
 * Owns the certificates and settings of the TLS part of the conformance suite.
 * Must not know connectors.
 */

import { assert, assertEquals } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { Socket } from "../../src/core/socket.ts";
import type { TlsSettings } from "../../src/core/tls.ts";
import { TLSError } from "../../src/errors.ts";
import { Authority, type Issued, selfSigned } from "../support/certificates.ts";
import { watchLeaks } from "../support/leaks.ts";
import { latin1, type RawConnection, type RawServer, rawServer, type RawServerOptions } from "../support/raw_server.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { runtimeName, type TestContext } from "../support/suite.ts";
import { tcpTarget, type World } from "./worlds.ts";

/** The names that good certificates are for. */
export const NAMES: readonly string[] = ["localhost", "good.test", "127.0.0.1", "::1"];

const HOUR = 3_600_000;

/** Every certificate that the suite needs. */
export interface Fixture {
  readonly authority: Authority;
  readonly stranger: Authority;
  readonly intermediate: Authority;
  readonly good: Issued;
  readonly viaIntermediate: Issued;
  readonly expired: Issued;
  readonly early: Issued;
  readonly otherName: Issued;
  readonly noName: Issued;
  readonly clientOnly: Issued;
  readonly self: Issued;
  readonly client: Issued;
  readonly strangeClient: Issued;
}

let made: Promise<Fixture> | undefined;

/** The certificates, made once. */
export function fixture(): Promise<Fixture> {
  return made ??= make();
}

async function make(): Promise<Fixture> {
  const authority = await Authority.create("Test CA");
  const stranger = await Authority.create("Strange CA");
  const intermediate = await authority.intermediate("Test Intermediate");
  const names = NAMES;
  return {
    authority,
    stranger,
    intermediate,
    good: await authority.issue({ names }),
    viaIntermediate: await intermediate.issue({ names }),
    expired: await authority.issue({ names, validTo: new Date(Date.now() - HOUR) }),
    early: await authority.issue({ names, validFrom: new Date(Date.now() + HOUR) }),
    otherName: await authority.issue({ names: ["other.test", "*.wild.test"] }),
    noName: await authority.issue({ subject: "localhost" }),
    clientOnly: await authority.issue({ names, purpose: "client" }),
    self: await selfSigned({ names }),
    client: await authority.issue({ subject: "ana", names: ["ana.test"], purpose: "client" }),
    strangeClient: await stranger.issue({ subject: "eve", names: ["eve.test"], purpose: "client" }),
  };
}

/** Settings with the safe defaults, but for what is given. */
export function settings(given: Partial<TlsSettings> = {}): TlsSettings {
  return {
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
    ...given,
  };
}

/** A server under TLS that sends back what it gets; it ends with the test. */
export async function tlsEcho(
  t: TestContext,
  certificate: Issued,
  options: Omit<NonNullable<RawServerOptions["tls"]>, "cert" | "key"> & {
    readonly host?: string;
    readonly unix?: string;
  } = {},
): Promise<RawServer> {
  watchLeaks(t);
  const { host, unix, ...tls } = options;
  const server = await rawServer(async (peer: RawConnection) => {
    for (let sent = 0;;) {
      await peer.untilLength(sent + 1);
      const fresh = peer.received.slice(sent);
      sent += fresh.length;
      await peer.write(fresh);
    }
  }, {
    ...(host === undefined ? {} : { host }),
    ...(unix === undefined ? {} : { unix }),
    tls: { cert: certificate.cert, key: certificate.key, ...tls },
  });
  t.after(() => server.close());
  return server;
}

/** Connects and secures; the socket is closed after the test. */
export async function secure(
  t: TestContext,
  world: World,
  port: number,
  tls: TlsSettings,
  host?: string,
): Promise<Socket> {
  const plain = await world.connector.connect(tcpTarget(port, tls, host), new CancelToken());
  t.after(() => plain.close());
  const socket = await plain.startTls(tls, new CancelToken());
  t.after(() => socket.close());
  return socket;
}

/** Passes on what comes to a port of this machine, and back; ends with the test. */
export async function relay(t: TestContext, peer: RawConnection, port: number): Promise<void> {
  const { connect } = process.getBuiltinModule("node:net");
  const to = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  t.after(() => to.destroy());
  to.on("data", (bytes: Uint8Array) => void peer.write(bytes));
  to.on("error", () => peer.destroy());
  // What was read before belongs to the dialogue before.
  for (let sent = peer.taken;;) {
    await peer.untilLength(sent + 1);
    to.write(peer.received.slice(sent));
    sent = peer.received.length;
  }
}

/** One exchange over a secured socket. */
export async function echo(socket: Socket, text = "hello"): Promise<string> {
  const sink = new RecordingSink();
  socket.start(sink);
  socket.write(latin1(text));
  await sink.until(() => sink.length >= text.length || sink.failure !== undefined || sink.ended);
  if (sink.failure) throw sink.failure;
  return sink.text;
}

/** What the handshake fails with. */
export async function refused(
  t: TestContext,
  world: World,
  port: number,
  tls: TlsSettings,
  host?: string,
): Promise<TLSError> {
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
export function coarse(world: World): boolean {
  return runtimeName() === "deno" && world.name === "node:net";
}

/** Settings that trust the authority of the good certificates. */
export function trusted(f: Fixture): Partial<TlsSettings> {
  return { extraCa: [f.authority.cert] };
}
