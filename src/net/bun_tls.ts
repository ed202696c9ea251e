/**
 * Owns TLS of Bun itself: what it can do, and the handshake over a connected socket.
 * Must not know the fall-back; `bun.ts` chooses it before it connects.
 * Invariant: the socket is handed out after Bun verified chain and name, or never; Bun tells
 * the verdict in the `handshake` callback alone, after it has called the socket open.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { ConnectTarget, Socket } from "../core/socket.ts";
import type { TlsSettings } from "../core/tls.ts";
import { CertificateError, type TLSError, UnsupportedRuntimeError } from "../errors.ts";
import type { BunHandlers, BunRawSocket, BunTlsOptions } from "./bun_host.ts";
import { BUN_LOWER_HANDLERS, BunSocket } from "./bun_socket.ts";
import { alternativeNames, certificateFacts, LazyTlsFacts } from "./tls_facts.ts";
import { forgetSession, keepSession, recallSession } from "./tls_sessions.ts";
import { contextOptions } from "./tls_trust.ts";
import { undeclaredTls } from "./translate.ts";
import { tlsError } from "./translate_tls.ts";

const VERSIONS = { "1.2": 0x0303, "1.3": 0x0304 };

/** What Bun's own sockets cannot do for `target`; `undefined` when they can do all of it. */
export function beyondNative(target: ConnectTarget): string | undefined {
  if (target.kind === "tcp" && target.localAddress !== null) return "localAddress";
  if (target.nestedTls) return "TLS inside TLS";
  return target.tls === null || target.tls.pins === null ? undefined : "pins";
}

/** The list of protocols as it stands in the handshake (RFC 7301, section 3.1). */
export function alpnWire(protocols: readonly string[]): Uint8Array {
  const bytes: number[] = [];
  for (const protocol of protocols) {
    const name = new TextEncoder().encode(protocol);
    bytes.push(name.length, ...name);
  }
  return Uint8Array.from(bytes);
}

/** The options of settings whose handshakes repeat. */
const prepared = new WeakMap<TlsSettings, BunTlsOptions>();

function tlsOptions(settings: TlsSettings): BunTlsOptions {
  let options = prepared.get(settings);
  if (!options) prepared.set(settings, options = makeOptions(settings));
  return options;
}

function makeOptions(settings: TlsSettings): BunTlsOptions {
  const { ca, cert, key } = contextOptions(settings);
  return {
    serverName: settings.serverName,
    rejectUnauthorized: settings.verify,
    minVersion: VERSIONS[settings.minVersion],
    ...(settings.maxVersion ? { maxVersion: VERSIONS[settings.maxVersion] } : {}),
    ...(ca ? { ca } : {}),
    ...(cert !== undefined ? { cert } : {}),
    ...(key !== undefined ? { key } : {}),
    ...(settings.alpn ? { ALPNProtocols: alpnWire(settings.alpn) } : {}),
  };
}

/** Refuses TLS on a socket whose target did not announce it. */
export function noTls(raw: BunRawSocket<unknown>): Promise<Socket> {
  raw.close();
  return Promise.reject(undeclaredTls());
}

/** The part of a socket's life that ends with the verdict. */
class Handshake {
  readonly socket: BunSocket;
  readonly peer: string;
  readonly settings: TlsSettings;
  readonly verdict: Promise<BunRawSocket<Handshake>>;
  verified = false;
  #session: Uint8Array | undefined;
  #resolve!: (raw: BunRawSocket<Handshake>) => void;
  #reject!: (error: unknown) => void;

  constructor(peer: string, settings: TlsSettings) {
    this.peer = peer;
    this.settings = settings;
    this.socket = new BunSocket({ startTls: noTls, peer, serverName: settings.serverName });
    this.verdict = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The verdict of the runtime. */
  judge(raw: BunRawSocket<Handshake>, success: boolean, error: Error | null): void {
    const failure = this.#failure(raw, success, error);
    if (failure) return this.#reject(failure);
    this.verified = true;
    if (this.#session) keepSession(this.peer, this.settings, this.#session);
    this.#resolve(raw);
  }

  /** A session that a later handshake may resume. */
  session(made: Uint8Array): void {
    this.#session = made;
    if (this.verified) keepSession(this.peer, this.settings, made);
  }

  /** The peer has finished. */
  ended(): void {
    this.socket.ended();
    if (!this.verified) this.gone(undefined);
  }

  /** The runtime has closed the socket. */
  gone(error: Error | undefined): void {
    this.socket.gone(error);
    if (!this.verified) this.fail(error ?? new Error("peer closed connection"));
  }

  /** The socket broke. */
  failed(error: Error): void {
    this.socket.failed(error);
    if (!this.verified) this.fail(error);
  }

  /** Ends the wait for the verdict. */
  fail(reason: Error): void {
    this.#reject(reason);
  }

  /** Without verification `success` says nothing about a finished handshake: names count against it still. */
  #failure(raw: BunRawSocket<Handshake>, success: boolean, error: Error | null): TLSError | undefined {
    const { verify } = this.settings;
    if (!success) {
      const failure = this.#translate(raw, error ?? new Error("handshake failure"));
      return verify || !(failure instanceof CertificateError) ? failure : undefined;
    }
    if (!verify || alternativeNames(raw.getPeerCertificate()?.subjectaltname).length > 0) return undefined;
    // Bun would take the common name, which is for no host (RFC 9525).
    return this.#translate(raw, Object.assign(new Error("no name"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" }));
  }

  #translate(raw: BunRawSocket<Handshake> | undefined, error: Error): TLSError {
    const certificate = certificateFacts(raw?.getPeerCertificate());
    return tlsError(error, { serverName: this.settings.serverName, certificate });
  }
}

/** The callbacks of sockets under TLS. */
const TLS_HANDLERS: BunHandlers<Handshake> = {
  binaryType: "uint8array",
  open(raw) {
    raw.data.socket.adopt(raw);
    const session = recallSession(raw.data.peer, raw.data.settings);
    if (session) raw.setSession(session);
  },
  handshake: (raw, success, error) => raw.data.judge(raw, success, error),
  session: (raw, made) => raw.data.session(made),
  data: (raw, bytes) => raw.data.socket.received(bytes),
  drain: (raw) => raw.data.socket.drained(),
  end: (raw) => raw.data.ended(),
  close: (raw, error) => raw.data.gone(error),
  error: (raw, error) => raw.data.failed(error),
};

/** Starts TLS over a socket that nobody reads, and resolves after the verified handshake. */
export async function startBunTls(
  below: BunRawSocket<unknown>,
  peer: string,
  settings: TlsSettings,
  cancel: CancelToken,
): Promise<Socket> {
  let opened: BunSocket | undefined;
  const handshake = new Handshake(peer, settings);
  const abort = (reason: Error): void => handshake.fail(reason);
  try {
    cancel.throwIfCancelled();
    if (settings.pins) throw new UnsupportedRuntimeError("Cannot start TLS with pins: the target did not name them");
    const tls = tlsOptions(settings);
    below.reload({ socket: BUN_LOWER_HANDLERS as BunHandlers<unknown> });
    const pair = below.upgradeTLS({ data: handshake, tls, socket: TLS_HANDLERS });
    if (!pair) throw new UnsupportedRuntimeError("Cannot start TLS inside TLS: the target did not say `nestedTls`");
    opened = handshake.socket.adopt(pair[1]);
    cancel.add(abort);
    const raw = await handshake.verdict;
    const facts = new LazyTlsFacts({
      version: () => raw.getTLSVersion(),
      cipher: () => raw.getCipher()?.standardName ?? raw.getCipher()?.name,
      resumed: () => raw.isSessionReused(),
      certificate: () => raw.getPeerCertificate(),
    });
    return handshake.socket.adopt(raw, raw.alpnProtocol || undefined, facts);
  } catch (error) {
    opened?.close();
    below.close();
    forgetSession(peer, settings);
    if (error === cancel.reason || error instanceof UnsupportedRuntimeError) throw error;
    throw tlsError(error, { serverName: settings.serverName });
  } finally {
    cancel.remove(abort);
  }
}
