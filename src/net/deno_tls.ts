/**
 * Owns TLS of Deno itself: what it can do, and the handshake.
 * Must not know the fall-back; `deno.ts` chooses it before it connects.
 * Invariant: settings that Deno would ignore are refused, never done by halves.
 *
 * `Deno.startTls` and never `Deno.connectTls`: the latter cannot switch Nagle's algorithm
 * off (40 ms per small exchange) and ignores its signal.
 */

import type { CancelToken } from "../base/cancel.ts";
import { systemClock } from "../base/clock.ts";
import type { ConnectTarget, Socket } from "../core/socket.ts";
import type { TlsFacts, TlsSettings } from "../core/tls.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import { type DenoConn, denoHost, type DenoTcpConn, type DenoTlsConn } from "./deno_host.ts";
import { DenoSocket } from "./deno_socket.ts";
import { checkPem } from "./pem.ts";
import { RecentMap } from "./recent_map.ts";
import { undeclaredTls } from "./translate.ts";
import { tlsError } from "./translate_tls.ts";

/** rustls tells nothing of a handshake but the protocol. */
const HIDDEN: TlsFacts = { version: undefined, cipher: undefined, resumed: undefined, certificate: undefined };

/** Which setting Deno's own TLS cannot honour; `undefined` when it can do them all. */
export function beyondNativeTls(settings: TlsSettings): string | undefined {
  if (!settings.verify) return "verify: false";
  if (settings.ca !== null) return "ca";
  if (settings.cert !== null || settings.key !== null) return "cert";
  if (settings.pins !== null) return "pins";
  if (settings.minVersion !== "1.2") return "minVersion";
  if (settings.maxVersion !== null && settings.maxVersion !== "1.3") return "maxVersion";
  return undefined;
}

/** What Deno's own sockets cannot do for `target`; `undefined` when they can do all of it. */
export function beyondNative(target: ConnectTarget): string | undefined {
  if (target.kind === "tcp" && target.localAddress !== null) return "localAddress";
  if (target.nestedTls) return "TLS inside TLS";
  if (target.tls === null) return undefined;
  if (target.kind === "unix") return "TLS over a unix socket";
  return beyondNativeTls(target.tls);
}

function refuse(what: string): never {
  throw new UnsupportedRuntimeError(`Cannot start TLS with ${what} on this socket: it was not connected for that`);
}

/**
 * Milliseconds after which a handshake that is given up counts as stalled. One given up before
 * goes on in the background and ends by itself.
 */
const STALLED_AFTER = 1_000;

/** Milliseconds for which a peer that stalled is remembered. */
const STALLED_FOR = 300_000;

/** Peers remembered. */
const STALLED_LIMIT = 256;

/** When peers stalled. */
const stalled = new RecentMap<number>(STALLED_LIMIT);

/**
 * Whether a handshake with `peer` stalled lately. Deno keeps the descriptor of a handshake
 * that was given up until the peer moves: the next ones go through `node:tls`, which does not.
 */
export function hasStalled(peer: string): boolean {
  const at = stalled.get(peer);
  return at !== undefined && systemClock.now() - at < STALLED_FOR;
}

/** Refuses TLS where Deno has none: the target must have asked for it before it was connected. */
export function noTls(conn: DenoConn): Promise<Socket> {
  conn.close();
  return Promise.reject(undeclaredTls());
}

/** Starts TLS on a connection that nobody reads, and resolves after the verified handshake. */
export async function startDenoTls(
  conn: DenoConn,
  peer: string,
  settings: TlsSettings,
  cancel: CancelToken,
): Promise<Socket> {
  const started = systemClock.now();
  let open = conn;
  let tls: DenoTlsConn;
  let alpn: string | undefined;
  const close = (): void => {
    try {
      open.close();
    } catch {
      // Taken over by TLS, or closed by a failed handshake.
    }
  };
  cancel.add(close);
  try {
    cancel.throwIfCancelled();
    const missing = beyondNativeTls(settings);
    if (missing !== undefined) refuse(missing);
    if (settings.extraCa) checkPem(settings.extraCa, "extraCa", settings.serverName);
    tls = await denoHost().startTls(conn as DenoTcpConn, {
      hostname: settings.serverName,
      ...(settings.extraCa ? { caCerts: [...settings.extraCa] } : {}),
      ...(settings.alpn ? { alpnProtocols: [...settings.alpn] } : {}),
    });
    open = tls;
    cancel.throwIfCancelled();
    alpn = (await tls.handshake()).alpnProtocol ?? undefined;
    cancel.throwIfCancelled();
  } catch (error) {
    close();
    if (cancel.reason) {
      const now = systemClock.now();
      if (now - started >= STALLED_AFTER) stalled.set(peer, now);
      throw cancel.reason;
    }
    if (error instanceof UnsupportedRuntimeError) throw error;
    throw tlsError(error, { serverName: settings.serverName });
  } finally {
    cancel.remove(close);
  }
  return new DenoSocket(tls, { startTls: noTls, peer, serverName: settings.serverName, alpn, tls: HIDDEN });
}
