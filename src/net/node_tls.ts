/**
 * Owns the handshake of `node:tls` over a connected socket.
 * Must not know how that was connected; it may be TLS itself.
 * Invariant: the socket is handed out after chain, name and pins were checked, or never.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Socket } from "../core/socket.ts";
import type { CertificateFacts, TlsSettings } from "../core/tls.ts";
import { isAddress } from "./address.ts";
import { nodeModule, type NodePeerCertificate, type NodeRawSocket, type NodeTlsSocket } from "./node_host.ts";
import { NodeSocket } from "./node_socket.ts";
import { alternativeNames, certificateFacts, LazyTlsFacts } from "./tls_facts.ts";
import { checkPins } from "./tls_pins.ts";
import { forgetSession, keepSession, recallSession } from "./tls_sessions.ts";
import { secureContext, trustedCertificates } from "./tls_trust.ts";
import { tlsError } from "./translate_tls.ts";

/** Checks the name; a certificate without alternative names is for no name (RFC 9525). */
export function checkName(host: string, certificate: NodePeerCertificate): Error | undefined {
  if (alternativeNames(certificate.subjectaltname).length > 0) {
    return nodeModule("tls").checkServerIdentity(host, certificate);
  }
  const error = new Error("The certificate names no host: its common name does not count");
  return Object.assign(error, { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}

function connect(raw: NodeRawSocket, peer: string, settings: TlsSettings): NodeTlsSocket {
  const session = recallSession(peer, settings);
  return nodeModule("tls").connect({
    socket: raw,
    secureContext: secureContext(settings),
    host: settings.serverName,
    // An address is never sent as a server name (RFC 6066, section 3).
    servername: isAddress(settings.serverName) ? "" : settings.serverName,
    rejectUnauthorized: settings.verify,
    checkServerIdentity: checkName,
    ...(settings.alpn ? { ALPNProtocols: settings.alpn } : {}),
    ...(session ? { session } : {}),
  });
}

/** Resolves after the handshake that the runtime verified. */
function handshake(tls: NodeTlsSocket, settings: TlsSettings, cancel: CancelToken): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen: CertificateFacts | undefined;
    const fail = (error: unknown): void => {
      cancel.remove(fail);
      tls.destroy();
      reject(cancel.reason ?? tlsError(error, { serverName: settings.serverName, certificate: seen }));
    };
    // Before the runtime judges the certificate: afterwards it is gone.
    tls.prependListener("secure", () => seen = certificateFacts(tls.getPeerCertificate(false)));
    tls.on("error", fail);
    tls.on("close", () => fail(new Error("peer closed connection")));
    tls.on("secureConnect", () => {
      cancel.remove(fail);
      resolve();
    });
    cancel.add(fail);
  });
}

/** Starts TLS over `raw` and resolves after the verified handshake. */
export async function startNodeTls(
  raw: NodeRawSocket,
  peer: string,
  settings: TlsSettings,
  cancel: CancelToken,
): Promise<Socket> {
  let tls: NodeTlsSocket | undefined;
  let session: Uint8Array | undefined;
  let verified = false;
  try {
    cancel.throwIfCancelled();
    tls = connect(raw, peer, settings);
    tls.pause();
    tls.on("session", (made) => {
      session = made;
      if (verified) keepSession(peer, settings, made);
    });
    await handshake(tls, settings, cancel);
    if (settings.pins) {
      const anchors = (): readonly string[] => trustedCertificates(settings);
      checkPins(settings.pins, tls.getPeerCertificate(true), anchors, settings.serverName);
    }
  } catch (error) {
    tls?.destroy();
    raw.destroy();
    forgetSession(peer, settings);
    if (error === cancel.reason) throw error;
    throw tlsError(error, { serverName: settings.serverName });
  }
  verified = true;
  if (session) keepSession(peer, settings, session);
  return secured(tls, peer, settings);
}

function secured(tls: NodeTlsSocket, peer: string, settings: TlsSettings): NodeSocket {
  const socket = new NodeSocket({
    startTls: startNodeTls,
    peer,
    ownedViews: true,
    serverName: settings.serverName,
    alpn: tls.alpnProtocol || undefined,
    tls: new LazyTlsFacts({
      version: () => tls.getProtocol(),
      cipher: () => tls.getCipher()?.standardName ?? tls.getCipher()?.name,
      resumed: () => tls.isSessionReused(),
      certificate: () => tls.getPeerCertificate(false),
    }),
  });
  tls.on("data", socket.given);
  return socket.adopt(tls);
}
